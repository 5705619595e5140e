public import CaselightModel

/// What the archive can say to a ``ClipQuery``: what was recorded, what was not and why, and a sum that adds up.
public struct ClipAnswer: Hashable, Sendable, Codable {
    /// One page of the cameras in range, the best first; those without any footage among them, with no spans.
    public var clips: [CameraClips]
    /// What the cameras of this page did not record of the span asked for, by camera in the page's order, then by time.
    public var gaps: [Gap]
    /// The sum over all cameras in range, not of this page only.
    public var statement: CoverageStatement
    /// Asks for the next page; `nil` where this is the last one.
    public var nextCursor: String?

    /// Makes an answer of its parts.
    public init(clips: [CameraClips], gaps: [Gap], statement: CoverageStatement, nextCursor: String?) {
        self.clips = clips
        self.gaps = gaps
        self.statement = statement
        self.nextCursor = nextCursor
    }
}

/// One camera in range of the place, and what it recorded in the time.
public struct CameraClips: Hashable, Sendable, Codable {
    /// The camera.
    public var camera: CameraCode
    /// Its name.
    public var name: String
    /// Where it stands; `nil` for an unlocated camera, found by address or grid.
    public var position: GeoPoint?
    /// Whether it could see the place.
    public var sees: Sight
    /// From the camera to a circle's centre, or to the nearest part of a polygon or corridor: 0 inside. `nil` where there is no such distance.
    public var distanceMeters: Double?
    /// From the camera toward the place, degrees clockwise from north; `nil` inside a polygon or corridor.
    public var bearingDegrees: Double?
    /// How much of the span asked for it recorded.
    public var footage: FootageState
    /// What it recorded, in true time, in order, cut to the span asked for as widened for each clock.
    public var spans: [ClipSpan]
    /// When most moved within `spans`, in order; `nil` where the question did not ask.
    public var activityPeaks: [ActivityPeak]?
    /// How much moved over all of the window; `nil` where the question did not ask, or nothing was recorded.
    public var activityBars: ActivityBars?
    /// The newest comparison of the camera's own clock, the one burnt into its pictures, with ours. Informs; shifts nothing.
    public var cameraClock: ClockSample?
    /// By how much its window was widened on both sides: the question's margin and the largest uncertainty of its clocks.
    public var wideningUs: Microseconds

    /// Makes an entry of its parts.
    public init(
        camera: CameraCode, name: String, position: GeoPoint?, sees: Sight, distanceMeters: Double?, bearingDegrees: Double?,
        footage: FootageState, spans: [ClipSpan], activityPeaks: [ActivityPeak]?, activityBars: ActivityBars?, cameraClock: ClockSample?,
        wideningUs: Microseconds
    ) {
        self.camera = camera
        self.name = name
        self.position = position
        self.sees = sees
        self.distanceMeters = distanceMeters
        self.bearingDegrees = bearingDegrees
        self.footage = footage
        self.spans = spans
        self.activityPeaks = activityPeaks
        self.activityBars = activityBars
        self.cameraClock = cameraClock
        self.wideningUs = wideningUs
    }
}

/// Whether a camera could see a place, from its registered position, axis, field angle and range.
public enum Sight: String, Hashable, Sendable, Codable, CaseIterable {
    /// The centre of the circle, or most of the polygon or corridor, lies in its field of view.
    case yes
    /// It sees part of the place, or comes within 25 m of it, or turns and may have looked away.
    case partly
    /// In range, but it is not known which way it looks.
    case unknown
    /// In range, and looks elsewhere or not far enough.
    case no
}

/// How much of a span a camera recorded.
public enum FootageState: String, Hashable, Sendable, Codable, CaseIterable {
    /// All of it.
    case full
    /// Some of it.
    case partial
    /// Nothing of it: `none` in JSON.
    case absent = "none"
}

/// A stretch of footage.
public struct ClipSpan: Hashable, Sendable, Codable {
    /// In true time, as well as it is known.
    public var span: TimeSpan
    /// What was kept of it: `full` or `keyframes`.
    public var policy: RecordingPolicy
    /// How well its times are known.
    public var clock: SpanClock

    /// Makes a stretch of its parts.
    public init(span: TimeSpan, policy: RecordingPolicy, clock: SpanClock) {
        self.span = span
        self.policy = policy
        self.clock = clock
    }

    /// The same stretch as the archive's own times have it: what to ask segments and playlists for.
    public var recordedSpan: TimeSpan { span.shifted(by: clock.offsetUs) }
}

/// How times of footage were found.
public struct SpanClock: Hashable, Sendable, Codable {
    /// How it is known.
    public var basis: ClockBasis
    /// The recording's clock minus true time: taken off the recorded times.
    public var offsetUs: Microseconds
    /// Half the width of what the true time may be.
    public var uncertaintyUs: Microseconds

    /// Makes a reading of its parts.
    public init(basis: ClockBasis, offsetUs: Microseconds, uncertaintyUs: Microseconds) {
        self.basis = basis
        self.offsetUs = offsetUs
        self.uncertaintyUs = uncertaintyUs
    }

    /// Assumed of a live feed without clock samples: the buffers of camera, network and receiver.
    public static let defaultReceiverUncertainty = Microseconds.seconds(1)
    /// Assumed of a recorder's clock that nobody has checked yet. A statement about it replaces this.
    public static let uncheckedRecorderUncertainty = Microseconds.seconds(60)
    /// The most a measured uncertainty may widen a window.
    public static let uncertaintyMaximum = Microseconds.seconds(3600)
}

/// Whose clock a time follows.
public enum ClockBasis: String, Hashable, Sendable, Codable, CaseIterable {
    /// A live feed: our own clock, when the bytes arrived.
    case receiver
    /// An import: the recorder's clock as it was stated, unchecked.
    case stated
    /// An import whose recorder's clock an administrator compared with true time.
    case corrected
}

/// A time in which more moved than usual in the window.
public struct ActivityPeak: Hashable, Sendable, Codable {
    /// Whole seconds, in true time.
    public var span: TimeSpan
    /// What is counted.
    public var measure: ActivityMeasure
    /// Of the busiest of these seconds.
    public var perSecond: Int

    /// Makes a peak of its parts.
    public init(span: TimeSpan, measure: ActivityMeasure, perSecond: Int) {
        self.span = span
        self.measure = measure
        self.perSecond = perSecond
    }
}

/// How much moved over a window, in bars of a minute, or of several where the window is longer than a day.
public struct ActivityBars: Hashable, Sendable, Codable {
    /// When the first bar begins, in true time.
    public var startedAt: WallTime
    /// How long each lasts: whole minutes.
    public var barUs: Microseconds
    /// Of each bar its busiest second, on a scale of ratios: 0 for nothing recorded or nothing moving, else 1 + 32 × log2 of its value.
    public var levels: [Int]
    /// The lower quartile of all seconds: what stands out rises over this.
    public var quietLevel: Int

    /// More than this are not drawn.
    public static let countLimit = 1440

    /// Makes bars of their parts.
    public init(startedAt: WallTime, barUs: Microseconds, levels: [Int], quietLevel: Int) {
        self.startedAt = startedAt
        self.barUs = barUs
        self.levels = levels
        self.quietLevel = quietLevel
    }
}
