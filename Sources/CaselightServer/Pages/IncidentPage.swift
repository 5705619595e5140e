import CaselightModel
import CaselightQuery
import CaselightStore
import Hummingbird

extension API {
    var incidentPages: [Route] {
        [
            page("/incidents/{number}", Self.boardReaders, act: .search, template: "incident", fragments: ["incident-timeline"], incidentPage),
            page(
                "/incidents/{number}/footage", .footage([.investigator]), act: .search, template: "incident-footage", incidentFootage),
        ]
    }

    private static let stepCount = 1000

    private struct StepRow {
        let at, by, kind, text: String
        let camera: String?
        /// Of the footage it is about; named unlike the incident's own time, which a template would find where there is none.
        let shownFrom, shownTo: String?
        /// Since the step before.
        let after: String
    }

    private struct LeadRow { let id, seenAt, toward, note, bearing, latitude, longitude: String }
    private struct PictureRow { let id, path, cameraText: String, clockRead: String? }
    private struct Choice { let value, label: String }

    private func incidentPage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        let (incident, principal) = (try await existingIncident(call), try call.principal())
        let number = incident.number
        let lastStep = try await board.lastStepID()
        var model: [String: any Sendable] = [
            "number": number.text, "category": incident.category, "text": incident.text, "address": incident.address, "unit": incident.unit,
            "grid": incident.grid ?? "", "from": incident.span.start.rfc3339(), "to": incident.span.end.rfc3339(),
            "state": incident.state.rawValue, "stateWord": viewer.say(oneOf: "incidentState", incident.state.rawValue),
            "postedAt": incident.postedAt.rfc3339(), "steppedAt": incident.steppedAt.rfc3339(), "claimedBy": incident.claimedBy?.text ?? "",
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
        model["leads"] = try await board.leads(of: number).reversed().map { lead in
            LeadRow(
                id: "\(lead.id)", seenAt: lead.seenAt.rfc3339(), toward: lead.toward, note: lead.note,
                bearing: lead.bearingDegrees.map { "\(Int($0.rounded()))°" } ?? "", latitude: "\(lead.position.latitude)",
                longitude: "\(lead.position.longitude)")
        }
        model["pictures"] = try await board.screenshots(of: number).map {
            PictureRow(
                id: "\($0.id)", path: "/api/v1/incidents/\(number)/screenshots/\($0.id)", cameraText: $0.cameraText,
                clockRead: $0.clockRead?.rfc3339())
        }
        return Page("\(number) \(incident.category)", model)
    }

    private func stepRows(of incident: Incident, for principal: Principal, _ viewer: Viewer) async throws -> [StepRow] {
        var (rows, before): ([StepRow], WallTime?) = ([], nil)
        for step in try await board.steps(of: incident.number, after: 0, limit: Self.stepCount) {
            guard let step = try await shown(step, to: principal) else { continue }
            rows.append(
                StepRow(
                    at: step.at.rfc3339(), by: step.by?.text ?? "", kind: viewer.say(oneOf: "step", step.kind.rawValue),
                    text: Self.words(of: step, viewer), camera: step.camera?.text, shownFrom: step.span?.start.rfc3339(),
                    shownTo: step.span?.end.rfc3339(),
                    after: before.map { "+" + CoverageStrip.length(step.at - $0, viewer) } ?? ""))
            before = step.at
        }
        return rows
    }

    private static func words(of step: CaseStep, _ viewer: Viewer) -> String {
        switch step.kind {
        case .linked, .unlinked: viewer.say(oneOf: "role", step.text)
        case .closed: [viewer.say(oneOf: "outcome", step.object ?? ""), step.text].filter { !$0.isEmpty }.joined(separator: ": ")
        default: step.text
        }
    }
}

/// The cameras that could have seen an incident.
extension API {
    private struct Candidate {
        let code, name, sees, seesTone, footage, distance, clock: String
        let strip: CoverageStrip
        let stills: [StillPlace]
        let peaks: [Mark]
        let reviewed: [Reviewed]
        /// For playing: of the recorded times.
        let from, to: String
        let hasFootage: Bool
    }

    private struct StillPlace { let at, path: String }
    private struct Mark { let x, width, from, to: String }
    private struct Reviewed { let x, width, by, from, to: String }
    private struct Role { let value, label: String }

    /// As many as a person looks through.
    private static let candidateLimit = 60
    private static let stillCount = 6

    private func incidentFootage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        let (number, principal) = (try call.incidentNumber(), try call.principal())
        let incident = try await gate.incident(number, for: principal)
        try await consultations.allow(.search, call, span: incident.span, incident: number, detail: "candidates")
        let options = CandidateOptions(filter: CameraFilter(scope: principal.scope), limit: Self.candidateLimit, includesActivity: true)
        let found = try await search.candidates(of: number, options)
        let reviews = try await reviews(of: number, for: principal)
        let (window, statement) = (found.answer.statement.wanted, found.answer.statement)
        let candidates = found.answer.clips.map { clips in
            candidate(
                clips, found.answer.gaps.filter { $0.camera == clips.camera }, reviews.filter { $0.camera == clips.camera }, window, number, viewer)
        }
        let values = [
            "cameras": "\(statement.camerasInRange)", "full": "\(statement.withFullFootage)", "gaps": "\(statement.withGaps)",
            "without": "\(statement.withoutFootage)", "seeing": "\(statement.sees.yes)",
        ]
        let model: [String: any Sendable] = [
            "number": number.text, "candidates": candidates, "statement": viewer.say("statementInWords", values),
            "from": window.start.rfc3339(), "to": window.end.rfc3339(),
            "roles": LinkRole.allCases.map { Role(value: $0.rawValue, label: viewer.say(oneOf: "role", $0.rawValue)) },
        ]
        return Page(viewer.say("candidates"), model)
    }

    private func candidate(
        _ clips: CameraClips, _ gaps: [Gap], _ reviews: [CaseStep], _ window: TimeSpan, _ number: IncidentNumber, _ viewer: Viewer
    ) -> Candidate {
        let tones: [Sight: String] = [.yes: "good", .partly: "warn", .unknown: "info", .no: "off"]
        let offset = clips.spans.first?.clock.offsetUs ?? .zero
        let uncertainty = String((clips.wideningUs.seconds * 10).rounded() / 10)
        let played = clips.spans.first.map { TimeSpan(start: $0.recordedSpan.start, end: clips.spans.last?.recordedSpan.end ?? $0.recordedSpan.end) }
        return Candidate(
            code: clips.camera.text, name: clips.name, sees: viewer.say(oneOf: "sight", clips.sees.rawValue), seesTone: tones[clips.sees] ?? "off",
            footage: viewer.say(oneOf: "footage", clips.footage.rawValue), distance: clips.distanceMeters.map { "\(Int($0.rounded())) m" } ?? "",
            clock: viewer.say("clockApplied", ["offset": "\(offset.seconds)", "uncertainty": uncertainty]),
            strip: CoverageStrip(of: window, kept: clips.spans, missing: gaps, viewer), stills: stills(of: clips, number),
            peaks: (clips.activityPeaks ?? []).map { peak in
                let (x, width) = Self.place(peak.span, in: window)
                return Mark(x: x, width: width, from: peak.span.start.rfc3339(), to: peak.span.end.rfc3339())
            },
            reviewed: reviews.compactMap { step in
                guard let span = step.span else { return nil }
                let (x, width) = Self.place(span, in: window)
                return Reviewed(x: x, width: width, by: step.by?.text ?? "", from: span.start.rfc3339(), to: span.end.rfc3339())
            },
            from: played?.start.rfc3339() ?? "", to: played?.end.rfc3339() ?? "", hasFootage: played != nil)
    }

    /// Evenly over what was recorded; each is decoded when the browser comes to it.
    private func stills(of clips: CameraClips, _ number: IncidentNumber) -> [StillPlace] {
        let total = clips.spans.reduce(Microseconds.zero) { $0 + $1.span.duration }
        guard total > .zero else { return [] }
        return (0..<Self.stillCount).compactMap { index in
            var rest = Microseconds(total.value * Int64(2 * index + 1) / Int64(2 * Self.stillCount))
            for span in clips.spans {
                if rest < span.span.duration {
                    let at = span.span.start + rest
                    let recorded = (span.recordedSpan.start + rest).rfc3339()
                    return StillPlace(
                        at: at.rfc3339(), path: "/api/v1/cameras/\(clips.camera)/still.jpg?at=\(recorded)&width=240&incident=\(number)")
                }
                rest = rest - span.span.duration
            }
            return nil
        }
    }

    private static func place(_ span: TimeSpan, in window: TimeSpan) -> (String, String) {
        let scale = 1440 / window.duration.seconds
        let (start, end) = (max(span.start, window.start), min(span.end, window.end))
        return ("\((start - window.start).seconds * scale)", "\(max(0, (end - start).seconds) * scale)")
    }
}
