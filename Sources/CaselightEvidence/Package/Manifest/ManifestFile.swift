package import CaselightModel

/// A file of the package that shows something, and all that identifies it.
package struct ManifestFile: Codable, Hashable, Sendable {
    package enum Category: String, Codable, Hashable, Sendable, CaseIterable {
        /// Byte for byte as it was recorded or handed over.
        case original
        /// Made from originals.
        case derived
    }

    package enum Kind: String, Codable, Hashable, Sendable, CaseIterable {
        case nativeVideo, nativeAudio, importedOriginal, clip, still, other

        package var category: Category {
            switch self {
            case .nativeVideo, .nativeAudio, .importedOriginal: .original
            case .clip, .still, .other: .derived
            }
        }
    }

    package var path: PackagePath
    package var category: Category
    package var kind: Kind
    package var camera: CameraCode
    /// The container, as its usual short name: `mp4`, `mov`, `jpeg`.
    package var format: String
    /// As libavcodec names them; empty for a file that was not looked into.
    package var codecs: [String]
    package var byteCount: Int64
    /// Lower-case hexadecimal.
    package var sha256: String
    /// The hash taken when the file was first written here. An original's `sha256` is equal to it.
    @Explicit package var sha256AtIngest: String?
    /// When and where that was, or why there is none.
    package var sha256AtIngestStatement: String
    @Explicit package var segment: SegmentID?
    @Explicit package var run: RunID?
    /// What it shows, in the recording's own time: not corrected.
    @Explicit package var recorded: TimeSpan?
    @Explicit package var stream: ManifestStream?
    /// Paths it was made from; empty for an original.
    package var derivedFrom: [PackagePath]
    /// How it was made; `null` for an original.
    @Explicit package var derivation: String?

    /// An original.
    ///
    /// - Parameter atIngest: the hash taken at ingest, or `nil` and why there is none in `statement`.
    package init(
        original path: PackagePath, kind: Kind, camera: CameraCode, format: String, codecs: [String], digest: ContentDigest,
        atIngest: String?, statement: String, segment: SegmentID?, run: RunID?, recorded: TimeSpan?, stream: StreamMetadata?
    ) {
        self.path = path
        category = .original
        self.kind = kind
        self.camera = camera
        self.format = format
        self.codecs = codecs
        byteCount = digest.byteCount
        sha256 = digest.sha256
        sha256AtIngest = atIngest
        sha256AtIngestStatement = statement
        self.segment = segment
        self.run = run
        self.recorded = recorded
        self.stream = stream.map(ManifestStream.init)
        derivedFrom = []
        derivation = nil
    }

    /// Something made from originals.
    package init(
        derived path: PackagePath, kind: Kind, camera: CameraCode, format: String, codecs: [String], digest: ContentDigest,
        recorded: TimeSpan?, stream: StreamMetadata?, from originals: [PackagePath], derivation: String
    ) {
        self.init(
            original: path, kind: kind, camera: camera, format: format, codecs: codecs, digest: digest, atIngest: nil,
            statement: "derived for this package, so there is none", segment: nil, run: nil, recorded: recorded, stream: stream)
        category = .derived
        derivedFrom = originals
        self.derivation = derivation
    }
}

/// `StreamMetadata` with every key present.
package struct ManifestStream: Codable, Hashable, Sendable {
    package var container: String
    @Explicit package var sessionName: String?
    @Explicit package var video: ManifestVideo?
    @Explicit package var audio: ManifestAudio?

    package init(_ stream: StreamMetadata) {
        container = stream.container
        sessionName = stream.sessionName
        video = stream.video.map(ManifestVideo.init)
        audio = stream.audio.map(ManifestAudio.init)
    }
}

/// `VideoStream` with every key present.
package struct ManifestVideo: Codable, Hashable, Sendable {
    package var codec: String
    @Explicit package var profile: String?
    @Explicit package var level: Int?
    package var widthPixels: Int
    package var heightPixels: Int
    @Explicit package var nominalFrameRate: Double?
    @Explicit package var measuredFrameRate: Double?
    @Explicit package var bitsPerSecond: Double?
    @Explicit package var keyframeIntervalSeconds: Double?
    package var timeBaseHertz: Int

    package init(_ video: VideoStream) {
        codec = video.codec
        profile = video.profile
        level = video.level
        widthPixels = video.widthPixels
        heightPixels = video.heightPixels
        nominalFrameRate = video.nominalFrameRate
        measuredFrameRate = video.measuredFrameRate
        bitsPerSecond = video.bitsPerSecond
        keyframeIntervalSeconds = video.keyframeIntervalSeconds
        timeBaseHertz = video.timeBaseHertz
    }
}

/// `AudioStream` with every key present.
package struct ManifestAudio: Codable, Hashable, Sendable {
    package var codec: String
    package var sampleRateHertz: Int
    package var channelCount: Int
    @Explicit package var bitsPerSecond: Double?

    package init(_ audio: AudioStream) {
        codec = audio.codec
        sampleRateHertz = audio.sampleRateHertz
        channelCount = audio.channelCount
        bitsPerSecond = audio.bitsPerSecond
    }
}
