/// What a segment's file says of itself, right after `ftyp` and `moov`: JSON in a `uuid` box, so that the index can be rebuilt from the files.
public struct SegmentHeader: Hashable, Sendable, Codable {
    public var id: SegmentID
    public var camera: CameraCode
    public var origin: RunOrigin
    public var policy: RecordingPolicy
    public var runStartedAt: WallTime
    public var startedAt: WallTime
    public var stream: StreamMetadata

    public init(
        id: SegmentID, camera: CameraCode, origin: RunOrigin, policy: RecordingPolicy, runStartedAt: WallTime, startedAt: WallTime,
        stream: StreamMetadata
    ) {
        self.id = id
        self.camera = camera
        self.origin = origin
        self.policy = policy
        self.runStartedAt = runStartedAt
        self.startedAt = startedAt
        self.stream = stream
    }

    /// The `uuid` box's extended type.
    public static let boxUUID: [UInt8] = [
        0x6B, 0x0E, 0x1D, 0x52, 0x8C, 0x3F, 0x4A, 0x97, 0xB1, 0x24, 0x5E, 0xCA, 0x5E, 0x11, 0x64, 0x01,
    ]
}

/// What a segment's file says at its end, in a `uuid` box too. A file without it was cut by a crash.
public struct SegmentTrailer: Hashable, Sendable, Codable {
    public var endedAt: WallTime
    public var endReason: EndReason
    /// The run's stream as measured by then.
    public var stream: StreamMetadata
    public var clockSamples: [ClockSample]
    /// The packed activity, which cannot be read from the fragments where the policy dropped frames.
    public var activity: [UInt8]

    public init(endedAt: WallTime, endReason: EndReason, stream: StreamMetadata, clockSamples: [ClockSample], activity: [UInt8]) {
        self.endedAt = endedAt
        self.endReason = endReason
        self.stream = stream
        self.clockSamples = clockSamples
        self.activity = activity
    }

    /// The `uuid` box's extended type.
    public static let boxUUID: [UInt8] = [
        0x6B, 0x0E, 0x1D, 0x52, 0x8C, 0x3F, 0x4A, 0x97, 0xB1, 0x24, 0x5E, 0xCA, 0x5E, 0x11, 0x64, 0x02,
    ]
}
