import CaselightModel
import CaselightStore
import HTTPTypes
import Hummingbird

extension API {
    /// Footage kept past retention.
    var holdRoutes: [Route] {
        [
            Route(.get, "/api/v1/holds", Self.caseReaders, query: ["incident", "camera", "cursor", "limit"], handler: listHolds),
            Route(.post, "/api/v1/holds", .roles([.investigator]), act: .hold, handler: placeHold),
            Route(.get, "/api/v1/holds/{id}", Self.caseReaders, handler: showHold),
            Route(.post, "/api/v1/holds/{id}/release", .roles([.investigator]), act: .holdReleaseAsked, handler: askRelease),
            Route(.post, "/api/v1/holds/{id}/approve", .roles([.investigator]), act: .holdReleased, handler: approveRelease),
        ]
    }

    /// Who may know of holds and exports: auditors too, since both are about footage and show none.
    static var caseReaders: AccessRule { .roles([.investigator, .auditor]) }

    private struct HoldPage: Encodable {
        let holds: [Hold]
        let nextCursor: String?
    }

    static let reasonLengths = 3...500

    private func listHolds(_ call: Call) async throws -> Response {
        let query = call.query
        let limit = try query.limit(limits)
        let principal = try call.principal()
        let incident = try query.given("incident").map { try IncidentNumber($0) }
        let camera = try query.given("camera").map { try CameraCode($0) }
        let found = try await services.holds.holds(of: incident, camera: camera, after: query.text("cursor"), limit: limit + 1)
        let page = found.prefix(limit)
        var known: [Hold] = []
        for hold in page where try await gate.knows(hold.camera, principal) { known.append(hold) }
        return try JSONReply.response(HoldPage(holds: known, nextCursor: found.count > limit ? page.last?.id : nil))
    }

    private func placeHold(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "hold", limits: limits)
        let camera = try fields.text("camera", limit: 64)
        let (start, end) = (try fields.time("startedAt"), try fields.time("endedAt"))
        let incident = try fields.text("incident", limit: 64).value.map { text throws(CaselightError) in try IncidentNumber(text) }
        let reason = try fields.reason()
        try fields.finish()
        guard let camera = camera.value else { throw fields.missing("camera") }
        guard let start = start.value else { throw fields.missing("startedAt") }
        guard let end = end.value else { throw fields.missing("endedAt") }
        let (principal, code, span) = (try call.principal(), try CameraCode(camera), try TimeSpan(from: start, to: end))
        if let incident { _ = try await gate.incident(incident, for: principal) }
        try await gate.checkFootage(of: code, for: principal)
        let hold = Hold(
            id: Hold.randomID(), camera: code, span: span, incident: incident, origin: .hand, reason: reason,
            placedBy: principal.account.name, placedAt: services.clock.now())
        let placed = try await place(hold, call)
        return try JSONReply.response(placed, status: .created, headers: [.location: "/api/v1/holds/\(hold.id)"])
    }

    /// Logs it, then keeps the footage.
    func place(_ hold: Hold, _ call: Call) async throws -> PlacedHold {
        try await consultations.allow(
            .hold, call, camera: hold.camera, span: hold.span, incident: hold.incident, purpose: hold.reason, object: hold.id)
        return try await services.holds.place(hold)
    }

    private func showHold(_ call: Call) async throws -> Response { try JSONReply.response(try await existingHold(call)) }

    private func askRelease(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "request for release", limits: limits)
        let reason = try fields.reason()
        try fields.finish()
        let hold = try await existingHold(call)
        try await consultations.allow(
            .holdReleaseAsked, call, camera: hold.camera, span: hold.span, incident: hold.incident, purpose: reason, object: hold.id)
        return try JSONReply.response(
            try await services.holds.askRelease(of: hold.id, by: try call.principal().account.name, reason: reason))
    }

    private func approveRelease(_ call: Call) async throws -> Response {
        let hold = try await existingHold(call)
        try await consultations.allow(
            .holdReleased, call, camera: hold.camera, span: hold.span, incident: hold.incident, purpose: hold.release?.reason, object: hold.id)
        return try JSONReply.response(try await services.holds.approveRelease(of: hold.id, by: try call.principal().account.name))
    }

    private func existingHold(_ call: Call) async throws -> Hold {
        let id = try call.parameter("id")
        let (found, principal) = (try await services.holds.hold(id), try call.principal())
        if found == nil { try await gate.feint(.camera, for: principal) }
        guard let hold = found, try await gate.knows(hold.camera, principal) else {
            throw CaselightError(.notFound, "find hold '\(id.prefix(40))'", because: "there is no such hold")
        }
        return hold
    }
}

extension FieldReader {
    /// A reason is a must: it stands in the log.
    mutating func reason() throws(CaselightError) -> String {
        guard let text = try text("reason", limit: API.reasonLengths.upperBound).value else { throw missing("reason") }
        let trimmed = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard API.reasonLengths.contains(trimmed.count) else {
            throw wrong("reason", "must be \(API.reasonLengths.lowerBound) to \(API.reasonLengths.upperBound) characters")
        }
        return trimmed
    }
}
