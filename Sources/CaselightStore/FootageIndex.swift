public import CaselightModel

/// What the archive holds, findable: runs, segments, keyframes, activity, coverage, clock samples.
///
/// Everything here can be rebuilt from the archive's files, so its durability is cheaper than the records'.
/// SQLite is one form; a contract suite (`FootageIndexContract` in the tests) holds every form to the same behaviour.
public protocol FootageIndex: Sendable {
    /// Where its reads run; what asks many of them runs there as a whole, so that none of them changes threads.
    /// `nil` where reads wait for another machine, and any thread does.
    var readExecutor: (any TaskExecutor)? { get }

    /// Applies changes in order, in one transaction: all or none. Repeating a change is harmless, and so is one that comes late.
    ///
    /// - Throws: `notFound` for a segment or a clock sample of an unknown run.
    func apply(_ changes: [IndexChange]) async throws

    /// Covered intervals that overlap `span`, in order, cut to nothing: they may reach beyond it. Cameras without any are absent.
    func coverage(of cameras: [CameraCode], overlapping span: TimeSpan) async throws -> [CameraCode: [Coverage]]
    /// In the order of their starts. Tables are left empty unless `detailed`.
    func segments(of camera: CameraCode, overlapping span: TimeSpan, limit: Int, detailed: Bool) async throws -> [Segment]
    /// `nil` where the index knows no such segment.
    func segment(_ id: SegmentID) async throws -> Segment?
    /// Those not closed, of all cameras: what a crash left.
    func openSegments() async throws -> [Segment]
    /// Those marked for deletion whose files may still be there: what a crash between mark and deletion left.
    func segmentsBeingDeleted() async throws -> [Segment]
    /// Closed segments of the camera in the order of their starts, or of all cameras in the order of their ends, that were recorded here
    /// and ended before `time`; the oldest first. What was handed over as a file is none of them.
    ///
    /// - Parameter cursor: where a walk goes on, so that what stays at the front costs no page twice; `nil` begins.
    func oldestSegments(
        of camera: CameraCode?, endedBefore time: WallTime, from cursor: OldestCursor?, limit: Int
    ) async throws -> [Segment]
    /// `nil` where the index knows no such run.
    func run(_ id: RunID) async throws -> Run?
    /// A camera's runs that have a moment in the span, in order.
    func runs(of camera: CameraCode, overlapping span: TimeSpan) async throws -> [Run]
    /// Runs of these cameras whose times follow a recorder's clock and not ours, in the order of their starts.
    func importedRuns(of cameras: [CameraCode]) async throws -> [Run]
    /// Comparisons of a camera's clock with ours, in order, at most `limit`.
    func clockSamples(of camera: CameraCode, overlapping span: TimeSpan, limit: Int) async throws -> [ClockSample]
    /// The newest clock sample of each of the cameras within the last run that has one.
    func latestClockSamples(of cameras: [CameraCode]) async throws -> [CameraCode: ClockSample]
    /// The cameras that have runs, registered or not.
    func camerasWithFootage() async throws -> [CameraCode]
    /// Sums over all footage.
    func statistics() async throws -> FootageStatistics
}

extension FootageIndex {
    /// Any thread does.
    public var readExecutor: (any TaskExecutor)? { nil }
}

/// Where a walk through the oldest segments goes on.
public enum OldestCursor: Hashable, Sendable {
    /// Behind this one, the last of the page before. It may be gone meanwhile.
    case after(Segment)
    /// At those that begin at this time or later.
    case startingAt(WallTime)
}

/// One change to the index.
public enum IndexChange: Hashable, Sendable {
    /// A run began or its stream metadata changed.
    case run(Run)
    case runEnded(RunID, at: WallTime)
    /// A segment was opened, closed or recovered; replaces what was known of it. Its run must have been told before.
    case segment(Segment)
    /// An open segment grew. Its tables replace those known; `nil` leaves them.
    case progress(
        SegmentID, endsAt: WallTime, byteCount: Int64, audioByteCount: Int64?, keyframes: KeyframeTable? = nil,
        activity: ActivityTable? = nil)
    /// A segment is about to be deleted: it answers no question from here on, and recovery finishes what a crash interrupts.
    case deleting(SegmentID)
    /// Its files are gone. A run that is over goes with its last segment.
    case deleted(SegmentID)
    case clockSample(RunID, ClockSample)
}

/// How much footage there is.
public struct FootageStatistics: Hashable, Sendable, Codable {
    public var segmentCount: Int
    public var byteCount: Int64
    public var oldestAt: WallTime?
    public var newestAt: WallTime?

    public init(segmentCount: Int, byteCount: Int64, oldestAt: WallTime?, newestAt: WallTime?) {
        self.segmentCount = segmentCount
        self.byteCount = byteCount
        self.oldestAt = oldestAt
        self.newestAt = newestAt
    }
}
