import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Hummingbird
import Logging

extension API {
    /// The registry.
    var cameraRoutes: [Route] {
        [
            Route(
                .get, "/api/v1/cameras", Self.registryReaders, query: ["class", "grid", "owner", "tag", "text", "cursor", "limit"],
                handler: listCameras),
            Route(.post, "/api/v1/cameras", Self.registrars, act: .cameraAdded, handler: addCamera),
            Route(
                .post, "/api/v1/cameras/import", Self.registrars, act: .listImported, query: ImportOptions.cameraQuery, handler: importCameras),
            Route(.post, "/api/v1/cameras/probe", Self.registrars, act: .feedProbed, handler: probe),
            Route(.get, "/api/v1/cameras/{code}", Self.registryReaders, handler: showCamera),
            Route(.patch, "/api/v1/cameras/{code}", Self.registrars, act: .cameraChanged, handler: changeCamera),
            Route(.delete, "/api/v1/cameras/{code}", Self.registrars, act: .cameraRemoved, handler: removeCamera),
            Route(.post, "/api/v1/cameras/{code}/clock", Self.registrars, act: .clockStated, handler: stateClock),
        ]
    }

    private static var registryReaders: AccessRule { .roles([.investigator, .dispatcher, .cameraAdmin]) }
    private static var registrars: AccessRule { .roles([.cameraAdmin]) }

    private struct CameraPage: Encodable {
        let cameras: [CameraReply]
        let nextCursor: CameraCode?
    }

    private func listCameras(_ call: Call) async throws -> Response {
        let limit = try call.query.limit(limits)
        let after = try call.query.text("cursor").map { try CameraCode($0) }
        // One more than asked for tells whether there is a next page.
        let found = try await records.cameras(try cameraFilter(call), after: after, limit: limit + 1)
        let statuses = Dictionary(await services.feeds.statuses().map { ($0.camera, $0) }, uniquingKeysWith: { _, last in last })
        let page = found.prefix(limit)
        return try JSONReply.response(CameraPage(
            cameras: page.map { CameraReply(camera: $0, status: statuses[$0.code]) },
            nextCursor: found.count > limit ? page.last?.code : nil))
    }

    /// What the query narrows to, within the asker's scope.
    func cameraFilter(_ call: Call) throws -> CameraFilter {
        let query = call.query
        return CameraFilter(
            cameraClass: try query.cameraClass(), grid: query.text("grid"), owner: query.text("owner"), tags: query.texts("tag"),
            text: query.text("text"), scope: try call.principal().scope)
    }

    private func addCamera(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "camera", limits: limits)
        let (camera, credentials) = try CameraInput(&fields).newCamera(at: services.clock.now())
        let placed = try await inItsGrid(camera)
        try checkScope(of: placed, call)
        try await consultations.allow(.cameraAdded, call, camera: placed.code, detail: CameraChange.text(of: placed))
        try await records.addCamera(placed, credentials: credentials)
        await services.feeds.cameraChanged(placed.code)
        logger.notice("camera registered", metadata: ["camera": "\(placed.code)"])
        return try JSONReply.response(
            CameraReply(camera: placed, status: await services.feeds.status(of: placed.code)), status: .created,
            headers: [.location: "/api/v1/cameras/\(placed.code)"])
    }

    /// Nobody puts a camera where he could not see it himself, or it would be lost to him; nor keeps its footage for less than the floor.
    private func checkScope(of camera: Camera, _ call: Call) throws {
        if let days = camera.retentionDays { try settings.retention.check(days, for: "camera '\(camera.code)'") }
        guard try !call.principal().scope.holds(camera) else { return }
        throw CaselightError(
            .forbidden, "register or change camera '\(camera.code)'", because: "with this class, grid and owner it would be in none of your camera groups")
    }

    /// A located camera without a grid gets the smallest area it stands in.
    func inItsGrid(_ camera: Camera) async throws -> Camera {
        guard camera.grid == nil, let position = camera.position else { return camera }
        var placed = camera
        placed.grid = try await records.areas(containing: position).first
        return placed
    }

    private func showCamera(_ call: Call) async throws -> Response {
        let camera = try await existingCamera(call)
        let now = services.clock.now()
        let status = await services.feeds.status(of: camera.code)
        var run: Run?
        if let id = status?.run { run = try await index.run(id) }
        if run == nil {
            let recent = try TimeSpan(from: now - .days(Int64(limits.coverageSpanDays)), to: now + .seconds(1))
            run = try await index.runs(of: camera.code, overlapping: recent).last
        }
        let samples = try await index.latestClockSamples(of: [camera.code])
        return try JSONReply.response(CameraDetail(
            reply: CameraReply(camera: camera, status: status), run: run, lastClockSample: status?.lastClock ?? samples[camera.code],
            clockCorrections: try await records.clockCorrections(of: [camera.code])))
    }

    private func changeCamera(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "camera", limits: limits)
        let input = try CameraInput(&fields)
        var camera = try await existingCamera(call)
        let before = camera
        if let code = input.code.value, code != camera.code.text {
            throw CaselightError(
                .conflict, "change the code of camera '\(camera.code)'", because: "its footage is kept under its code",
                remedy: "Register another camera.")
        }
        let credentials = try input.apply(to: &camera, at: services.clock.now())
        try checkScope(of: camera, call)
        var keepsCredentials = false
        if case .keep = credentials { keepsCredentials = true }
        try await consultations.allow(
            .cameraChanged, call, camera: camera.code, detail: CameraChange.text(from: before, to: camera, changesCredentials: !keepsCredentials))
        try await records.updateCamera(camera, credentials: credentials)
        await services.feeds.cameraChanged(camera.code)
        logger.notice("camera changed", metadata: ["camera": "\(camera.code)"])
        return try JSONReply.response(CameraReply(camera: camera, status: await services.feeds.status(of: camera.code)))
    }

    private func removeCamera(_ call: Call) async throws -> Response {
        let camera = try await existingCamera(call)
        let code = camera.code
        try await consultations.allow(.cameraRemoved, call, camera: code, detail: CameraChange.text(of: camera))
        try await records.removeCamera(code, at: services.clock.now())
        await services.feeds.cameraChanged(code)
        logger.notice("camera removed", metadata: ["camera": "\(code)"])
        return Response(status: .noContent)
    }

    func existingCamera(_ call: Call) async throws -> Camera {
        try await gate.camera(try call.cameraCode(), in: try call.principal().scope)
    }

    private struct Probed: Encodable {
        let stream: StreamMetadata
        /// A JPEG, in base 64; left out where none was asked for.
        var picture: Data?
    }

    /// To see where a camera looks, and not what is in the picture's corners.
    private static let probedWidthPixels = 960

    private func probe(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "probe", limits: limits)
        let input = try FeedInput(&fields)
        let wantsPicture = try fields.flag("picture").value ?? false
        try fields.finish()
        let (url, credentials, transport) = try input.address()
        try await consultations.allow(
            .feedProbed, call, purpose: wantsPicture ? Self.alignmentPurpose : nil, detail: wantsPicture ? "\(url), with a picture" : "\(url)")
        do {
            let found = try await services.feeds.probe(
                url, credentials: credentials, transport: transport, pictureWidthPixels: wantsPicture ? Self.probedWidthPixels : nil)
            return try JSONReply.response(Probed(stream: found.stream, picture: found.picture.map { Data($0) }))
        } catch let error as CaselightError where Self.feedFailures.contains(error.code) {
            throw DetailedError(error: error, status: HTTPResponse.Status.unprocessableContent.code)
        }
    }

    /// What is wrong with the feed that was to be tried, and so with what was asked: 422, whatever the code means elsewhere.
    private static let feedFailures: Set<CaselightError.Code> = [
        .unauthorized, .unreachable, .endOfStream, .timedOut, .unsupportedMedia, .damagedMedia,
    ]

    /// Ten years: a clock that lost its battery stands at its maker's first day.
    private static let clockOffsetLimitSeconds = 3650.0 * 86_400

    private func stateClock(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "clock statement", limits: limits)
        let offset = try fields.number("offsetSeconds")
        let uncertainty = try fields.number("uncertaintySeconds")
        let note = try fields.text("note", limit: TextRule.addressLimit)
        let run = try fields.text("run", limit: 16).map { try RunID.parse($0) }
        try fields.finish()
        guard let offset = offset.value else { throw fields.missing("offsetSeconds") }
        guard abs(offset) <= Self.clockOffsetLimitSeconds else { throw fields.wrong("offsetSeconds", "is more than ten years") }
        let width = uncertainty.value ?? 1
        guard (0...86_400).contains(width) else { throw fields.wrong("uncertaintySeconds", "must be 0 to 86400") }
        let camera = try await existingCamera(call)
        if let id = run.value, try await index.run(id)?.camera != camera.code {
            throw CaselightError(.notFound, "state the clock of run '\(id)'", because: "camera '\(camera.code)' has no such run")
        }
        let correction = ClockCorrection(
            camera: camera.code, run: run.value, offsetUs: Microseconds(Int64((offset * 1e6).rounded())),
            uncertaintyUs: Microseconds(Int64((width * 1e6).rounded())), note: note.value ?? "", statedAt: services.clock.now())
        try await consultations.allow(.clockStated, call, camera: camera.code, detail: "offset \(offset) s within \(width) s")
        try await records.addClockCorrection(correction)
        logger.notice("clock stated", metadata: ["camera": "\(camera.code)", "offsetSeconds": "\(offset)"])
        return try JSONReply.response(correction, status: .created)
    }
}
