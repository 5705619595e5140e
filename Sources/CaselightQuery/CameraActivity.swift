public import CaselightModel
import CaselightStore

/// How much moved in front of a camera, second by second, told from what its encoder spent: nothing was decoded for it.
public struct CameraActivity: Hashable, Sendable, Codable {
    /// The camera.
    public var camera: CameraCode
    /// In true time, in order.
    public var series: [ActivitySeries]
    /// Where activity rises to twice its median, in order.
    public var peaks: [ActivityPeak]
    /// Where something moved, and where that cannot be told.
    public var stretches: ActiveStretches

    /// The longest span of one question: a day has 86,400 values.
    public static let spanLimit = Microseconds.days(1)

    /// Makes an answer of its parts.
    public init(camera: CameraCode, series: [ActivitySeries], peaks: [ActivityPeak], stretches: ActiveStretches) {
        self.camera = camera
        self.series = series
        self.peaks = peaks
        self.stretches = stretches
    }
}

/// The activity of seconds that follow each other.
public struct ActivitySeries: Hashable, Sendable, Codable {
    /// When the first second begins, in true time.
    public var startedAt: WallTime
    /// What is counted.
    public var measure: ActivityMeasure
    /// One value a second, rounded to 6 % (bytes) or 2 % (weighted bytes).
    public var perSecond: [Int]

    /// Makes a series of its parts.
    public init(startedAt: WallTime, measure: ActivityMeasure, perSecond: [Int]) {
        self.startedAt = startedAt
        self.measure = measure
        self.perSecond = perSecond
    }
}

extension FootageSearch {
    /// Tells how much moved in a span, in true time: the seconds that begin in it.
    ///
    /// - Throws: `CaselightError`: `tooLarge` for the span, `notFound` as ``coverage(of:in:scope:)``.
    public func activity(of code: CameraCode, in span: TimeSpan, scope: CameraScope = .all) async throws -> CameraActivity {
        let operation = "tell the activity of camera '\(code)'"
        try Self.check(span, at: CameraActivity.spanLimit, operation)
        _ = try await registered(code, in: span, scope, operation)
        let imports = try await imports(of: [code])[code] ?? [:]
        var profile = ActivityProfile()
        var series: [ActivitySeries] = []
        var timed: [Segment] = []
        for (clock, segments) in try await segments(of: code, imports: imports, around: span, margin: .zero, detailed: true) {
            for segment in segments {
                profile.add(segment, offset: clock.offsetUs, in: span)
                timed.append(TimedSegment(segment: segment, clock: clock).inTrueTime)
                var single = ActivityProfile()
                single.add(segment, offset: clock.offsetUs, in: span)
                guard let first = single.seconds.first else { continue }
                series.append(
                    ActivitySeries(startedAt: first.time, measure: first.measure, perSecond: single.seconds.map(\.value)))
            }
        }
        series.sort { $0.startedAt < $1.startedAt }
        timed.sort { $0.span.start < $1.span.start }
        return CameraActivity(camera: code, series: series, peaks: profile.peaks, stretches: ActiveStretches(of: timed, in: span))
    }
}
