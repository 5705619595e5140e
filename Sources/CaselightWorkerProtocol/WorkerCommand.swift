package import CaselightModel

/// What `caselightd` tells a media worker, over the worker's standard input.
///
/// Feed credentials travel here and nowhere else: never in arguments or the environment.
package enum WorkerCommand: Sendable, Codable {
    /// Always the first.
    case configure(WorkerSettings)
    /// Connects to a feed and records it. The worker tries once: trying again is the supervisor's business.
    case open(FeedOrder)
    /// Ends a feed's run; `feedEnded` answers.
    case close(feed: FeedNumber, reason: EndReason)
    /// Opens an address, reads until its streams are known, and reports them, with a keyframe where one is wanted.
    case probe(ProbeOrder)
    /// Decodes one keyframe to a JPEG.
    case still(StillOrder)
    /// Reads a recorded file and writes it as a run of segments.
    case importFootage(ImportOrder)
    /// Copies recorded packets into clips that any player opens.
    case remux(RemuxOrder)
    /// Gives up a probe, still, import or remux.
    case cancel(request: RequestNumber)
    /// Closes every feed and file; `drained` is the last event, then the worker exits 0.
    case drain(EndReason)
}

/// Names a feed between `caselightd` and one worker; never used twice.
package typealias FeedNumber = UInt32
/// Names a request between `caselightd` and one worker; never used twice.
package typealias RequestNumber = UInt32

package struct WorkerSettings: Hashable, Sendable, Codable {
    /// The version of these messages; a worker refuses another.
    package var protocolVersion: Int
    /// The archive's folder, absolute.
    package var archivePath: String
    /// How long a segment becomes before it is closed at the next keyframe.
    package var segmentLength: Microseconds
    /// The longest a fragment becomes: what a crash can cost.
    package var fragmentLength: Microseconds
    /// The age of the oldest picture that is not yet safe on disk: what a power cut can cost, down to three seconds.
    package var syncInterval: Microseconds
    /// Footage waiting for the disk, per feed; past it the segment ends with `overload`.
    package var queueLimitBytes: Int
    /// Connecting, and every read: past it the feed counts as lost.
    package var readTimeout: Microseconds
    /// How long an RTSP feed's packets may wait in its socket: the longer, the fewer system calls.
    package var drainInterval: Microseconds

    package static let currentVersion = 4

    package init(archivePath: String) {
        protocolVersion = Self.currentVersion
        self.archivePath = archivePath
        segmentLength = .seconds(60)
        fragmentLength = .seconds(1)
        syncInterval = .seconds(5)
        queueLimitBytes = 16 << 20
        readTimeout = .seconds(10)
        drainInterval = .milliseconds(100)
    }
}

/// A feed to connect to and how to keep it.
package struct FeedOrder: Hashable, Sendable, Codable {
    package var feed: FeedNumber
    package var camera: CameraCode
    package var url: FeedURL
    package var credentials: FeedCredentials?
    package var transport: FeedTransport
    package var policy: RecordingPolicy

    package init(
        feed: FeedNumber, camera: CameraCode, url: FeedURL, credentials: FeedCredentials?, transport: FeedTransport,
        policy: RecordingPolicy
    ) {
        self.feed = feed
        self.camera = camera
        self.url = url
        self.credentials = credentials
        self.transport = transport
        self.policy = policy
    }
}

package struct ProbeOrder: Hashable, Sendable, Codable {
    package var request: RequestNumber
    package var url: FeedURL
    package var credentials: FeedCredentials?
    package var transport: FeedTransport
    package var wantsKeyframe: Bool

    package init(request: RequestNumber, url: FeedURL, credentials: FeedCredentials?, transport: FeedTransport, wantsKeyframe: Bool) {
        self.request = request
        self.url = url
        self.credentials = credentials
        self.transport = transport
        self.wantsKeyframe = wantsKeyframe
    }
}

/// One keyframe to decode. The worker gets bytes, not a path: it needs no file.
package struct StillOrder: Hashable, Sendable, Codable {
    package var request: RequestNumber
    /// The segment's `ftyp` and `moov`.
    package var initialization: Attachment
    /// The keyframe as it stands in the segment.
    package var keyframe: Attachment
    /// The picture is scaled down to this width, never up; `nil` keeps its size.
    package var widthPixels: Int?

    package init(request: RequestNumber, initialization: [UInt8], keyframe: [UInt8], widthPixels: Int?) {
        self.request = request
        self.initialization = Attachment(initialization)
        self.keyframe = Attachment(keyframe)
        self.widthPixels = widthPixels
    }
}

package struct ImportOrder: Hashable, Sendable, Codable {
    package var request: RequestNumber
    package var camera: CameraCode
    package var run: RunID
    /// The file as the archive keeps it, absolute.
    package var path: String
    package var origin: RunOrigin
    /// When its first frame was taken by the recorder's clock; `nil` takes the file's own metadata and refuses a file without.
    package var startsAt: WallTime?

    package init(request: RequestNumber, camera: CameraCode, run: RunID, path: String, origin: RunOrigin, startsAt: WallTime?) {
        self.request = request
        self.camera = camera
        self.run = run
        self.path = path
        self.origin = origin
        self.startsAt = startsAt
    }
}

/// What clips are to be made of, and where. Nothing is decoded or filtered: packets are copied.
package struct RemuxOrder: Hashable, Sendable, Codable {
    package var request: RequestNumber
    /// Of one camera, those of a run in the order of its sequence.
    package var sources: [ClipSource]
    /// In true time.
    package var wanted: TimeSpan
    /// Where the clips go, absolute; it exists and is empty.
    package var folder: String

    package init(request: RequestNumber, sources: [ClipSource], wanted: TimeSpan, folder: String) {
        self.request = request
        self.sources = sources
        self.wanted = wanted
        self.folder = folder
    }
}
