internal import CaselightModel
import CaselightQuery
internal import CaselightStore

/// A segment begins with a keyframe, but for those that a camera without any made end by their length. A clip needs the keyframe before
/// its span, so the segments up to there come along.
struct KeyframeReach: Sendable {
    private let index: any FootageIndex

    /// Ten minutes each: a camera that sends no keyframe for longer has no picture to begin with.
    private static let stepLimit = 6
    /// As a playlist joins segments.
    private static let joinTolerance = Microseconds.milliseconds(500)

    init(_ index: any FootageIndex) { self.index = index }

    /// - Parameters:
    ///   - segments: those in the span, in the order of true time.
    ///   - span: in true time.
    func widened(_ segments: [TimedSegment], around span: TimeSpan) async throws -> [TimedSegment] {
        var widened: [TimedSegment] = []
        for run in segments.map(\.segment.id.run).withoutRepeats {
            let own = segments.filter { $0.segment.id.run == run }.sorted { $0.segment.id < $1.segment.id }
            guard let first = own.first, let last = own.last else { continue }
            widened += try await before(first, span.start).reversed() + own + after(last, span.end)
        }
        return widened
    }

    /// The nearest first.
    private func before(_ first: TimedSegment, _ start: WallTime) async throws -> [TimedSegment] {
        var (found, current): ([TimedSegment], TimedSegment) = ([], first)
        while found.count < Self.stepLimit, current.inTrueTime.span.start <= start, current.segment.id.sequence > 0,
            try await keyframes(of: current).contains(where: { $0 <= start }) == false,
            let previous = try await neighbour(of: current, sequence: current.segment.id.sequence - 1),
            (current.segment.span.start - previous.segment.span.end).value.magnitude <= Self.joinTolerance.value.magnitude
        {
            found.append(previous)
            current = previous
        }
        return found
    }

    private func after(_ last: TimedSegment, _ end: WallTime) async throws -> [TimedSegment] {
        var (found, current): ([TimedSegment], TimedSegment) = ([], last)
        while found.count < Self.stepLimit, try await keyframes(of: current).contains(where: { $0 >= end }) == false,
            let next = try await neighbour(of: current, sequence: current.segment.id.sequence + 1),
            (next.segment.span.start - current.segment.span.end).value.magnitude <= Self.joinTolerance.value.magnitude,
            try await keyframes(of: next).first != next.inTrueTime.span.start
        {
            found.append(next)
            current = next
        }
        return found
    }

    /// In true time.
    private func keyframes(of timed: TimedSegment) async throws -> [WallTime] {
        guard let segment = try await index.segment(timed.segment.id) else { return [] }
        return segment.keyframes.keyframes(from: segment.span.start).map { $0.time - timed.clock.offsetUs }
    }

    private func neighbour(of timed: TimedSegment, sequence: UInt32) async throws -> TimedSegment? {
        guard let segment = try await index.segment(SegmentID(run: timed.segment.id.run, sequence: sequence)), segment.hasFootage else {
            return nil
        }
        return TimedSegment(segment: segment, clock: timed.clock)
    }
}
