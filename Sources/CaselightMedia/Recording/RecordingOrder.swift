internal import CaselightModel
internal import CaselightWorkerProtocol

/// What to record and where its results go. The same for a feed and a file.
struct RecordingOrder: Sendable {
    var camera: CameraCode
    var origin: RunOrigin
    var policy: RecordingPolicy
    var segmentLength: Microseconds
    var fragmentLength: Microseconds
    /// Completing "cannot …".
    var operation: String
    var sink: any SegmentSink
    /// Told of runs and what was measured of them.
    var runStarted: @Sendable (Run) -> Void
    var streamChanged: @Sendable (RunID, StreamMetadata) -> Void
    var clockSampled: @Sendable (RunID, ClockSample) -> Void

    /// A crash costs what was not handed over: a fragment, the frame that ends it, and the one on its way. Cutting a little early
    /// keeps all of that
    /// within the promised length.
    var fragmentTargetUs: Int64 { fragmentLength.value * 4 / 5 }

    var isLive: Bool { origin == .feed }
}
