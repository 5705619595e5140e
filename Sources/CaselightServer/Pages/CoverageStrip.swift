import CaselightModel
import CaselightQuery

/// A camera's recent time as a strip: what was recorded, and hatched what was not, with its cause.
struct CoverageStrip: Sendable {
    /// A stretch of it; the strip is 1440 wide.
    struct Stretch: Sendable {
        let x: String
        let width: String
        /// Of the style: `kept-full`, `gap-bad`.
        let kind: String
        let words: String
        let from: String
        let to: String
    }

    let stretches: [Stretch]
    let gaps: [GapRow]
    /// Where six hours have passed.
    let marks: [String]
    /// All of it in words, for those who do not see it.
    let words: String

    /// A gap as a table lists it.
    struct GapRow: Sendable {
        let cause: String
        let detail: String
        let from: String
        let to: String
        let length: String
    }

    private static let width = 1440.0

    init(_ found: CameraCoverage, _ viewer: Viewer) { self.init(of: found.wanted, kept: found.spans, missing: found.gaps, viewer) }

    init(of span: TimeSpan, kept found: [ClipSpan], missing lost: [Gap], _ viewer: Viewer) {
        func place(_ part: TimeSpan) -> (x: String, width: String) {
            let scale = Self.width / span.duration.seconds
            let start = (part.start - span.start).seconds * scale
            // What is too short to be seen is drawn as wide as can be.
            return (Self.number(start), Self.number(max(part.duration.seconds * scale, 2)))
        }
        func stretch(_ part: TimeSpan, _ kind: String, _ words: String) -> Stretch {
            let (x, width) = place(part)
            return Stretch(x: x, width: width, kind: kind, words: words, from: part.start.rfc3339(), to: part.end.rfc3339())
        }
        let kept = found.map { stretch($0.span, "kept-\($0.policy.rawValue)", viewer.say(oneOf: "policy", $0.policy.rawValue)) }
        let missing = lost.map { stretch($0.span, "gap-\(Self.tone(of: $0.cause))", viewer.say(oneOf: "gapCause", $0.cause.rawValue)) }
        stretches = kept + missing
        gaps = lost.reversed().map {
            GapRow(
                cause: viewer.say(oneOf: "gapCause", $0.cause.rawValue), detail: $0.detail, from: $0.span.start.rfc3339(), to: $0.span.end.rfc3339(),
                length: Self.length($0.span.duration, viewer))
        }
        marks = (1..<4).map { Self.number(Double($0) * Self.width / 4) }
        let recorded = found.reduce(Microseconds.zero) { $0 + $1.span.duration }
        words = viewer.say(
            "stripInWords",
            ["recorded": Self.length(recorded, viewer), "whole": Self.length(span.duration, viewer), "gaps": "\(lost.count)"])
    }

    static func length(_ span: Microseconds, _ viewer: Viewer) -> String {
        let seconds = Int(span.seconds.rounded())
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        if hours > 0 { return viewer.say("hoursMinutes", ["hours": "\(hours)", "minutes": "\(minutes)"]) }
        return viewer.say("minutesSeconds", ["minutes": "\(minutes)", "seconds": "\(seconds % 60)"])
    }

    /// Something is wrong, something was lost on our side, or nothing was wanted.
    private static func tone(of cause: GapCause) -> String {
        switch cause {
        case .feedLost, .unauthorized, .unknown: "bad"
        case .diskFull, .restart, .overload: "warn"
        case .notRegistered, .expired, .disabled: "off"
        }
    }

    private static func number(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
