public import CaselightModel
import CaselightStore

/// What one camera recorded in a span, and what it did not.
public struct CameraCoverage: Hashable, Sendable, Codable {
    /// The camera.
    public var camera: CameraCode
    /// What was asked for.
    public var wanted: TimeSpan
    /// The part of it that is old enough to be judged; see ``CoverageStatement/judged``.
    public var judged: TimeSpan?
    /// How much of it was recorded.
    public var footage: FootageState
    /// What was recorded, in true time, in order, cut to `wanted`.
    public var spans: [ClipSpan]
    /// What was not, with causes, in order.
    public var gaps: [Gap]
    /// The newest comparison of the camera's own clock with ours.
    public var cameraClock: ClockSample?

    /// The longest span of one question.
    public static let spanLimit = Microseconds.days(366)

    /// Makes a coverage of its parts.
    public init(
        camera: CameraCode, wanted: TimeSpan, judged: TimeSpan?, footage: FootageState, spans: [ClipSpan], gaps: [Gap],
        cameraClock: ClockSample?
    ) {
        self.camera = camera
        self.wanted = wanted
        self.judged = judged
        self.footage = footage
        self.spans = spans
        self.gaps = gaps
        self.cameraClock = cameraClock
    }
}

extension FootageSearch {
    /// Tells what one camera recorded in a span and what it did not. A removed camera is asked for what it left.
    ///
    /// - Throws: `CaselightError`: `notFound` for a code that was never registered and has no footage, `tooLarge` for a long span.
    /// - Parameter scope: the cameras the asker may know of; another is `notFound`, as one that was never registered.
    public func coverage(of code: CameraCode, in span: TimeSpan, scope: CameraScope = .all) async throws -> CameraCoverage {
        let operation = "tell the coverage of camera '\(code)'"
        try Self.check(span, at: CameraCoverage.spanLimit, operation)
        let camera = try await registered(code, in: span, scope, operation)
        let judged = judgedSpan(span)
        let found = try await footage(of: [code], in: span, judged: judged, margin: .zero)
        let gaps = try await gaps(of: [camera], footage: found, in: judged)
        let refined = try await refine(
            found, of: [code], samples: try await clockSamples(of: [code]), in: span, margin: .zero)[code] ?? CameraFootage()
        let spans = refined.spans.compactMap { clip in
            clip.span.intersection(span).map { ClipSpan(span: $0, policy: clip.policy, clock: clip.clock) }
        }
        return CameraCoverage(
            camera: code, wanted: span, judged: judged, footage: found[code]?.state ?? .absent, spans: spans, gaps: gaps,
            cameraClock: refined.cameraClock)
    }

    static func check(_ span: TimeSpan, at limit: Microseconds, _ operation: String) throws(CaselightError) {
        guard span.duration <= limit else {
            throw CaselightError(
                .tooLarge, operation, because: "the span \(span) is longer than \(Int(limit.seconds / 3600)) hours",
                remedy: "Ask for shorter spans one after the other.")
        }
    }

    /// When a camera was in service, from its record, or that of a removed one, or else from its having left footage.
    func registered(_ code: CameraCode, in span: TimeSpan, _ scope: CameraScope, _ operation: String) async throws -> CameraInRange {
        try await check(code, isIn: scope, operation)
        let camera = try await records.camera(code)
        var viewpoints: [Viewpoint] = []
        if camera == nil {
            viewpoints = try await records.viewpoints(filter: CameraFilter(text: code.text))
        } else if let box = camera?.fieldOfView?.boundingBox {
            viewpoints = try await records.viewpoints(meeting: box, filter: CameraFilter())
        }
        let found = viewpoints.filter { $0.code == code }.map { CameraInRange($0, sees: .unknown, meters: nil, bearing: nil) }
        if let known = CameraInRange.merged(found, in: span).first { return known }
        if let camera { return CameraInRange(unlocated: camera) }
        guard try await index.camerasWithFootage().contains(code) else { throw Self.unknownCamera(operation) }
        return CameraInRange(unlocated: Camera(code: code, name: code.text, createdAt: .distantPast))
    }

    /// - Throws: `notFound` for a camera that somebody of this scope may not know of, in the words for one that there is not.
    func check(_ code: CameraCode, isIn scope: CameraScope, _ operation: String) async throws {
        guard try await records.isCamera(code, in: scope) else { throw Self.unknownCamera(operation) }
    }

    private static func unknownCamera(_ operation: String) -> CaselightError {
        CaselightError(.notFound, operation, because: "there is no such camera", remedy: "Check its code.")
    }
}
