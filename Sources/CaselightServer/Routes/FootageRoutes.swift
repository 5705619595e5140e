import CaselightModel
import CaselightQuery
import CaselightStore
import HTTPTypes
import Hummingbird

extension API {
    /// What exists of a camera: shows no picture and needs no incident, but is logged like every question about footage.
    var footageRoutes: [Route] {
        [
            Route(.get, "/api/v1/cameras/{code}/coverage", .roles([.investigator, .cameraAdmin]), act: .search, query: ["from", "to"], required: ["from", "to"], handler: coverage),
            Route(.get, "/api/v1/cameras/{code}/keyframes", .roles([.investigator]), act: .search, query: ["from", "to"], required: ["from", "to"], handler: keyframes),
            Route(.get, "/api/v1/cameras/{code}/activity", .roles([.investigator]), act: .search, query: ["from", "to", "detail"], required: ["from", "to"], handler: activity),
        ]
    }

    /// A camera in service or removed, of the asker's scope, about which a question of this span is logged.
    private func askedCamera(_ call: Call, _ span: TimeSpan, _ what: String) async throws -> CameraCode {
        let code = try call.cameraCode()
        try await gate.checkFootage(of: code, for: try call.principal())
        try await consultations.allow(.search, call, camera: code, span: span, detail: what)
        return code
    }

    private struct CoverageReply: Encodable {
        let camera: CameraCode
        let span: TimeSpan
        let judged: TimeSpan?
        let footage: FootageState
        let coverage: [CoveredSpan]
        let gaps: [GapSpan]
        let cameraClock: ClockSample?

        init(_ found: CameraCoverage, of span: TimeSpan) {
            camera = found.camera
            self.span = span
            judged = found.judged
            footage = found.footage
            coverage = found.spans.map {
                CoveredSpan(startedAt: $0.span.start, endedAt: $0.span.end, policy: $0.policy, clock: $0.clock)
            }
            gaps = found.gaps.map { GapSpan(startedAt: $0.span.start, endedAt: $0.span.end, cause: $0.cause, detail: $0.detail) }
            cameraClock = found.cameraClock
        }
    }

    private struct CoveredSpan: Encodable {
        let startedAt: WallTime
        let endedAt: WallTime
        let policy: RecordingPolicy
        let clock: SpanClock
    }

    private struct GapSpan: Encodable {
        let startedAt: WallTime
        let endedAt: WallTime
        let cause: GapCause
        let detail: String
    }

    private func coverage(_ call: Call) async throws -> Response {
        let span = try call.query.span(limit: .days(Int64(limits.coverageSpanDays)))
        let code = try await askedCamera(call, span, "coverage")
        return try JSONReply.response(try await coverageReply(code, span))
    }

    /// Apart from `coverage`, since Swift 6.3's optimiser crashes on the two in one.
    @inline(never)
    private func coverageReply(_ code: CameraCode, _ span: TimeSpan) async throws -> CoverageReply {
        CoverageReply(try await search.coverage(of: code, in: span), of: span)
    }

    private struct KeyframeReply: Encodable {
        let camera: CameraCode
        let span: TimeSpan
        let keyframes: [KeyframeEntry]
    }

    private struct KeyframeEntry: Encodable {
        let at: WallTime
        let segment: SegmentID
        let offset: Int64
        let byteCount: Int
    }

    private func keyframes(_ call: Call) async throws -> Response {
        let span = try call.query.span(limit: playlistSpan)
        let camera = try await askedCamera(call, span, "keyframes")
        let entries = try await segments(of: camera, in: span).flatMap { segment in
            segment.keyframes.keyframes(from: segment.span.start).filter { span.contains($0.time) }.map {
                KeyframeEntry(at: $0.time, segment: segment.id, offset: $0.offset, byteCount: $0.byteCount)
            }
        }
        return try JSONReply.response(KeyframeReply(camera: camera, span: span, keyframes: entries))
    }

    private struct ActivityReply: Encodable {
        let camera: CameraCode
        let span: TimeSpan
        let activity: [ActivityEntry]
        let stretches: [Stretch]
        let untold: [Stretch]
    }

    private struct Stretch: Encodable {
        let startedAt: WallTime
        let endedAt: WallTime

        init(_ span: TimeSpan) { (startedAt, endedAt) = (span.start, span.end) }
    }

    /// How much moved, second by second from its start.
    private struct ActivityEntry: Encodable {
        let startedAt: WallTime
        let segment: SegmentID
        let measure: ActivityMeasure
        let perSecond: [Int]
    }

    /// Each second's value, or the stretches alone, which is all that a player needs of a day.
    private enum ActivityDetail: String, CaseIterable { case seconds, stretches }

    private func activity(_ call: Call) async throws -> Response {
        let span = try call.query.span(limit: playlistSpan)
        let detail = try call.query.choice("detail", of: ActivityDetail.self) ?? .seconds
        let camera = try await askedCamera(call, span, "activity")
        let segments = try await segments(of: camera, in: span)
        let entries = detail == .stretches ? [] : segments.map {
            ActivityEntry(startedAt: $0.span.start, segment: $0.id, measure: $0.activity.measure, perSecond: $0.activity.perSecond)
        }
        let found = ActiveStretches(of: segments, in: span)
        return try JSONReply.response(
            ActivityReply(
                camera: camera, span: span, activity: entries, stretches: found.active.map(Stretch.init), untold: found.untold.map(Stretch.init)))
    }

    var playlistSpan: Microseconds { .seconds(Int64(limits.playlistSpanHours) * 3600) }

    /// All segments of a span of true time, in order and in true time. A run that is lost again and again makes many short ones; past the
    /// limit there is nothing to play.
    func segments(of camera: CameraCode, in span: TimeSpan, detailed: Bool = true) async throws -> [Segment] {
        let limit = Self.segmentCountLimit
        let found = try await search.segments(of: camera, in: span, detailed: detailed).map(\.inTrueTime)
        guard found.count <= limit else {
            ServerMetrics.limitReached("segments")
            throw CaselightError(.tooLarge, "list \(span) of camera '\(camera)'", because: "it has over \(limit) segments", remedy: "Ask in parts.")
        }
        return found
    }

    /// A day in segments of a second each would be more; a day of whole ones is 1,440.
    static let segmentCountLimit = 20_000
}
