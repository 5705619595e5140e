internal import CaselightEvidence
package import CaselightModel

/// Who watches which camera for what: what one viewing is about.
package struct ViewingSubject: Hashable, Sendable, Codable {
    package var actor: LogActor
    package var camera: CameraCode
    package var incident: IncidentNumber?
    package var purpose: String?

    package init(actor: LogActor, camera: CameraCode, incident: IncidentNumber?, purpose: String?) {
        self.actor = actor
        self.camera = camera
        self.incident = incident
        self.purpose = purpose
    }

    /// The subject of a playback that an act allows; `nil` for any other act.
    init?(_ act: LoggedAct) {
        guard act.action == .playback, act.outcome == .allowed, let camera = act.camera else { return nil }
        self.init(actor: act.actor, camera: camera, incident: act.incident, purpose: act.purpose)
    }
}

/// What somebody has watched so far, kept durably beside the log until it is sealed into one entry.
struct Viewing: Hashable, Sendable, Codable {
    let id: String
    let subject: ViewingSubject
    let startedAt: WallTime
    /// The last call; on disk as of the last new span.
    var lastAt: WallTime
    /// In order, apart.
    private(set) var spans: [TimeSpan] = []

    init(id: String, subject: ViewingSubject, startedAt: WallTime) {
        self.id = id
        self.subject = subject
        self.startedAt = startedAt
        lastAt = startedAt
    }

    /// 16 hexadecimal digits, drawn at random.
    static func newID() -> String { withUnsafeBytes(of: UInt64.random(in: 0...(.max))) { HexText.text($0) } }

    func covers(_ span: TimeSpan) -> Bool { spans.contains { $0.start <= span.start && span.end <= $0.end } }

    mutating func add(_ span: TimeSpan) {
        let reach = span.widened(by: LogLimits.joinGap)
        let joined = spans.filter { $0.start <= reach.end && reach.start <= $0.end }
        let start = joined.map(\.start).reduce(span.start, min)
        let end = joined.map(\.end).reduce(span.end, max)
        spans.removeAll(where: joined.contains)
        spans.insert(TimeSpan(start: start, end: end), at: spans.firstIndex { $0.start > start } ?? spans.count)
    }

    var isFull: Bool { spans.count >= LogLimits.spansPerViewing }

    func isIdle(at now: WallTime) -> Bool { now - lastAt >= LogLimits.viewingIdle }
    /// A clock set back ends a viewing too: its times could not be told apart any more.
    func isDue(at now: WallTime) -> Bool { isIdle(at: now) || now - startedAt >= LogLimits.viewingLength || now < startedAt }

    /// The entry it becomes.
    var act: LoggedAct {
        let (first, last) = (spans.first, spans.last)
        let hull = first.flatMap { first in last.map { TimeSpan(start: first.start, end: $0.end) } }
        var detail = "watched between \(startedAt) and \(max(startedAt, lastAt))"
        if spans.count > 1 { detail += "; \(spans.count) spans: \(spans.map(\.description).joined(separator: ", "))" }
        return LoggedAct(
            .watched, by: subject.actor, outcome: .done, camera: subject.camera, span: hull, incident: subject.incident,
            purpose: subject.purpose, object: id, detail: detail)
    }
}
