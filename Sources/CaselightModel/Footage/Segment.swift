/// One recorded file of up to 60 s, as the index knows it: written once, never changed.
public struct Segment: Hashable, Sendable, Codable {
    public var id: SegmentID
    public var camera: CameraCode
    /// Receiver time for a feed, stated time for an import.
    public var span: TimeSpan
    public var policy: RecordingPolicy
    /// The file's size, or for an open segment the size up to its last whole fragment.
    public var byteCount: Int64
    /// The size of `ftyp` and `moov` at its start: what `EXT-X-MAP` names.
    public var initializationByteCount: Int
    /// Lower-case hexadecimal; `nil` while the segment is open.
    public var sha256: String?
    public var endReason: EndReason?
    public var audio: AudioSibling?
    public var keyframes: KeyframeTable
    public var activity: ActivityTable

    /// Whether it is still being written.
    public var isOpen: Bool { endReason == nil }

    public init(
        id: SegmentID, camera: CameraCode, span: TimeSpan, policy: RecordingPolicy, byteCount: Int64, initializationByteCount: Int,
        sha256: String?, endReason: EndReason?, audio: AudioSibling?, keyframes: KeyframeTable, activity: ActivityTable
    ) {
        self.id = id
        self.camera = camera
        self.span = span
        self.policy = policy
        self.byteCount = byteCount
        self.initializationByteCount = initializationByteCount
        self.sha256 = sha256
        self.endReason = endReason
        self.audio = audio
        self.keyframes = keyframes
        self.activity = activity
    }
}

/// The sound of a segment, kept in a file of its own beside the pictures.
public struct AudioSibling: Hashable, Sendable, Codable {
    public var codec: String
    public var byteCount: Int64
    public var initializationByteCount: Int
    public var sha256: String?

    public init(codec: String, byteCount: Int64, initializationByteCount: Int, sha256: String?) {
        self.codec = codec
        self.byteCount = byteCount
        self.initializationByteCount = initializationByteCount
        self.sha256 = sha256
    }
}

/// Why a segment ended.
public enum EndReason: String, Sendable, Codable, CaseIterable {
    /// It reached its length; the run goes on in the next.
    case full
    case feedLost
    /// The feed was changed, disabled or removed.
    case stopped
    /// The stream's parameters changed.
    case streamChanged
    case policyChanged
    case overload
    case diskFull
    case diskFailed
    /// Cut by a crash or a power failure, and closed at its last whole fragment afterwards.
    case restart
    case endOfFile
}
