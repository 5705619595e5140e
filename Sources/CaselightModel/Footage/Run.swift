/// One unbroken connection to a feed, or one import of a recorded file. Timestamps are comparable only within it.
public struct Run: Hashable, Sendable, Codable {
    public var id: RunID
    public var camera: CameraCode
    public var origin: RunOrigin
    public var startedAt: WallTime
    /// `nil` while it goes on.
    public var endedAt: WallTime?
    public var stream: StreamMetadata

    public init(id: RunID, camera: CameraCode, origin: RunOrigin, startedAt: WallTime, endedAt: WallTime?, stream: StreamMetadata) {
        self.id = id
        self.camera = camera
        self.origin = origin
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.stream = stream
    }
}

/// Where a run's footage came from, and so whose clock its times follow.
public enum RunOrigin: Hashable, Sendable, Codable {
    /// A live feed: times are our receiver's.
    case feed
    /// A recorded file handed over: times follow the recorder's clock, as stated at import.
    case file(name: String, sha256: String)

    /// Whether an administrator's clock correction applies to the times.
    public var followsForeignClock: Bool {
        if case .file = self { return true }
        return false
    }
}
