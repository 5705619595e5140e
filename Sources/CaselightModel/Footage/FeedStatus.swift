/// What the network did to a connection's RTP packets (RFC 3550).
public struct FeedReception: Hashable, Sendable, Codable {
    public var packetCount: Int64
    /// Expected by their sequence numbers and never seen.
    public var lostPacketCount: Int64
    /// The mean deviation of their distance (RFC 3550, A.8); reading a socket in batches is part of it.
    public var jitterUs: Microseconds

    public init(packetCount: Int64, lostPacketCount: Int64, jitterUs: Microseconds) {
        self.packetCount = packetCount
        self.lostPacketCount = lostPacketCount
        self.jitterUs = jitterUs
    }
}

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
    /// What the network did to the pictures' RTP packets; `nil` where FFmpeg's own reader is used, or none is RTP.
    public var reception: FeedReception?
    /// How the feed is read, where that is not how it was asked to be: three attempts of our own client failed.
    public var fallback: FeedTransport?
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
