import CaselightModel
import CaselightStore
import HTTPTypes
import Hummingbird
import Logging

extension API {
    /// Clips tied to incidents.
    var linkRoutes: [Route] {
        [
            Route(.get, "/api/v1/incidents/{number}/links", handler: listLinks),
            Route(.post, "/api/v1/incidents/{number}/links", handler: addLink),
            Route(.delete, "/api/v1/incidents/{number}/links/{id}", handler: removeLink),
        ]
    }

    private struct LinkPage: Encodable { let links: [ClipLink] }

    private func listLinks(_ call: Call) async throws -> Response {
        let incident = try await existingIncident(call)
        return try JSONReply.response(LinkPage(links: try await records.links(of: incident.number)))
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
        let incident = try await existingIncident(call)
        let link = try await records.addLink(ClipLink(
            id: 0, incident: incident.number, camera: try CameraCode(camera), span: span, role: role, note: note.value ?? "",
            linkedAt: services.clock.now()))
        logger.notice("clip linked", metadata: ["incident": "\(incident.number)", "camera": "\(link.camera)", "link": "\(link.id)"])
        return try JSONReply.response(
            link, status: .created, headers: [.location: "/api/v1/incidents/\(incident.number)/links/\(link.id)"])
    }

    private func removeLink(_ call: Call) async throws -> Response {
        let number = try call.incidentNumber()
        let text = try call.parameter("id")
        guard let id = Int64(text), id > 0 else {
            throw CaselightError(.invalidCode, "use '\(text.prefix(40))' as a link's id", because: "it must be a whole number over 0")
        }
        try await records.removeLink(id, of: number)
        logger.notice("link removed", metadata: ["incident": "\(number)", "link": "\(id)"])
        return Response(status: .noContent)
    }
}
