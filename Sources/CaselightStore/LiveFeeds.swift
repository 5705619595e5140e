public import CaselightModel

/// What happens to cameras right now, for those who show it and change it. Ingest fulfils it; `caselightd` hands it to the server.
public protocol LiveFeeds: Sendable {
    /// `nil` for a camera without a feed.
    func status(of code: CameraCode) async -> FeedStatus?
    /// Of every camera with a feed.
    func statuses() async -> [FeedStatus]

    /// To be called after the registry's change is durable: connects, reconnects or lets go of the camera's feed, and of no other.
    func cameraChanged(_ code: CameraCode) async

    /// Connects to an address, reads until its streams are known, and lets go.
    ///
    /// - Parameter pictureWidthPixels: with a picture of at most this width; `nil` asks for none.
    /// - Throws: `CaselightError`: `unreachable`, `unauthorized`, `timedOut`, `unsupportedMedia`, `playlistRefused`, and what decoding throws.
    func probe(
        _ url: FeedURL, credentials: FeedCredentials?, transport: FeedTransport, pictureWidthPixels: Int?
    ) async throws -> ProbedFeed

    /// Makes a recorded file, already kept in the archive as it was handed over, playable and findable.
    ///
    /// - Parameter progress: called with bytes done and bytes in all.
    /// - Throws: `CaselightError`: `unsupportedMedia`, `damagedMedia`, `invalidTime` where it is not known when the file begins.
    func importFootage(_ order: FootageImport, progress: @Sendable @escaping (Int64, Int64) -> Void) async throws -> Run
}

/// What was found behind an address that was tried.
public struct ProbedFeed: Hashable, Sendable {
    public var stream: StreamMetadata
    /// A JPEG of its first keyframe; `nil` where none was asked for.
    public var picture: [UInt8]?

    public init(stream: StreamMetadata, picture: [UInt8]? = nil) {
        self.stream = stream
        self.picture = picture
    }
}

/// A recorded file to take in.
public struct FootageImport: Hashable, Sendable {
    public var camera: CameraCode
    public var run: RunID
    /// Where the archive keeps the file, absolute.
    public var path: String
    /// The name it was handed over under.
    public var name: String
    /// Lower-case hexadecimal.
    public var sha256: String
    /// When its first frame was taken, by the recorder's clock; `nil` takes what the file itself says.
    public var startsAt: WallTime?

    public init(camera: CameraCode, run: RunID, path: String, name: String, sha256: String, startsAt: WallTime?) {
        self.camera = camera
        self.run = run
        self.path = path
        self.name = name
        self.sha256 = sha256
        self.startsAt = startsAt
    }
}

/// Decodes keyframes when somebody asks to see one.
public protocol StillMaker: Sendable {
    /// A JPEG of one keyframe.
    ///
    /// - Parameters:
    ///   - initialization: `ftyp` and `moov` of the keyframe's segment.
    ///   - keyframe: its bytes as they stand in the segment.
    ///   - widthPixels: scaled down to it, never up; `nil` keeps the size.
    /// - Throws: `CaselightError`: `damagedMedia`, `unsupportedMedia`, `busy` when too many wait, `timedOut`.
    func still(initialization: [UInt8], keyframe: [UInt8], widthPixels: Int?) async throws -> [UInt8]
}

/// Copies recorded packets into clips that any player opens.
public protocol ClipMaker: Sendable {
    /// Makes one ordinary file of every unbroken stretch of footage in a span: `clip.mp4`, `clip-2.mp4`, … in the order of their footage.
    ///
    /// Packets are copied, never decoded or filtered. A clip begins with the keyframe at or before the span and ends before the keyframe
    /// after it, so it is a little longer than was asked for; `ClipFile.span` says by how much.
    /// - Parameters:
    ///   - sources: the camera's segments around the span, those of a run in its order.
    ///   - wanted: in true time.
    ///   - folder: exists, is empty and stays the caller's, whatever happens. Absolute.
    ///   - progress: called with bytes done and bytes in all.
    /// - Returns: no clip where the span has no pictures.
    /// - Throws: `CaselightError`: `damagedMedia`, `notFound`, `diskFull`, `tooLarge`, `busy` when too many wait.
    func clips(
        of sources: [ClipSource], wanted: TimeSpan, into folder: String, progress: @Sendable @escaping (Int64, Int64) -> Void
    ) async throws -> [ClipFile]
}
