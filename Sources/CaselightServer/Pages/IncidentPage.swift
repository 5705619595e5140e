import CaselightModel
import CaselightQuery
import CaselightStore
import Hummingbird

extension API {
    var incidentPages: [Route] {
        [
            page(
                "/incidents/{number}", Self.boardReaders, act: .search, template: "incident",
                fragments: ["incident-now", "incident-timeline", "incident-leads", "incident-evidence"], incidentPage)
        ] + incidentFootagePages
    }

    private static let stepCount = 1000
    /// What somebody watched within such a time of each other is told of as one.
    private static let watchedTogether = Microseconds.seconds(60)

    private struct StepRow {
        let at, by, kind, text: String
        let camera: String?
        /// Of the footage it is about; named unlike the incident's own time, which a template would find where there is none.
        let shownFrom, shownTo: String?
        /// Since the step before.
        let after: String
    }

    private struct LeadRow { let id, seenAt, toward, note, bearing, degrees, latitude, longitude: String }
    private struct PictureRow { let id, path, cameraText: String, clockRead: String? }
    private struct Choice { let value, label: String }

    private func incidentPage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        let (incident, principal) = (try await existingIncident(call), try call.principal())
        let number = incident.number
        let lastStep = try await board.lastStepID()
        var model: [String: any Sendable] = [
            "number": number.text, "category": incident.category, "text": incident.text, "address": Self.told(incident.address), "unit": Self.told(incident.unit),
            "grid": Self.told(incident.grid ?? ""), "from": incident.span.start.rfc3339(), "to": incident.span.end.rfc3339(),
            "state": incident.state.rawValue, "stateWord": viewer.say(oneOf: "incidentState", incident.state.rawValue),
            "postedAt": incident.postedAt.rfc3339(), "steppedAt": incident.steppedAt.rfc3339(), "claimedBy": Self.told(incident.claimedBy?.text ?? ""),
            "mayWork": principal.has(.investigator) && incident.state != .closed, "isInvestigator": principal.has(.investigator),
            "isClosed": incident.state == .closed, "isMine": incident.claimedBy == principal.account.name,
            "isTaken": incident.claimedBy != nil && incident.claimedBy != principal.account.name, "hasMap": LeafletFiles.isInstalled,
            "lastStep": "\(lastStep)", "results": OutcomeResult.allCases.map { Choice(value: $0.rawValue, label: viewer.say(oneOf: "outcome", $0.rawValue)) },
        ]
        if let outcome = incident.outcome {
            model["outcome"] = viewer.say(oneOf: "outcome", outcome.result.rawValue)
            model["outcomeText"] = outcome.text
        }
        if let position = incident.position { model["position"] = "\(position.latitude),\(position.longitude)" }
        model["steps"] = try await stepRows(of: incident, for: principal, viewer)
        model["pending"] = try await pendingDeliveries(of: number, viewer)
        model["leads"] = try await board.leads(of: number).reversed().map { lead in
            LeadRow(
                id: "\(lead.id)", seenAt: lead.seenAt.rfc3339(), toward: lead.toward, note: lead.note,
                bearing: lead.bearingDegrees.map { "\(Int($0.rounded()))°" } ?? "", degrees: lead.bearingDegrees.map { "\($0)" } ?? "", latitude: "\(lead.position.latitude)",
                longitude: "\(lead.position.longitude)")
        }
        model["pictures"] = try await board.screenshots(of: number).map {
            PictureRow(
                id: "\($0.id)", path: "/api/v1/incidents/\(number)/screenshots/\($0.id)", cameraText: $0.cameraText,
                clockRead: $0.clockRead?.rfc3339())
        }
        if principal.has(.investigator) {
            model["partHours"] = "\(limits.playlistSpanHours)"
            model["roles"] = LinkRole.allCases.map { Choice(value: $0.rawValue, label: viewer.say(oneOf: "role", $0.rawValue)) }
            model["evidence"] = try await evidence(of: number, for: principal, viewer)
        }
        return Page("\(number) \(incident.category)", model)
    }

    /// What nobody said has a place, too.
    private static func told(_ text: String) -> String { text.isEmpty ? "–" : text }

    private func stepRows(of incident: Incident, for principal: Principal, _ viewer: Viewer) async throws -> [StepRow] {
        var steps: [CaseStep] = []
        for step in try await board.steps(of: incident.number, after: 0, limit: Self.stepCount) {
            if let step = try await shown(step, to: principal) { steps.append(step) }
        }
        var (rows, before): ([StepRow], WallTime?) = ([], nil)
        for (step, cameras) in Self.folded(steps) {
            rows.append(
                StepRow(
                    at: step.at.rfc3339(), by: step.by?.text ?? "", kind: viewer.say(oneOf: "step", step.kind.rawValue),
                    text: Self.words(of: step, viewer), camera: cameras.isEmpty ? nil : cameras.joined(separator: ", "),
                    shownFrom: step.span?.start.rfc3339(), shownTo: step.span?.end.rfc3339(),
                    after: before.map { "+" + CoverageStrip.length(step.at - $0, viewer) } ?? ""))
            before = step.at
        }
        return rows
    }

    /// Steps with their cameras. Who watches nine cameras at once is one line, not nine.
    private static func folded(_ steps: [CaseStep]) -> [(step: CaseStep, cameras: [String])] {
        var folded: [(step: CaseStep, cameras: [String])] = []
        for step in steps {
            let cameras = step.camera.map { [$0.text] } ?? []
            if step.kind == .reviewed, let last = folded.last, last.step.kind == .reviewed, last.step.by == step.by,
                step.at - last.step.at < watchedTogether
            {
                folded[folded.count - 1].step.span = nil
                folded[folded.count - 1].cameras += cameras.filter { !last.cameras.contains($0) }
            } else {
                folded.append((step, cameras))
            }
        }
        return folded
    }

    private static func words(of step: CaseStep, _ viewer: Viewer) -> String {
        switch step.kind {
        case .linked, .unlinked: viewer.say(oneOf: "role", step.text)
        case .closed: [viewer.say(oneOf: "outcome", step.object ?? ""), step.text].filter { !$0.isEmpty }.joined(separator: ": ")
        default: step.text
        }
    }
}
