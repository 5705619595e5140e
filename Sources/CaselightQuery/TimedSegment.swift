public import CaselightModel
import CaselightStore

/// A segment, and the clock that its times follow.
public struct TimedSegment: Hashable, Sendable {
    /// As the archive has it: its times are the recorder's.
    public var segment: Segment
    /// How well its times are known, and how far they are off.
    public var clock: SpanClock

    /// Makes an entry of its parts.
    public init(segment: Segment, clock: SpanClock) {
        self.segment = segment
        self.clock = clock
    }

    /// The same segment with its span in true time; its keyframes count from there.
    public var inTrueTime: Segment {
        var shifted = segment
        shifted.span = segment.span.shifted(by: -clock.offsetUs)
        return shifted
    }
}

extension FootageSearch {
    /// Lists a camera's segments in a span of true time, with their keyframes and activity, in the order of true time: what can be
    /// played of a span that ``clips(_:)`` or ``coverage(of:in:)`` named.
    public func segments(of code: CameraCode, in span: TimeSpan) async throws -> [TimedSegment] {
        let imports = try await imports(of: [code])[code] ?? [:]
        let found = try await segments(of: code, imports: imports, around: span, margin: .zero, detailed: true)
        return found.flatMap { clock, segments in segments.map { TimedSegment(segment: $0, clock: clock) } }
            .filter { $0.inTrueTime.span.overlaps(span) }
            .sorted { ($0.inTrueTime.span.start, $0.segment.id) < ($1.inTrueTime.span.start, $1.segment.id) }
    }
}
