import CaselightExport
import CaselightModel
import CaselightQuery
import CaselightStore
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Makes packages: what the routes ask, and `caselightd` hands over.
package protocol ExportDesk: Sendable {
    /// Takes the order in, durably, and makes the package when its turn comes; a restart takes it up again.
    ///
    /// - Throws: `busy` where too many wait, `diskFull`.
    func begin(_ order: ExportOrder) async throws
    /// How far one is.
    func progress(of order: ExportOrder) async -> ExportProgress
    /// The authority's answer (RFC 3161) that came after the package was sealed; `nil` where there is none.
    func lateTimestamp(of order: ExportOrder) async -> [UInt8]?
    /// Bytes of a finished package. - Throws: `notFound` where it is gone, `diskFailed`.
    func bytes(of order: ExportOrder, in range: Range<Int64>) async throws -> [UInt8]
}

extension API {
    /// Evidence packages.
    var exportRoutes: [Route] {
        [
            Route(.get, "/api/v1/exports", Self.caseReaders, query: ["incident", "limit"], handler: listExports),
            Route(.post, "/api/v1/exports", .roles([.investigator]), act: .export, handler: beginExport),
            Route(.get, "/api/v1/exports/{id}", Self.caseReaders, handler: showExport),
            Route(.get, "/api/v1/exports/{id}/events", .roles([.investigator]), handler: exportEvents),
            Route(.get, "/api/v1/exports/{id}/timestamp.tsr", .roles([.investigator]), handler: lateTimestamp),
            Route(.get, "/api/v1/exports/{id}/package", .roles([.investigator]), act: .download, handler: package),
        ]
    }

    static let exportClipLimit = 200

    private struct ExportPage: Encodable { let exports: [ExportReply] }

    private struct ExportReply: Encodable {
        let order: ExportOrder
        let progress: ExportProgress?

        private enum CodingKeys: String, CodingKey { case progress }

        func encode(to encoder: any Encoder) throws {
            try order.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(progress, forKey: .progress)
        }
    }

    private func reply(_ order: ExportOrder) async -> ExportReply {
        ExportReply(order: order, progress: order.state == .running ? await services.exports.progress(of: order) : nil)
    }

    private func listExports(_ call: Call) async throws -> Response {
        let limit = try call.query.limit(limits)
        let incident = try call.query.given("incident").map { try IncidentNumber($0) }
        var known: [ExportReply] = []
        for order in try await services.cases.exports(of: incident, limit: limit) where try await knows(order, try call.principal()) {
            known.append(await reply(order))
        }
        return try JSONReply.response(ExportPage(exports: known))
    }

    private func beginExport(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "export", limits: limits)
        let number = try fields.text("incident", limit: 64)
        let given = try fields.objects("clips", countLimit: Self.exportClipLimit)
        let reason = try fields.reason()
        try fields.finish()
        guard let number = number.value else { throw fields.missing("incident") }
        let principal = try call.principal()
        let incident = try await gate.incident(try IncidentNumber(number), for: principal)
        let clips = try given.value.map { try $0.map(Self.clip) }
        let wanted: [ExportClip]
        if let clips { wanted = clips } else { wanted = try await linkedClips(of: incident.number, principal) }
        guard !wanted.isEmpty else {
            throw CaselightError(
                .invalidValue, "export incident '\(incident.number)'", because: "no clip is given and none is linked to it",
                remedy: "Link clips first, or name them.")
        }
        for clip in wanted { try await gate.checkFootage(of: clip.camera, for: principal) }
        let order = ExportOrder(
            id: Hold.randomID(), incident: incident.number, reason: reason, requestedBy: principal.account.name,
            requestedAt: services.clock.now(), clips: wanted)
        for clip in wanted {
            try await consultations.allow(
                .export, call, camera: clip.camera, span: clip.span, incident: incident.number, purpose: reason, object: order.id)
        }
        try await services.exports.begin(order)
        return try JSONReply.response(
            await reply(order), status: .accepted, headers: [.location: "/api/v1/exports/\(order.id)"])
    }

    private static func clip(_ fields: FieldReader) throws -> ExportClip {
        var fields = fields
        let camera = try fields.text("camera", limit: 64)
        let (start, end) = (try fields.time("startedAt"), try fields.time("endedAt"))
        try fields.finish()
        guard let camera = camera.value else { throw fields.missing("camera") }
        guard let start = start.value else { throw fields.missing("startedAt") }
        guard let end = end.value else { throw fields.missing("endedAt") }
        return ExportClip(camera: try CameraCode(camera), span: try TimeSpan(from: start, to: end))
    }

    /// All but those in which nothing was seen.
    private func linkedClips(of number: IncidentNumber, _ principal: Principal) async throws -> [ExportClip] {
        try await search.links(of: number, in: principal.scope).filter { $0.role != .nothingSeen }
            .map { ExportClip(camera: $0.camera, span: $0.span, role: $0.role, note: $0.note) }
    }

    private func showExport(_ call: Call) async throws -> Response {
        try JSONReply.response(await reply(try await existingExport(call)))
    }

    private func existingExport(_ call: Call) async throws -> ExportOrder {
        let id = try call.parameter("id")
        let (found, principal) = (try await services.cases.export(id), try call.principal())
        if found == nil {
            try await gate.feint(.incident, for: principal)
            // Reading what is found, with its clips, takes about as long as another question.
            try await gate.feint(.camera, for: principal)
        }
        guard let order = found, try await knows(order, principal) else {
            throw CaselightError(.notFound, "find export '\(id.prefix(40))'", because: "there is no such export")
        }
        return order
    }

    /// Only whoever may know of the incident and of every camera in it.
    func knows(_ order: ExportOrder, _ principal: Principal) async throws -> Bool {
        guard principal.scope != .all else { return true }
        guard let incident = try await records.incident(order.incident), Gate.knows(incident, principal) else { return false }
        for camera in Set(order.clips.map(\.camera)) where try await !gate.knows(camera, principal) { return false }
        return true
    }

    /// Whether what is being sent of it may go on being sent.
    private func mayHave(_ order: ExportOrder, _ principal: Principal) async throws -> Bool {
        principal.has(.investigator) ? try await knows(order, principal) : false
    }

    // MARK: Progress

    private static let eventInterval = Duration.milliseconds(500)
    /// Events without news between which a line is sent, so that proxies keep the connection.
    private static let quietCount = 20

    private func exportEvents(_ call: Call) async throws -> Response {
        let first = try await existingExport(call)
        let cases = services.cases
        let body = ResponseBody { writer in
            var (order, last, quiet) = (first, ByteBuffer(), 0)
            while true {
                let reply = await reply(order)
                let isOver = order.state.isOver
                var event = ByteBuffer(string: isOver ? "event: done\ndata: " : "event: progress\ndata: ")
                event.writeImmutableBuffer(JSONReply.buffer(reply))
                event.writeString("\n\n")
                if event != last {
                    try await writer.write(event)
                    (last, quiet) = (event, 0)
                } else {
                    quiet += 1
                    if quiet.isMultiple(of: Self.quietCount) { try await writer.write(ByteBuffer(string: ": working\n\n")) }
                }
                guard !isOver else { break }
                try await Task.sleep(for: Self.eventInterval)
                // Who was revoked meanwhile, or may no longer know of it, hears no more.
                let principal = try await gatekeeper.principal(of: call.request, call.context)
                guard let current = try await cases.export(order.id), try await mayHave(current, principal) else { break }
                order = current
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "text/event-stream"], body: body)
    }

    // MARK: The package

    private func lateTimestamp(_ call: Call) async throws -> Response {
        let order = try await existingExport(call)
        guard let response = await services.exports.lateTimestamp(of: order) else {
            throw CaselightError(
                .notFound, "send the late time stamp of export '\(order.id)'", because: "there is none",
                remedy: "timestamp.json in the package says whether it had one when it was sealed.")
        }
        return Response(
            status: .ok, headers: [.contentType: "application/timestamp-reply"], body: .init(byteBuffer: ByteBuffer(bytes: response)))
    }

    private static let pieceBytes: Int64 = 256 << 10

    private func package(_ call: Call) async throws -> Response {
        let order = try await existingExport(call)
        guard order.state == .ready, let size = order.byteCount, let sha256 = order.sha256 else {
            throw CaselightError(
                .conflict, "send the package of export '\(order.id)'", because: "it is \(order.state.rawValue)\(order.failure.map { ": \($0)" } ?? "")",
                remedy: order.state == .expired ? "Export the same clips again: their hold kept the footage." : "")
        }
        // Its file may be gone: a restored state folder holds none. Then nothing is promised, and nothing entered.
        guard try await !services.exports.bytes(of: order, in: 0..<1).isEmpty else {
            throw CaselightError(.notFound, "send the package of export '\(order.id)'", because: "its file is empty")
        }
        let tag = "\"\(sha256)\""
        let range = try requestedRange(call.request, size: size, tag: tag)
        var headers: HTTPFields = [
            .contentType: "application/zip", .acceptRanges: "bytes", .eTag: tag,
            .contentDisposition: "attachment; filename=\"\(order.incident)-\(order.id).zip\"",
        ]
        if call.request.headers[.ifNoneMatch].map({ $0.contains(tag) }) == true { return Response(status: .notModified, headers: headers) }
        try await consultations.allow(
            .download, call, incident: order.incident, purpose: order.reason, object: order.id,
            detail: range.map { "bytes \($0.lowerBound) to \($0.upperBound) of \(size)" })
        let sent = range ?? 0..<size
        headers[.contentLength] = String(sent.count)
        if range != nil { headers[.contentRange] = "bytes \(sent.lowerBound)-\(sent.upperBound - 1)/\(size)" }
        let status: HTTPResponse.Status = range == nil ? .ok : .partialContent
        if call.request.method == .head { return Response(status: status, headers: headers) }
        return Response(status: status, headers: headers, body: packageBody(order, sent, call))
    }

    private func packageBody(_ order: ExportOrder, _ range: Range<Int64>, _ call: Call) -> ResponseBody {
        let exports = services.exports
        return ResponseBody(contentLength: range.count) { [gatekeeper] writer in
            var watch = RightWatch(call, gatekeeper) { try await mayHave(order, $0) }
            var position = range.lowerBound
            while position < range.upperBound {
                try await watch.look()
                let bytes = try await exports.bytes(of: order, in: position..<min(position + Self.pieceBytes, range.upperBound))
                guard !bytes.isEmpty else {
                    throw CaselightError(.diskFailed, "send the package of export '\(order.id)'", because: "its file ends at byte \(position)")
                }
                try await writer.write(ByteBuffer(bytes: bytes))
                position += Int64(bytes.count)
            }
            try await writer.finish(nil)
        }
    }
}
