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

    /// In true time.
    var startsAt: WallTime { segment.span.start - clock.offsetUs }

    /// The same segment with its span in true time; its keyframes count from there.
    public var inTrueTime: Segment {
        var shifted = segment
        shifted.span = segment.span.shifted(by: -clock.offsetUs)
        return shifted
    }
}

extension FootageSearch {
    /// Lists a camera's segments in a span of true time, in the order of true time: what can be played of a span that ``clips(_:)`` or
    /// ``coverage(of:in:scope:)`` named.
    ///
    /// - Parameters:
    ///   - detailed: with their keyframes and activity, which cost a camera-day some milliseconds.
    ///   - scope: the cameras the asker may know of. - Throws: `notFound` for another.
    public func segments(
        of code: CameraCode, in span: TimeSpan, detailed: Bool = true, scope: CameraScope = .all
    ) async throws -> [TimedSegment] {
        try await check(code, isIn: scope, "list the segments of camera '\(code)'")
        let imports = try await imports(of: [code])[code] ?? [:]
        let found = try await segments(of: code, imports: imports, around: span, margin: .zero, detailed: detailed)
        var timed: [TimedSegment] = []
        timed.reserveCapacity(found.reduce(0) { $0 + $1.segments.count })
        for (clock, segments) in found {
            for segment in segments where segment.span.shifted(by: -clock.offsetUs).overlaps(span) {
                timed.append(TimedSegment(segment: segment, clock: clock))
            }
        }
        // What follows one clock came in order.
        guard found.count > 1 else { return timed }
        return timed.sorted { ($0.startsAt, $0.segment.id) < ($1.startsAt, $1.segment.id) }
    }
}
