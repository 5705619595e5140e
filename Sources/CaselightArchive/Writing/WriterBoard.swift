internal import CaselightModel
import Synchronization

/// Which segments are open and how much waits for the disk. Feeds and disk threads meet here, under one short lock.
final class WriterBoard: Sendable {
    struct Entry: Sendable {
        let segment: WrittenSegment
        let video: FragmentReader
        let audio: FragmentReader?
        /// When the oldest of what was written since the last sync was given to us; `nil` where all is synced.
        fileprivate var unsyncedSinceNs: Int64?
        fileprivate var isSyncQueued = false

        init(segment: WrittenSegment, video: FragmentReader, audio: FragmentReader?) {
            self.segment = segment
            self.video = video
            self.audio = audio
        }
    }

    enum Admission {
        case admitted(Entry, DiskThreads.Lane)
        /// The queue is full: the segment is to be ended.
        case overloaded(CaselightError)
        /// The segment has ended already, or never began.
        case refused(CaselightError)
    }

    /// What a job counts for besides its bytes, so that jobs without any are bounded too.
    static let jobCostBytes = 4096

    private enum State {
        case open(Entry)
        case failed(CaselightError)
    }

    private struct Queue {
        let lane = DiskThreads.Lane()
        var byteCount = 0
        var openCount = 0
        /// Set by overload, until half of the queue is written.
        var isRefusing = false
    }

    private struct Content {
        var segments: [SegmentID: State] = [:]
        var queues: [RunID: Queue] = [:]
    }

    private let queueLimitBytes: Int
    private let content = Mutex(Content())

    init(queueLimitBytes: Int) { self.queueLimitBytes = queueLimitBytes }

    /// - Returns: the lane to make the segment's files on; `nil` when the run is refused.
    func begin(_ entry: Entry, cost: Int) -> DiskThreads.Lane? {
        let id = entry.segment.header.id
        return content.withLock { content in
            var queue = content.queues[id.run] ?? Queue()
            guard !queue.isRefusing else {
                content.segments[id] = .failed(overload(id, queue))
                return nil
            }
            content.segments[id] = .open(entry)
            queue.byteCount += cost
            queue.openCount += 1
            content.queues[id.run] = queue
            return queue.lane
        }
    }

    func refuse(_ id: SegmentID, _ error: CaselightError) { content.withLock { $0.segments[id] = .failed(error) } }

    /// Counts a job in, if it has room.
    func admit(_ id: SegmentID, cost: Int) -> Admission {
        content.withLock { content in
            switch content.segments[id] {
            case nil:
                return .refused(
                    CaselightError(.internalFailure, "append to segment \(id)", because: "it is not open"))
            case .failed(let error):
                content.segments[id] = nil
                return .refused(error)
            case .open(let entry):
                var queue = content.queues[id.run] ?? Queue()
                guard queue.byteCount + cost <= queueLimitBytes else {
                    queue.isRefusing = true
                    content.queues[id.run] = queue
                    return .overloaded(overload(id, queue))
                }
                queue.byteCount += cost
                content.queues[id.run] = queue
                return .admitted(entry, queue.lane)
            }
        }
    }

    /// Takes a segment off the board and counts its last job in; `nil` when it has ended already.
    func end(_ id: SegmentID, cost: Int) -> (Entry, DiskThreads.Lane)? {
        content.withLock { content in
            guard case .open(let entry) = content.segments.removeValue(forKey: id), var queue = content.queues[id.run] else {
                return nil
            }
            queue.openCount -= 1
            queue.byteCount += cost
            content.queues[id.run] = queue
            return (entry, queue.lane)
        }
    }

    /// A job was done.
    func done(_ run: RunID, cost: Int) {
        content.withLock { content in
            guard var queue = content.queues[run] else { return }
            queue.byteCount -= cost
            if queue.byteCount <= queueLimitBytes / 2 { queue.isRefusing = false }
            content.queues[run] = queue.byteCount == 0 && queue.openCount == 0 ? nil : queue
        }
    }

    /// The segment ended because of its disk; the next `append` says so.
    func fail(_ id: SegmentID, _ error: CaselightError) {
        content.withLock { content in
            guard case .open = content.segments[id] else { return }
            content.segments[id] = .failed(error)
            content.queues[id.run]?.openCount -= 1
        }
    }

    func openEntries() -> [(Entry, DiskThreads.Lane)] {
        content.withLock { content in
            content.segments.values.compactMap { state in
                guard case .open(let entry) = state, let queue = content.queues[entry.segment.header.id.run] else { return nil }
                return (entry, queue.lane)
            }
        }
    }

    /// A fragment that was given to us at this time has been written. Called in the order of the segment's jobs, as `syncBegins`.
    func wrote(_ id: SegmentID, givenAtNs: Int64) {
        content.withLock { content in
            guard case .open(var entry) = content.segments[id], entry.unsyncedSinceNs == nil else { return }
            entry.unsyncedSinceNs = givenAtNs
            content.segments[id] = .open(entry)
        }
    }

    /// Segments with something that has waited so long for a sync, and that none is queued for.
    func takeDueForSync(now: Int64, patienceNs: Int64) -> [(Entry, DiskThreads.Lane)] {
        content.withLock { content in
            var due: [(Entry, DiskThreads.Lane)] = []
            for (id, state) in content.segments {
                guard case .open(var entry) = state, !entry.isSyncQueued, let since = entry.unsyncedSinceNs, since + patienceNs <= now,
                    let queue = content.queues[id.run]
                else { continue }
                entry.isSyncQueued = true
                content.segments[id] = .open(entry)
                due.append((entry, queue.lane))
            }
            return due
        }
    }

    /// All that was written so far is about to be pressed to disk.
    func syncBegins(_ id: SegmentID) {
        content.withLock { content in
            guard case .open(var entry) = content.segments[id] else { return }
            (entry.isSyncQueued, entry.unsyncedSinceNs) = (false, nil)
            content.segments[id] = .open(entry)
        }
    }

    private func overload(_ id: SegmentID, _ queue: Queue) -> CaselightError {
        CaselightError(
            .overload, "write segment \(id)",
            because: "\(queue.byteCount) bytes of its feed wait for the disk and \(queueLimitBytes) may",
            remedy: "Record fewer feeds on this disk, or use a faster one.")
    }
}
