import CaselightModel
import CaselightStore
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension API {
    /// Pictures that came with an incident, and what is read off them.
    var screenshotRoutes: [Route] {
        let path = "/api/v1/incidents/{number}/screenshots"
        return [
            Route(.get, path, Self.boardReaders, handler: listScreenshots),
            Route(.post, path, Self.boardReaders, act: .screenshot, handler: addScreenshot),
            Route(.get, path + "/{id}", .footage([.investigator, .dispatcher]), act: .still, handler: showScreenshot),
            Route(.patch, path + "/{id}", Self.boardReaders, act: .screenshot, handler: readScreenshot),
        ]
    }

    private struct ScreenshotPage: Encodable { let screenshots: [Screenshot] }

    private func listScreenshots(_ call: Call) async throws -> Response {
        let number = try await existingIncident(call).number
        return try JSONReply.response(ScreenshotPage(screenshots: try await board.screenshots(of: number)))
    }

    private func addScreenshot(_ call: Call) async throws -> Response {
        let (number, account) = (try await existingIncident(call).number, try call.principal().account.name)
        try uploadSlots.take()
        defer { uploadSlots.giveBack() }
        let bytes = Array(buffer: try await call.body(limitBytes: Screenshot.limitBytes, what: "screenshot"))
        guard let mediaType = ScreenshotType(beginningOf: bytes) else {
            throw CaselightError(
                .unsupportedMedia, "take in the screenshot", because: "it is not a picture in JPEG, PNG or WebP",
                remedy: "Send the picture's bytes as the request's body.")
        }
        try await consultations.allow(.screenshot, call, incident: number)
        let stored = try await board.addScreenshot(
            Screenshot(
                incident: number, mediaType: mediaType, byteCount: bytes.count, sha256: SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined(), by: account,
                at: services.clock.now()), bytes: bytes)
        return try JSONReply.response(
            stored, status: .created, headers: [.location: "/api/v1/incidents/\(number)/screenshots/\(stored.id)"])
    }

    private func existingScreenshot(_ call: Call) async throws -> Screenshot {
        let number = try await existingIncident(call).number
        let text = try call.parameter("id")
        guard let id = Int64(text), let found = try await board.screenshots(of: number).first(where: { $0.id == id }) else {
            throw CaselightError(.notFound, "find screenshot '\(text.prefix(40))'", because: "incident '\(number)' has no such screenshot")
        }
        return found
    }

    private func showScreenshot(_ call: Call) async throws -> Response {
        let screenshot = try await existingScreenshot(call)
        try await consultations.allow(.still, call, object: "screenshot \(screenshot.id)")
        guard let bytes = try await board.screenshotBytes(screenshot.id, of: screenshot.incident) else {
            throw CaselightError(.notFound, "show screenshot \(screenshot.id)", because: "its picture is gone")
        }
        let headers: HTTPFields = [.contentType: screenshot.mediaType.rawValue, .cacheControl: "no-store"]
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private func readScreenshot(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "screenshot", limits: limits)
        let camera = try fields.text("cameraText", limit: TextRule.nameLimit)
        let clock = try fields.time("clockRead")
        try fields.finish()
        var screenshot = try await existingScreenshot(call)
        camera.apply(to: &screenshot.cameraText, default: "")
        clock.apply(to: &screenshot.clockRead)
        try await consultations.allow(.screenshot, call, incident: screenshot.incident, object: "screenshot \(screenshot.id)")
        try await board.readScreenshot(screenshot, by: try call.principal().account.name, at: services.clock.now())
        return try JSONReply.response(screenshot)
    }
}
