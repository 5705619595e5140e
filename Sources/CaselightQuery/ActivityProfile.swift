import CaselightModel

/// How much moved in front of a camera, second by second.
struct ActivityProfile: Sendable {
    /// One second of one segment.
    struct Second: Sendable {
        let time: WallTime
        /// The packed value, 12 steps an octave: comparing it compares ratios.
        let level: UInt8
        let bytes: Int
    }

    private(set) var seconds: [Second] = []

    /// Peaks a camera's answer lists.
    static let peakLimit = 5
    /// Over the median by this many steps, a factor of two, something moved.
    private static let riseSteps = 12
    /// Quiet seconds that do not end a peak.
    private static let pauseSeconds: Int64 = 2

    /// The busiest second, 0 to 255: what ranks cameras that are otherwise the same.
    var level: Int { Int(seconds.lazy.map(\.level).max() ?? 0) }

    /// Takes the seconds of `segment` that lie in `span`, in true time.
    mutating func add(_ segment: Segment, offset: Microseconds, in span: TimeSpan) {
        let bytes = segment.activity.bytesPerSecond
        for (position, level) in segment.activity.packed.enumerated() {
            let time = segment.span.start - offset + .seconds(Int64(position))
            if span.contains(time) { seconds.append(Second(time: time, level: level, bytes: bytes[position])) }
        }
    }

    /// Where activity rises to twice its median, the highest ones, in order.
    var peaks: [ActivityPeak] {
        guard !seconds.isEmpty else { return [] }
        let median = Int(seconds.map(\.level).sorted()[seconds.count / 2])
        var peaks: [ActivityPeak] = []
        for second in seconds.sorted(by: { $0.time < $1.time }) where Int(second.level) >= median + Self.riseSteps {
            let end = second.time + .seconds(1)
            if let last = peaks.last, second.time - last.span.end <= .seconds(Self.pauseSeconds) {
                peaks[peaks.count - 1] = ActivityPeak(
                    span: TimeSpan(start: last.span.start, end: max(end, last.span.end)),
                    bytesPerSecond: max(last.bytesPerSecond, second.bytes))
            } else {
                peaks.append(ActivityPeak(span: TimeSpan(start: second.time, end: end), bytesPerSecond: second.bytes))
            }
        }
        let highest = peaks.sorted { ($1.bytesPerSecond, $0.span.start) < ($0.bytesPerSecond, $1.span.start) }.prefix(Self.peakLimit)
        return highest.sorted { $0.span.start < $1.span.start }
    }
}
