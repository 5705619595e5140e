/// What a run's stream says of itself, and what was measured of it.
public struct StreamMetadata: Hashable, Sendable, Codable {
    /// The transport's or file's format as libavformat names it: `rtsp`, `mpegts`, `mov,mp4,m4a,3gp,3g2,mj2`.
    public var container: String
    /// The SDP session name, or a file's title.
    public var sessionName: String?
    public var video: VideoStream?
    public var audio: AudioStream?

    public init(container: String) { self.container = container }
}

/// What is known of a run's video.
public struct VideoStream: Hashable, Sendable, Codable {
    /// libavcodec's name: `h264`, `hevc`, `mjpeg`.
    public var codec: String
    public var profile: String?
    /// As the codec numbers it: 41 is H.264 level 4.1, 123 is H.265 level 4.1.
    public var level: Int?
    public var widthPixels: Int
    public var heightPixels: Int
    /// Frames a second as the stream declares; `nil` where it does not.
    public var nominalFrameRate: Double?
    /// Frames a second as measured over the run so far.
    public var measuredFrameRate: Double?
    public var bitsPerSecond: Double?
    /// The median distance of keyframes, seconds.
    public var keyframeIntervalSeconds: Double?
    public var hasBFrames: Bool?
    /// Ticks a second of the stream's own timestamps.
    public var timeBaseHertz: Int

    public init(codec: String, widthPixels: Int, heightPixels: Int, timeBaseHertz: Int) {
        self.codec = codec
        self.widthPixels = widthPixels
        self.heightPixels = heightPixels
        self.timeBaseHertz = timeBaseHertz
    }
}

/// What is known of a run's audio.
public struct AudioStream: Hashable, Sendable, Codable {
    /// libavcodec's name: `aac`, `pcm_alaw`, `pcm_mulaw`, `opus`.
    public var codec: String
    public var sampleRateHertz: Int
    public var channelCount: Int
    public var bitsPerSecond: Double?

    public init(codec: String, sampleRateHertz: Int, channelCount: Int) {
        self.codec = codec
        self.sampleRateHertz = sampleRateHertz
        self.channelCount = channelCount
    }
}

/// One comparison of the camera's clock with ours, from an RTCP sender report.
public struct ClockSample: Hashable, Sendable, Codable {
    /// Our clock when the report's moment arrived.
    public var at: WallTime
    /// The camera's clock minus ours: positive where the camera runs fast.
    public var offsetUs: Microseconds
    /// Half the width of what the offset may be: network delay and the jitter of arrival.
    public var uncertaintyUs: Microseconds

    public init(at: WallTime, offsetUs: Microseconds, uncertaintyUs: Microseconds) {
        self.at = at
        self.offsetUs = offsetUs
        self.uncertaintyUs = uncertaintyUs
    }
}

/// An administrator's statement about a clock: a new dated row each time, never a change of an old one.
public struct ClockCorrection: Hashable, Sendable, Codable {
    public var camera: CameraCode
    /// The run it is about; `nil` for all of the camera's imported footage.
    public var run: RunID?
    /// The recorder's clock minus true time: 7 min 32 s fast is +452,000,000.
    public var offsetUs: Microseconds
    public var uncertaintyUs: Microseconds
    public var note: String
    public var statedAt: WallTime

    public init(
        camera: CameraCode, run: RunID?, offsetUs: Microseconds, uncertaintyUs: Microseconds, note: String, statedAt: WallTime
    ) {
        self.camera = camera
        self.run = run
        self.offsetUs = offsetUs
        self.uncertaintyUs = uncertaintyUs
        self.note = note
        self.statedAt = statedAt
    }
}
