package import CaselightModel
package import CaselightWorkerProtocol
import Synchronization

/// Writes recorded footage to the archive's disk: the far side of `SegmentSink`.
///
/// Feeds call `open`, `append` and `close` from threads of their own and never wait for a disk: jobs go to two threads of this
/// writer's, in order for each run. What waits is counted in bytes per run; past `WorkerSettings.queueLimitBytes` the segment ends
/// with `overload`, and further segments of the run are refused until half of the queue is written.
package final class SegmentWriter: SegmentSink {
    private let settings: WorkerSettings
    private let calls: DiskCalls
    private let events: WriterEvents
    private let board: WriterBoard
    private let disk: DiskThreads
    private let presence: WorkerPresence?

    /// - Parameter report: called one event at a time, on the disk's threads; must not call this writer.
    package convenience init(settings: WorkerSettings, report: @Sendable @escaping (WorkerEvent) -> Void) {
        self.init(settings: settings, calls: .system, report: report)
    }

    init(settings: WorkerSettings, calls: DiskCalls, report: @Sendable @escaping (WorkerEvent) -> Void) {
        self.settings = settings
        self.calls = calls
        let events = WriterEvents(report: report)
        let board = WriterBoard(queueLimitBytes: settings.queueLimitBytes)
        let ticker = Ticker(events: events, board: board, syncPatienceNs: Self.syncPatience(settings).value * 1000)
        disk = DiskThreads(name: "archive-disk", tick: { ticker.tick() })
        ticker.attach(disk)
        self.events = events
        self.board = board
        presence = WorkerPresence(archivePath: settings.archivePath)
    }

    /// How long what was written may wait for a sync, so that of what the camera sent no more than `syncInterval` is ever unsafe: when a
    /// fragment is given to us its first picture is a fragment's length old, the look at what is due comes up to a second late, and the
    /// packet's way here and the sync itself take their time.
    private static func syncPatience(_ settings: WorkerSettings) -> Microseconds {
        max(.zero, settings.syncInterval - settings.fragmentLength - .seconds(2))
    }

    /// A segment whose initialization cannot be read, or whose run is refused, ends at its first `append`.
    package func open(_ opening: SegmentOpening) {
        let id = opening.header.id
        do {
            let video = FragmentReader(initialization: try MediaInitialization(opening.videoInitialization))
            let audio = try opening.audio.map { FragmentReader(initialization: try MediaInitialization($0.initialization)) }
            let segment = WrittenSegment(
                header: opening.header, initialization: video.initialization, archivePath: settings.archivePath, calls: calls, events: events,
                onFailure: { [weak board] in board?.fail(id, $0) })
            let cost = WriterBoard.jobCostBytes + opening.videoInitialization.count + (opening.audio?.initialization.count ?? 0)
            guard let lane = board.begin(WriterBoard.Entry(segment: segment, video: video, audio: audio), cost: cost) else { return }
            run(on: lane, of: id.run, cost: cost) { segment.create(opening, video: video, audio: audio) }
        } catch {
            let cause = error as? CaselightError ?? CaselightError(.damagedMedia, "open segment \(id)", because: "\(error)")
            board.refuse(id, cause)
        }
    }

    package func append(_ fragment: RecordedFragment) throws(CaselightError) {
        let id = fragment.segment
        let cost = WriterBoard.jobCostBytes + fragment.bytes.count
        switch board.admit(id, cost: cost) {
        case .admitted(let entry, let lane):
            let fragments: [MediaFragment]
            do {
                let reader = fragment.track == .video ? entry.video : entry.audio ?? entry.video
                fragments = try reader.fragments(in: fragment.bytes, at: 0)
            } catch {
                // Not a fragment of this stream. What the segment holds stays good.
                board.done(id.run, cost: cost)
                end(id, .streamChanged)
                throw error
            }
            let givenAtNs = MonotonicCondition.nowNs()
            run(on: lane, of: id.run, cost: cost) { [board] in
                entry.segment.write(fragment, fragments)
                board.wrote(id, givenAtNs: givenAtNs)
            }
        case .overloaded(let error):
            end(id, .overload)
            throw error
        case .refused(let error):
            throw error
        }
    }

    package func close(_ closing: SegmentClosing) {
        end(closing.segment) { $0.close(closing) }
    }

    /// Blocks until everything given is on disk and reported. Not to be called from `report`.
    package func drain() {
        for (entry, lane) in board.openEntries() { disk.enqueue(on: lane) { entry.segment.sync() } }
        disk.waitUntilIdle()
        events.flush()
    }

    private func end(_ id: SegmentID, _ reason: EndReason) { end(id) { $0.close(reason) } }

    private func end(_ id: SegmentID, _ body: @Sendable @escaping (WrittenSegment) -> Void) {
        guard let (entry, lane) = board.end(id, cost: WriterBoard.jobCostBytes) else { return }
        run(on: lane, of: id.run, cost: WriterBoard.jobCostBytes) { body(entry.segment) }
    }

    private func run(on lane: DiskThreads.Lane, of run: RunID, cost: Int, _ job: @Sendable @escaping () -> Void) {
        disk.enqueue(on: lane) { [board] in
            job()
            board.done(run, cost: cost)
        }
    }
}

/// What happens about every second: growth is reported, and what is due is synced.
private final class Ticker: Sendable {
    private let events: WriterEvents
    private let board: WriterBoard
    private let syncPatienceNs: Int64
    private let disk = Mutex<WeakDisk>(WeakDisk())

    private struct WeakDisk {
        weak var threads: DiskThreads?
    }

    init(events: WriterEvents, board: WriterBoard, syncPatienceNs: Int64) {
        self.events = events
        self.board = board
        self.syncPatienceNs = syncPatienceNs
    }

    func attach(_ threads: DiskThreads) { disk.withLock { $0.threads = threads } }

    func tick() {
        events.flush()
        guard let threads = disk.withLock({ $0.threads }) else { return }
        for (entry, lane) in board.takeDueForSync(now: MonotonicCondition.nowNs(), patienceNs: syncPatienceNs) {
            threads.enqueue(on: lane) { [board] in
                board.syncBegins(entry.segment.header.id)
                entry.segment.sync()
            }
        }
    }
}
