public import CaselightModel
import CaselightStore

/// Where a camera's pictures can be decoded, one after the other.
public struct CameraKeyframes: Hashable, Sendable, Codable {
    /// The camera.
    public var camera: CameraCode
    /// In true time, in order.
    public var keyframes: [TimedKeyframe]
    /// Where to ask on; `nil` where these are all.
    public var nextAt: WallTime?

    /// Keyframes of one answer where nothing is said.
    public static let defaultLimit = 1000
    /// The most keyframes of one answer: some five hours at 2 s.
    public static let limitMaximum = 10_000
    /// The longest span of one question.
    public static let spanLimit = Microseconds.days(31)

    /// Makes an answer of its parts.
    public init(camera: CameraCode, keyframes: [TimedKeyframe], nextAt: WallTime?) {
        self.camera = camera
        self.keyframes = keyframes
        self.nextAt = nextAt
    }
}

/// A keyframe, when it was taken, and where its bytes stand.
public struct TimedKeyframe: Hashable, Sendable, Codable {
    /// In true time, as well as it is known.
    public var at: WallTime
    /// The segment that holds it.
    public var segment: SegmentID
    /// From the start of the segment's file.
    public var offset: Int64
    /// Its size.
    public var byteCount: Int
    /// How well its time is known.
    public var clock: SpanClock

    /// Makes a keyframe of its parts.
    public init(at: WallTime, segment: SegmentID, offset: Int64, byteCount: Int, clock: SpanClock) {
        self.at = at
        self.segment = segment
        self.offset = offset
        self.byteCount = byteCount
        self.clock = clock
    }
}

extension FootageSearch {
    /// Segments are read for this long at a time, so that a long span with a small limit reads little.
    private static let keyframeStride = Microseconds.seconds(3600)

    /// Lists a camera's keyframes in a span, in true time.
    ///
    /// - Throws: `CaselightError`: `invalidValue` for the limit, `tooLarge` for the span, `notFound` as ``coverage(of:in:scope:)``.
    public func keyframes(
        of code: CameraCode, in span: TimeSpan, limit: Int = CameraKeyframes.defaultLimit, scope: CameraScope = .all
    ) async throws -> CameraKeyframes {
        let operation = "list keyframes of camera '\(code)'"
        try Self.check(span, at: CameraKeyframes.spanLimit, operation)
        guard (1...CameraKeyframes.limitMaximum).contains(limit) else {
            throw CaselightError(.invalidValue, operation, because: "the limit must be 1 to \(CameraKeyframes.limitMaximum)")
        }
        _ = try await registered(code, in: span, scope, operation)
        let imports = try await imports(of: [code])[code] ?? [:]
        var found: [TimedKeyframe] = []
        var start = span.start
        while start < span.end, found.count <= limit {
            let part = TimeSpan(start: start, end: min(span.end, start + Self.keyframeStride))
            for (clock, segments) in try await segments(of: code, imports: imports, around: part, margin: .zero, detailed: true) {
                found += segments.flatMap { Self.keyframes(of: $0, following: clock, in: part) }
            }
            start = part.end
        }
        found.sort { ($0.at, $0.segment, $0.offset) < ($1.at, $1.segment, $1.offset) }
        guard found.count > limit else { return CameraKeyframes(camera: code, keyframes: found, nextAt: nil) }
        // A page never ends between keyframes of one moment, which no time could tell apart.
        let next = found[limit].at
        let whole = found.prefix(limit).filter { $0.at < next }
        let page = whole.isEmpty ? found.filter { $0.at == next } : whole
        return CameraKeyframes(camera: code, keyframes: page, nextAt: whole.isEmpty ? next + Microseconds(1) : next)
    }

    private static func keyframes(of segment: Segment, following clock: SpanClock, in span: TimeSpan) -> [TimedKeyframe] {
        segment.keyframes.keyframes(from: segment.span.start).compactMap { keyframe in
            let at = keyframe.time - clock.offsetUs
            guard span.contains(at) else { return nil }
            return TimedKeyframe(
                at: at, segment: segment.id, offset: keyframe.offset, byteCount: keyframe.byteCount, clock: clock)
        }
    }
}
