import CaselightModel

/// How much moved in front of a camera, second by second.
struct ActivityProfile: Sendable {
    /// One second of one segment.
    struct Second: Sendable {
        let time: WallTime
        let measure: ActivityMeasure
        /// On a scale of ratios: `ActivityTable.levels`.
        let level: Int
        /// In units of the measure.
        let value: Int
    }

    private(set) var seconds: [Second] = []

    /// Peaks a camera's answer lists.
    static let peakLimit = 5
    /// Over the median by a factor of two, something moved.
    private static let riseSteps = ActivityTable.stepsPerOctave
    /// Quiet seconds that do not end a peak.
    private static let pauseSeconds: Int64 = 2

    /// The busiest second's level: what ranks cameras that are otherwise the same.
    var level: Int { seconds.lazy.map(\.level).max() ?? 0 }

    /// Takes the seconds of `segment` that lie in `span`, in true time.
    mutating func add(_ segment: Segment, offset: Microseconds, in span: TimeSpan) {
        let (values, measure) = (segment.activity.perSecond, segment.activity.measure)
        for (position, level) in segment.activity.levels.enumerated() {
            let time = segment.span.start - offset + .seconds(Int64(position))
            if span.contains(time) { seconds.append(Second(time: time, measure: measure, level: level, value: values[position])) }
        }
    }

    /// Where activity rises to twice its median, the highest ones, in order. What one measure tells is not held against the other.
    var peaks: [ActivityPeak] {
        var peaks: [ActivityPeak] = []
        for measure in ActivityMeasure.allCases { peaks += risen(seconds.filter { $0.measure == measure }, measure) }
        let highest = peaks.sorted { ($1.perSecond, $0.span.start) < ($0.perSecond, $1.span.start) }.prefix(Self.peakLimit)
        return highest.sorted { $0.span.start < $1.span.start }
    }

    /// The busiest seconds, bar by bar; `nil` where there are none.
    func bars(over span: TimeSpan) -> ActivityBars? {
        guard !seconds.isEmpty, span.duration > .zero else { return nil }
        let minutes = (span.duration.value + Self.minute.value - 1) / Self.minute.value
        let minutesPerBar = (minutes + Int64(ActivityBars.countLimit) - 1) / Int64(ActivityBars.countLimit)
        let bar = Microseconds(minutesPerBar * Self.minute.value)
        var levels = [Int](repeating: 0, count: Int((span.duration.value + bar.value - 1) / bar.value))
        for second in seconds where span.contains(second.time) {
            let position = Int((second.time - span.start).value / bar.value)
            levels[position] = max(levels[position], second.level)
        }
        let quiet = seconds.map(\.level).sorted()[(seconds.count - 1) / 4]
        return ActivityBars(startedAt: span.start, barUs: bar, levels: levels, quietLevel: quiet)
    }

    private static let minute = Microseconds.seconds(60)

    private func risen(_ seconds: [Second], _ measure: ActivityMeasure) -> [ActivityPeak] {
        guard !seconds.isEmpty else { return [] }
        let median = seconds.map(\.level).sorted()[seconds.count / 2]
        var peaks: [ActivityPeak] = []
        for second in seconds.sorted(by: { $0.time < $1.time }) where second.level >= median + Self.riseSteps {
            let end = second.time + .seconds(1)
            if let last = peaks.last, second.time - last.span.end <= .seconds(Self.pauseSeconds) {
                peaks[peaks.count - 1].span = TimeSpan(start: last.span.start, end: max(end, last.span.end))
                peaks[peaks.count - 1].perSecond = max(last.perSecond, second.value)
            } else {
                peaks.append(ActivityPeak(span: TimeSpan(start: second.time, end: end), measure: measure, perSecond: second.value))
            }
        }
        return peaks
    }
}
