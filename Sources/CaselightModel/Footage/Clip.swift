/// A segment's files, as clips are made of them.
public struct ClipSource: Hashable, Sendable, Codable {
    public var segment: SegmentID
    /// As the archive has it: by the recorder's clock.
    public var span: TimeSpan
    /// The recorder's clock minus true time.
    public var clockOffsetUs: Microseconds
    /// Absolute.
    public var videoPath: String
    /// Of an open segment up to its last whole fragment; what follows is not read.
    public var videoByteCount: Int64
    /// `nil` for a segment without sound.
    public var audioPath: String?
    public var audioByteCount: Int64

    public init(
        segment: SegmentID, span: TimeSpan, clockOffsetUs: Microseconds, videoPath: String, videoByteCount: Int64, audioPath: String?,
        audioByteCount: Int64
    ) {
        self.segment = segment
        self.span = span
        self.clockOffsetUs = clockOffsetUs
        self.videoPath = videoPath
        self.videoByteCount = videoByteCount
        self.audioPath = audioPath
        self.audioByteCount = audioByteCount
    }
}

/// A clip made of segments: an ordinary file with the segments' own packets.
public struct ClipFile: Hashable, Sendable, Codable {
    /// `clip.mp4`, `clip-2.mov`.
    public var name: String
    public var byteCount: Int64
    /// Lower-case hexadecimal.
    public var sha256: String
    /// From its first picture to the end of its last, in true time; widened to keyframes.
    public var span: TimeSpan
    /// When its first packet of pictures shows, and its last, in true time.
    public var firstPacketAt: WallTime
    public var lastPacketAt: WallTime
    public var videoCodec: String
    public var videoPacketCount: Int
    /// `nil` without sound.
    public var audioCodec: String?
    public var audioPacketCount: Int
    /// Those it has packets of, in order.
    public var segments: [SegmentID]

    public init(
        name: String, byteCount: Int64, sha256: String, span: TimeSpan, firstPacketAt: WallTime, lastPacketAt: WallTime,
        videoCodec: String, videoPacketCount: Int, audioCodec: String?, audioPacketCount: Int, segments: [SegmentID]
    ) {
        self.name = name
        self.byteCount = byteCount
        self.sha256 = sha256
        self.span = span
        self.firstPacketAt = firstPacketAt
        self.lastPacketAt = lastPacketAt
        self.videoCodec = videoCodec
        self.videoPacketCount = videoPacketCount
        self.audioCodec = audioCodec
        self.audioPacketCount = audioPacketCount
        self.segments = segments
    }

    /// What the n-th clip of a span is called, counting from 1.
    public static func name(_ number: Int, isQuickTime: Bool) -> String {
        (number == 1 ? "clip" : "clip-\(number)") + (isQuickTime ? ".mov" : ".mp4")
    }
}
