public import CaselightModel
import CaselightStore

/// How much moved in front of a camera, second by second, told from what its encoder spent: nothing was decoded for it.
public struct CameraActivity: Hashable, Sendable, Codable {
    /// The camera.
    public var camera: CameraCode
    /// In true time, in order.
    public var stretches: [ActivityStretch]
    /// Where activity rises to twice its median, in order.
    public var peaks: [ActivityPeak]

    /// The longest span of one question: a day has 86,400 values.
    public static let spanLimit = Microseconds.days(1)

    /// Makes an answer of its parts.
    public init(camera: CameraCode, stretches: [ActivityStretch], peaks: [ActivityPeak]) {
        self.camera = camera
        self.stretches = stretches
        self.peaks = peaks
    }
}

/// The activity of seconds that follow each other.
public struct ActivityStretch: Hashable, Sendable, Codable {
    /// When the first second begins, in true time.
    public var startedAt: WallTime
    /// Bytes spent on change, one value a second, rounded to 6 %.
    public var bytesPerSecond: [Int]

    /// Makes a stretch of its parts.
    public init(startedAt: WallTime, bytesPerSecond: [Int]) {
        self.startedAt = startedAt
        self.bytesPerSecond = bytesPerSecond
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
        var stretches: [ActivityStretch] = []
        for (clock, segments) in try await segments(of: code, imports: imports, around: span, margin: .zero, detailed: true) {
            for segment in segments {
                profile.add(segment, offset: clock.offsetUs, in: span)
                var single = ActivityProfile()
                single.add(segment, offset: clock.offsetUs, in: span)
                guard let first = single.seconds.first else { continue }
                stretches.append(ActivityStretch(startedAt: first.time, bytesPerSecond: single.seconds.map(\.bytes)))
            }
        }
        stretches.sort { $0.startedAt < $1.startedAt }
        return CameraActivity(camera: code, stretches: stretches, peaks: profile.peaks)
    }
}
