/// What a feed is doing right now.
public struct FeedStatus: Hashable, Sendable, Codable {
    /// The stations of a feed's life.
    public enum State: String, Sendable, Codable, CaseIterable {
        case connecting, recording, waiting, disabled, stopped
    }

    public var camera: CameraCode
    public var state: State
    public var since: WallTime
    public var run: RunID?
    public var stream: StreamMetadata?
    public var lastClock: ClockSample?
    public var lastFragmentAt: WallTime?
    public var receivedByteCount: Int64
    public var packetCount: Int64
    /// The last failure, one line.
    public var problem: String?
    public var problemCode: CaselightError.Code?
    /// When the next attempt is due, while waiting.
    public var retryAt: WallTime?

    public init(camera: CameraCode, state: State, since: WallTime) {
        self.camera = camera
        self.state = state
        self.since = since
        receivedByteCount = 0
        packetCount = 0
    }
}
