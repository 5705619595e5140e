import CaselightModel
import CaselightStore
import Foundation
import Hummingbird

extension API {
    var logPages: [Route] {
        let query = ["who", "incident", "camera", "action", "outcome", "from", "to", "before"]
        return [page("/log", Self.auditors, act: .logRead, query: query, template: "log", logPage)]
    }

    private static let rowCount = 100
    /// A busy person's day; what is more is counted as if it ended there, and the page says so.
    private static let glanceCount = 2000

    private struct Choice { let value, label: String, isCurrent: Bool }

    private struct Footage { let from, to: String }

    private struct EntryRow {
        let sequence: Int64
        let at, who, unit, action, outcome, tone, purpose, detail, address: String
        let camera, incident: String?
        let footage: Footage?
    }

    private func logPage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        let query = call.query
        let filter = LogFilter(
            who: try query.given("who"), camera: try query.given("camera").map { try CameraCode($0) },
            incident: try query.given("incident").map { try IncidentNumber($0) }, action: try query.choice("action", of: LogAction.self),
            outcome: try query.choice("outcome", of: LogOutcome.self), span: try query.optionalSpan())
        let before = try query.sequence("before")
        try await consultations.allow(.logRead, call, detail: String((call.request.uri.query ?? "all").prefix(300)))
        let found = try await services.logRows.rows(filter, before: before, limit: Self.rowCount + 1)
        let shown = found.prefix(Self.rowCount)
        var model: [String: any Sendable] = [
            "rows": try shown.map { row(try JSONDecoder().decode(LogEntry.self, from: Data($0.body)), viewer) },
            "who": filter.who ?? "", "incident": filter.incident?.text ?? "", "camera": filter.camera?.text ?? "",
            "from": query.text("from") ?? "", "to": query.text("to") ?? "", "csv": Self.csvQuery(call),
            "actions": LogAction.allCases.map {
                Choice(value: $0.rawValue, label: viewer.say(oneOf: "logAction", $0.rawValue), isCurrent: $0 == filter.action)
            },
            "outcomes": LogOutcome.allCases.map {
                Choice(value: $0.rawValue, label: viewer.say(oneOf: "logOutcome", $0.rawValue), isCurrent: $0 == filter.outcome)
            },
        ]
        if found.count > shown.count, let last = shown.last { model["next"] = "\(Self.csvQuery(call))before=\(last.sequence)" }
        if filter.who != nil || filter.incident != nil, let span = filter.span, span.duration <= .days(2), before == nil {
            model["glance"] = try await glance(filter, span, viewer)
        }
        return Page(viewer.say("navLog"), model)
    }

    private func glance(_ filter: LogFilter, _ span: TimeSpan, _ viewer: Viewer) async throws -> LogGlance {
        let rows = try await services.logRows.rows(filter, before: nil, limit: Self.glanceCount)
        let entries = try rows.map { try JSONDecoder().decode(LogEntry.self, from: Data($0.body)) }
        return LogGlance(entries.reversed(), span, isCut: rows.count == Self.glanceCount, viewer)
    }

    private func row(_ entry: LogEntry, _ viewer: Viewer) -> EntryRow {
        let (act, actor) = (entry.act, entry.act.actor)
        let detail = [act.object, act.detail].compactMap { $0 }.joined(separator: " · ")
        return EntryRow(
            sequence: entry.sequence, at: entry.at.rfc3339(), who: actor.who, unit: actor.unit,
            action: viewer.say(oneOf: "logAction", act.action.rawValue), outcome: viewer.say(oneOf: "logOutcome", act.outcome.rawValue),
            tone: Self.tone(of: act.outcome), purpose: act.purpose ?? "",
            detail: detail, address: actor.address ?? "", camera: act.camera?.text, incident: act.incident?.text,
            footage: act.span.map { Footage(from: $0.start.rfc3339(), to: $0.end.rfc3339()) })
    }

    static func tone(of outcome: LogOutcome) -> String {
        switch outcome {
        case .allowed, .done: "good"
        case .refused: "bad"
        case .failed: "warn"
        }
    }

    /// What was asked for, for the next page and for the table.
    private static func csvQuery(_ call: Call) -> String {
        ["who", "incident", "camera", "action", "outcome", "from", "to"].compactMap { name in
            call.query.text(name).map { "\(name)=\(QueryText.encode($0))&" }
        }.joined()
    }
}

/// A person's or an incident's time at a glance: when what was done, and how often.
struct LogGlance: Sendable {
    struct Lane: Sendable {
        let label: String
        let count: Int
        let ticks: [Tick]
    }

    struct Tick: Sendable {
        let x: String
        let kind: String
        let at: String
        let words: String
    }

    let lanes: [Lane]
    let from: String
    let to: String
    let isCut: Bool
    let count: Int

    private static let width = 1440.0

    init(_ entries: some Sequence<LogEntry>, _ span: TimeSpan, isCut: Bool, _ viewer: Viewer) {
        let all = Array(entries)
        (from, to, count) = (span.start.rfc3339(), span.end.rfc3339(), all.count)
        self.isCut = isCut
        let byAction = Dictionary(grouping: all, by: \.act.action)
        lanes = LogAction.allCases.compactMap { action in
            guard let entries = byAction[action] else { return nil }
            let label = viewer.say(oneOf: "logAction", action.rawValue)
            let ticks = entries.map { entry in
                let share = (entry.at - span.start).seconds / max(span.duration.seconds, 1)
                return Tick(
                    x: "\((share * Self.width * 10).rounded() / 10)", kind: API.tone(of: entry.act.outcome), at: entry.at.rfc3339(),
                    words: [label, entry.act.camera?.text, entry.act.incident?.text].compactMap { $0 }.joined(separator: " · "))
            }
            return Lane(label: label, count: entries.count, ticks: ticks)
        }
    }
}
