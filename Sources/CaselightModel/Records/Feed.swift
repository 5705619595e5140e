/// Where a camera's stream comes from. Holds no password: see `FeedCredentials`.
public struct Feed: Hashable, Sendable, Codable {
    public var url: FeedURL
    public var transport: FeedTransport
    /// Whether credentials are stored for it.
    public var hasCredentials: Bool

    public init(url: FeedURL, transport: FeedTransport = .automatic, hasCredentials: Bool = false) {
        self.url = url
        self.transport = transport
        self.hasCredentials = hasCredentials
    }
}

/// How a feed's packets come.
public enum FeedTransport: String, Sendable, Codable, CaseIterable {
    /// TCP for RTSP; whatever the scheme says else.
    case automatic
    case tcp
    case udp
    /// RTSP through FFmpeg's own reader, for a camera that ours cannot read.
    case compatible
}

/// A user and a password for a feed. Never printed: its description is a placeholder.
public struct FeedCredentials: Hashable, Sendable, Codable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public let user: String
    public let password: String

    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    public var description: String { "<credentials>" }
    public var debugDescription: String { "<credentials>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
