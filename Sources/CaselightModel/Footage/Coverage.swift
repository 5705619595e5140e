/// A maximal interval for which a camera has footage, under one policy.
public struct Coverage: Hashable, Sendable, Codable {
    public var span: TimeSpan
    public var policy: RecordingPolicy

    public init(span: TimeSpan, policy: RecordingPolicy) {
        self.span = span
        self.policy = policy
    }
}

/// A wanted interval without coverage, and why.
public struct Gap: Hashable, Sendable, Codable {
    public var camera: CameraCode
    public var span: TimeSpan
    public var cause: GapCause
    /// What was seen of the cause, without credentials: `connection refused`.
    public var detail: String

    public init(camera: CameraCode, span: TimeSpan, cause: GapCause, detail: String) {
        self.camera = camera
        self.span = span
        self.cause = cause
        self.detail = detail
    }
}

/// Why there is no footage.
public enum GapCause: String, Sendable, Codable, CaseIterable {
    case feedLost, unauthorized, diskFull, notRegistered, expired, restart, overload, unknown
    /// An administrator disabled the feed, or its policy keeps no footage.
    case disabled
}

/// A time without recording as it was noted when it happened: what a gap's cause is read from. Kept in `records.db`, since it is an exhibit.
public struct Outage: Hashable, Sendable, Codable {
    public var camera: CameraCode
    public var startedAt: WallTime
    /// `nil` while it lasts.
    public var endedAt: WallTime?
    public var cause: GapCause
    public var detail: String

    public init(camera: CameraCode, startedAt: WallTime, endedAt: WallTime?, cause: GapCause, detail: String) {
        self.camera = camera
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.cause = cause
        self.detail = detail
    }
}
