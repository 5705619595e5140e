import CaselightModel
import CaselightQuery
import CaselightStore
import HTTPTypes
import Hummingbird
import Logging

extension API {
    /// Clips tied to incidents.
    var linkRoutes: [Route] {
        [
            Route(.get, "/api/v1/incidents/{number}/links", .roles([.investigator]), handler: listLinks),
            Route(.post, "/api/v1/incidents/{number}/links", .roles([.investigator]), act: .link, handler: addLink),
            Route(.delete, "/api/v1/incidents/{number}/links/{id}", .roles([.investigator]), act: .unlink, handler: removeLink),
        ]
    }

    /// What is linked is held. A link whose footage cannot be held is no link.
    private func held(_ link: ClipLink, _ note: String, _ call: Call) async throws -> PlacedHold {
        let hold = Hold(
            id: Hold.randomID(), camera: link.camera, span: link.span, incident: link.incident, origin: .link, originID: "\(link.id)",
            reason: "linked as \(link.role.rawValue)\(note.isEmpty ? "" : ": \(note.prefix(200))")", placedBy: try call.principal().account.name,
            placedAt: link.linkedAt)
        do {
            return try await place(hold, call)
        } catch {
            try await records.removeLink(link, by: try call.principal().account.name, at: services.clock.now())
            throw error
        }
    }

    /// The link, and beside it what the hold that came with it keeps.
    private struct LinkReply: Encodable {
        let link: ClipLink
        let held: PlacedHold

        private enum CodingKeys: String, CodingKey { case held }

        func encode(to encoder: any Encoder) throws {
            try link.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(held, forKey: .held)
        }
    }

    private struct LinkPage: Encodable { let links: [ClipLink] }

    private func listLinks(_ call: Call) async throws -> Response {
        let incident = try await existingIncident(call)
        return try JSONReply.response(LinkPage(links: try await search.links(of: incident.number, in: try call.principal().scope)))
    }

    private func addLink(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "link", limits: limits)
        let camera = try fields.text("camera", limit: 64)
        let (start, end) = (try fields.time("startedAt"), try fields.time("endedAt"))
        let role = try fields.choice("role", of: LinkRole.self)
        let note = try fields.text("note", limit: TextRule.addressLimit)
        try fields.finish()
        guard let camera = camera.value else { throw fields.missing("camera") }
        guard let start = start.value else { throw fields.missing("startedAt") }
        guard let end = end.value else { throw fields.missing("endedAt") }
        guard let role = role.value else { throw fields.missing("role") }
        let span = try TimeSpan(from: start, to: end)
        let (incident, principal, code) = (try await existingIncident(call), try call.principal(), try CameraCode(camera))
        try await gate.checkFootage(of: code, for: principal)
        try await consultations.allow(.link, call, camera: code, span: span, incident: incident.number, detail: role.rawValue)
        let link = try await records.addLink(ClipLink(
            id: 0, incident: incident.number, camera: code, span: span, role: role, note: note.value ?? "",
            linkedBy: principal.account.name, linkedAt: services.clock.now()))
        let placed = try await held(link, note.value ?? "", call)
        logger.notice("clip linked", metadata: ["incident": "\(incident.number)", "camera": "\(link.camera)", "link": "\(link.id)"])
        return try JSONReply.response(
            LinkReply(link: link, held: placed), status: .created, headers: [.location: "/api/v1/incidents/\(incident.number)/links/\(link.id)"])
    }

    private func removeLink(_ call: Call) async throws -> Response {
        let number = try await existingIncident(call).number
        let text = try call.parameter("id")
        guard let id = Int64(text), id > 0 else {
            throw CaselightError(.invalidCode, "use '\(text.prefix(40))' as a link's id", because: "it must be a whole number over 0")
        }
        // What is outside somebody's scope is not his to remove, and answers like what does not exist.
        guard let link = try await search.links(of: number, in: try call.principal().scope).first(where: { $0.id == id }) else {
            throw CaselightError(.notFound, "remove link \(id) of incident '\(number)'", because: "the incident has no such link")
        }
        try await consultations.allow(
            .unlink, call, camera: link.camera, span: link.span, incident: number, object: "link \(id)", detail: link.role.rawValue)
        try await records.removeLink(link, by: try call.principal().account.name, at: services.clock.now())
        logger.notice("link removed", metadata: ["incident": "\(number)", "link": "\(id)"])
        return Response(status: .noContent)
    }
}
