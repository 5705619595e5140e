import CaselightModel
import CaselightStore
import HTTPTypes
import Hummingbird
import Logging

extension API {
    var incidentRoutes: [Route] {
        [
            Route(
                .get, "/api/v1/incidents", .roles([.investigator, .dispatcher]),
                query: ["state", "category", "grid", "unit", "claimedBy", "from", "to", "text", "cursor", "limit"], handler: listIncidents),
            Route(.post, "/api/v1/incidents", .roles([.dispatcher]), act: .incidentPosted, handler: postIncident),
            Route(
                .post, "/api/v1/incidents/import", .roles([.dispatcher]), act: .listImported, query: ImportOptions.incidentQuery, handler: importIncidents),
            Route(.get, "/api/v1/incidents/{number}", .roles([.investigator, .dispatcher]), handler: showIncident),
            Route(.patch, "/api/v1/incidents/{number}", .roles([.investigator, .dispatcher]), act: .incidentChanged, handler: changeIncident),
        ]
    }

    private struct IncidentPage: Encodable {
        let incidents: [Incident]
        let nextCursor: IncidentNumber?
    }

    private func listIncidents(_ call: Call) async throws -> Response {
        let query = call.query
        let limit = try query.limit(limits)
        let filter = IncidentFilter(
            state: try query.choice("state", of: IncidentState.self), category: query.text("category"), grid: query.text("grid"),
            span: try query.optionalSpan(), text: query.text("text"), unit: query.text("unit"),
            claimedBy: try query.text("claimedBy").map { try AccountName($0) }, scope: try call.principal().scope,
            postedBy: try call.principal().account.name)
        let after = try query.text("cursor").map { try IncidentNumber($0) }
        let found = try await records.incidents(filter, after: after, limit: limit + 1)
        let page = Array(found.prefix(limit))
        return try JSONReply.response(IncidentPage(incidents: page, nextCursor: found.count > limit ? page.last?.number : nil))
    }

    private func postIncident(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "incident", limits: limits)
        let account = try call.principal().account
        var incident = try await inItsGrid(try IncidentInput(&fields).newIncident(of: account.unit, at: services.clock.now()))
        incident.postedBy = account.name
        try await consultations.allow(.incidentPosted, call, incident: incident.number)
        try await records.addIncident(incident)
        logger.notice("incident posted", metadata: ["incident": "\(incident.number)"])
        return try JSONReply.response(incident, status: .created, headers: [.location: "/api/v1/incidents/\(incident.number)"])
    }

    func inItsGrid(_ incident: Incident) async throws -> Incident {
        guard incident.grid == nil, let position = incident.position else { return incident }
        var placed = incident
        placed.grid = try await records.areas(containing: position).first
        return placed
    }

    private func showIncident(_ call: Call) async throws -> Response { try JSONReply.response(try await existingIncident(call)) }

    private func changeIncident(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "incident", limits: limits)
        let input = try IncidentInput(&fields)
        var incident = try await existingIncident(call)
        try input.apply(to: &incident, at: services.clock.now())
        try await consultations.allow(.incidentChanged, call, incident: incident.number)
        try await records.updateIncident(incident, by: try call.principal().account.name)
        logger.notice("incident changed", metadata: ["incident": "\(incident.number)"])
        return try JSONReply.response(incident)
    }

    func existingIncident(_ call: Call) async throws -> Incident {
        try await gate.incident(try call.incidentNumber(), for: try call.principal())
    }
}
