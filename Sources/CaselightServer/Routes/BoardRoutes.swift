import CaselightModel
import CaselightQuery
import CaselightStore
import HTTPTypes
import Hummingbird
import Logging

extension API {
    /// Who works on an incident, what came of it, and what is done on the way.
    var boardRoutes: [Route] {
        let incident = "/api/v1/incidents/{number}"
        return [
            Route(.post, incident + "/claim", .roles([.investigator]), act: .claim, handler: claim),
            Route(.get, incident + "/leads", Self.boardReaders, handler: listLeads),
            Route(.post, incident + "/leads", .roles([.investigator]), act: .lead, handler: addLead),
            Route(
                .get, incident + "/next", .footage([.investigator]), act: .search, query: ["lead", "radius", "limit"], required: ["lead"],
                handler: nextCameras),
            Route(.post, incident + "/notes", Self.boardReaders, act: .note, handler: addNote),
            Route(.get, incident + "/reviews", .roles([.investigator]), handler: listReviews),
            Route(.post, incident + "/reviews", .roles([.investigator]), act: .review, handler: addReview),
            Route(.post, incident + "/outcome", .roles([.investigator]), act: .incidentClosed, handler: closeIncident),
            Route(.delete, incident + "/outcome", .roles([.investigator]), act: .incidentReopened, handler: reopenIncident),
        ]
    }

    /// Whoever posts incidents, and whoever works on them.
    static let boardReaders = AccessRule.roles([.investigator, .dispatcher])

    private func claim(_ call: Call) async throws -> Response {
        var takesOver = false
        if call.request.headers[.contentLength].map({ $0 != "0" }) ?? (call.request.headers[.transferEncoding] != nil) {
            var fields = try await call.fields(of: "claim", limits: limits)
            takesOver = try fields.flag("takeOver").value ?? false
            try fields.finish()
        }
        let (number, account) = (try await existingIncident(call).number, try call.principal().account.name)
        try await consultations.allow(.claim, call, incident: number)
        let incident = try await board.claim(number, by: account, takingOver: takesOver, at: services.clock.now())
        logger.notice("incident claimed", metadata: ["incident": "\(number)", "account": "\(account)"])
        return try JSONReply.response(incident)
    }

    // MARK: Leads

    private struct LeadPage: Encodable { let leads: [Lead] }

    private func listLeads(_ call: Call) async throws -> Response {
        let (number, principal) = (try await existingIncident(call).number, try call.principal())
        var leads: [Lead] = []
        for lead in try await board.leads(of: number) { leads.append(try await shown(lead, to: principal)) }
        return try JSONReply.response(LeadPage(leads: leads))
    }

    /// Where the subject went is for all who work on the incident; which camera saw it, for those who may know of the camera.
    private func shown(_ lead: Lead, to principal: Principal) async throws -> Lead {
        guard let camera = lead.camera else { return lead }
        if principal.has(.investigator), try await gate.knows(camera, principal) { return lead }
        var lead = lead
        lead.camera = nil
        return lead
    }

    private func addLead(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "lead", limits: limits)
        let camera = try fields.text("camera", limit: 64)
        let seenAt = try fields.time("seenAt")
        let place = try PlaceInput.read(&fields)
        let bearing = try fields.number("bearingDegrees", over: -0.001, atMost: 360)
        let toward = try fields.text("toward", limit: TextRule.addressLimit)
        let note = try fields.text("note", limit: TextRule.textLimit)
        try fields.finish()
        guard let seenAt = seenAt.value else { throw fields.missing("seenAt") }
        let (number, principal) = (try await existingIncident(call).number, try call.principal())
        let code = try camera.value.map { try CameraCode($0) }
        if let code { try await gate.checkFootage(of: code, for: principal) }
        var position = try PlaceInput.derived(place.value).1
        if position == nil, let code { position = try await records.lastRegistration(of: code)?.position }
        guard let position else {
            throw CaselightError(
                .invalidValue, "read the lead", because: "it says neither where it was seen nor which located camera saw it",
                remedy: "Give a position or a camera.")
        }
        try await consultations.allow(.lead, call, camera: code, incident: number, detail: toward.value.map { "toward \($0.prefix(200))" })
        let lead = try await board.addLead(
            Lead(
                incident: number, camera: code, seenAt: seenAt, position: position, bearingDegrees: bearing.value,
                toward: toward.value ?? "", note: note.value ?? "", by: principal.account.name, at: services.clock.now()))
        logger.notice("lead found", metadata: ["incident": "\(number)", "lead": "\(lead.id)"])
        return try JSONReply.response(lead, status: .created)
    }

    private func nextCameras(_ call: Call) async throws -> Response {
        let (number, principal) = (try await existingIncident(call).number, try call.principal())
        let id = try call.query.sequence("lead") ?? 0
        guard let lead = try await board.leads(of: number).first(where: { $0.id == id }) else {
            throw CaselightError(.notFound, "find the next cameras after lead \(id)", because: "incident '\(number)' has no such lead")
        }
        let options = NextCameraOptions(
            radiusMeters: try call.query.number("radius") ?? NextCameraOptions.defaultRadiusMeters,
            filter: CameraFilter(scope: principal.scope), limit: try call.query.limit(limits))
        try await consultations.allow(.search, call, incident: number, object: "lead \(id)", detail: "next cameras")
        return try JSONReply.response(try await search.nextCameras(after: lead, options))
    }

    // MARK: Notes and reviews

    private func addNote(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "note", limits: limits)
        let text = try fields.text("text", limit: CaseStep.noteLimitCharacters)
        try fields.finish()
        guard let text = text.value, text.contains(where: { !$0.isWhitespace }) else { throw fields.missing("text") }
        let (number, account) = (try await existingIncident(call).number, try call.principal().account.name)
        try await consultations.allow(.note, call, incident: number)
        let step = try await board.addStep(CaseStep(incident: number, kind: .noted, at: services.clock.now(), by: account, text: text))
        return try JSONReply.response(step, status: .created)
    }

    private struct ReviewPage: Encodable { let reviews: [CaseStep] }

    private func listReviews(_ call: Call) async throws -> Response {
        let number = try await existingIncident(call).number
        return try JSONReply.response(ReviewPage(reviews: try await reviews(of: number, for: try call.principal())))
    }

    /// What was watched for an incident, of cameras that the asker may know of.
    func reviews(of number: IncidentNumber, for principal: Principal) async throws -> [CaseStep] {
        var known: [CaseStep] = []
        for step in try await board.steps(of: number, kind: .reviewed) {
            if let shown = try await shown(step, to: principal) { known.append(shown) }
        }
        return known
    }

    private func addReview(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "review", limits: limits)
        let camera = try fields.text("camera", limit: 64)
        let (start, end) = (try fields.time("startedAt"), try fields.time("endedAt"))
        try fields.finish()
        guard let camera = camera.value else { throw fields.missing("camera") }
        guard let start = start.value else { throw fields.missing("startedAt") }
        guard let end = end.value else { throw fields.missing("endedAt") }
        let (code, span) = (try CameraCode(camera), try TimeSpan(from: start, to: end))
        let (number, principal) = (try await existingIncident(call).number, try call.principal())
        try await gate.checkFootage(of: code, for: principal)
        try await consultations.allow(.review, call, camera: code, span: span, incident: number)
        let step = try await board.addStep(
            CaseStep(
                incident: number, kind: .reviewed, at: services.clock.now(), by: principal.account.name, camera: code, span: span))
        return try JSONReply.response(step, status: .created)
    }

    // MARK: The end

    private func closeIncident(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "outcome", limits: limits)
        let result = try fields.choice("result", of: OutcomeResult.self)
        let text = try fields.text("text", limit: TextRule.textLimit)
        try fields.finish()
        guard let result = result.value else { throw fields.missing("result") }
        let (number, account) = (try await existingIncident(call).number, try call.principal().account.name)
        try await consultations.allow(.incidentClosed, call, incident: number, detail: result.rawValue)
        let incident = try await board.closeIncident(
            number, Outcome(result: result, text: text.value ?? ""), by: account, at: services.clock.now())
        // A case closed starts the clock of its holds; opened again, it stops it.
        _ = try await services.holds.incidentClosed(number, at: services.clock.now())
        logger.notice("incident closed", metadata: ["incident": "\(number)", "result": "\(result.rawValue)"])
        return try JSONReply.response(incident)
    }

    private func reopenIncident(_ call: Call) async throws -> Response {
        let (number, account) = (try await existingIncident(call).number, try call.principal().account.name)
        try await consultations.allow(.incidentReopened, call, incident: number)
        let incident = try await board.reopenIncident(number, by: account, at: services.clock.now())
        _ = try await services.holds.incidentReopened(number)
        logger.notice("incident reopened", metadata: ["incident": "\(number)"])
        return try JSONReply.response(incident)
    }
}
