public import CaselightModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where something moved in front of a camera: what a player that skims jumps through.
///
/// The threshold comes from the span itself. Its quiet level is the lower quartile, so that up to half of a span or more may be busy; how
/// much the lower half flickers is told by its steps from second to second; and the threshold lies so far above both that of a span in
/// which nothing moves about eight seconds would pass it, however long it is. Each measure is judged by itself.
public struct ActiveStretches: Hashable, Sendable, Codable {
    /// In true time, in order, apart from each other; each reaches a second beyond what moved.
    public var active: [TimeSpan]
    /// Recorded time of which nothing can be told, such as streams of keyframes alone: whoever skims has to look at it.
    public var untold: [TimeSpan]

    /// Before and after what moved.
    private static let padding = Microseconds.seconds(1)
    /// Stretches no farther apart than this are one.
    private static let pause = Microseconds.seconds(2)
    /// Of a span in which nothing moves, so many seconds may seem active.
    private static let chanceSeconds = 8.0
    /// How far above the quiet level at least, and at most: 3 % and two thirds more, in steps of `ActivityTable.levels`.
    private static let margins = 1.5...24.0

    /// - Parameters:
    ///   - segments: with their activity, in true time, in order.
    ///   - span: what is asked about; nothing outside of it is named.
    public init(of segments: [Segment], in span: TimeSpan) {
        var active: [TimeSpan] = []
        for measure in ActivityMeasure.allCases {
            active += Self.active(segments.filter { $0.activity.measure == measure && !Self.isUntold($0) }, in: span)
        }
        self.active = Self.merged(active, in: span)
        untold = Self.merged(segments.compactMap(Self.untold), pause: .zero, in: span)
    }

    private static func isUntold(_ segment: Segment) -> Bool { segment.activity.levels.allSatisfy { $0 == 0 } }

    /// All of it, or what its table does not reach.
    private static func untold(_ segment: Segment) -> TimeSpan? {
        let start = isUntold(segment) ? segment.span.start : segment.span.start + .seconds(Int64(segment.activity.secondCount))
        return start < segment.span.end ? TimeSpan(start: start, end: segment.span.end) : nil
    }

    private struct Second {
        let time: WallTime
        let level: Double
        /// Whether it follows the one before without a hole.
        let follows: Bool
    }

    private static func active(_ segments: [Segment], in span: TimeSpan) -> [TimeSpan] {
        var seconds: [Second] = []
        for segment in segments {
            for (position, level) in segment.activity.levels.enumerated() {
                let time = segment.span.start + .seconds(Int64(position))
                let second = TimeSpan(start: time, end: time + .seconds(1))
                // Of a part of a second, at a segment's end, a low level tells nothing.
                guard second.overlaps(span) else { continue }
                let isWhole = second.end <= segment.span.end
                let told = isWhole || position == 0 ? Double(level) : max(Double(level), seconds.last?.level ?? 0)
                let follows = seconds.last.map { time - $0.time < .seconds(2) } ?? false
                seconds.append(Second(time: time, level: told, follows: follows))
            }
        }
        let isActive = judged(seconds)
        return zip(seconds, isActive).filter(\.1).map { second, _ in
            TimeSpan(start: second.time - padding, end: second.time + .seconds(1) + padding)
        }
    }

    private static func judged(_ seconds: [Second]) -> [Bool] {
        guard seconds.count > 2 else { return seconds.map { _ in true } }
        let smooth = smoothed(seconds, limit: .infinity)
        let sorted = smooth.sorted()
        let (quiet, median) = (sorted[(sorted.count - 1) / 4], sorted[(sorted.count - 1) / 2])
        let steps = (1..<seconds.count).filter { seconds[$0].follows && max(smooth[$0], smooth[$0 - 1]) <= median }
            .map { abs(smooth[$0] - smooth[$0 - 1]) }.sorted()
        let flicker = steps.isEmpty ? 0 : steps[(steps.count - 1) / 2]
        let margin = min(margins.upperBound, max(margins.lowerBound, reach(seconds.count) * flicker))
        // What stands out by itself must not lift its neighbours.
        let judged = smoothed(seconds, limit: quiet + 2 * margin)
        return zip(judged, seconds).map { $0 > quiet + margin || $1.level > quiet + 2 * margin }
    }

    /// Each second with half of its neighbours: keyframes two seconds apart make every other second a little busier.
    private static func smoothed(_ seconds: [Second], limit: Double) -> [Double] {
        seconds.indices.map { index in
            let own = min(limit, seconds[index].level)
            let before = seconds[index].follows ? min(limit, seconds[index - 1].level) : own
            let hasNext = index + 1 < seconds.count && seconds[index + 1].follows
            let after = hasNext ? min(limit, seconds[index + 1].level) : own
            return (before + 2 * own + after) / 4
        }
    }

    /// From the quiet level to the threshold, in units of the median step of smoothed seconds.
    ///
    /// Of independent normal noise smoothed so, the standard deviation is 2.32 times that median, and the lower quartile lies 0.674 of it
    /// below the middle. The quantile is that of Abramowitz and Stegun, 26.2.22.
    private static func reach(_ count: Int) -> Double {
        let t = (-2 * log(min(1.0 / 3, chanceSeconds / Double(count)))).squareRoot()
        let quantile = t - (2.30753 + 0.27061 * t) / (1 + t * (0.99229 + 0.04481 * t))
        return 2.32 * (quantile + 0.674)
    }

    private static func merged(_ spans: [TimeSpan], pause: Microseconds = pause, in whole: TimeSpan) -> [TimeSpan] {
        var merged: [TimeSpan] = []
        for span in spans.sorted(by: { $0.start < $1.start }) {
            guard let part = span.intersection(whole) else { continue }
            if let last = merged.last, part.start - last.end <= pause {
                merged[merged.count - 1] = TimeSpan(start: last.start, end: max(last.end, part.end))
            } else {
                merged.append(part)
            }
        }
        return merged
    }
}
