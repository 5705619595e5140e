import CaselightModel
import CaselightStore
import CaselightWorkerProtocol
import Synchronization

/// Turns the workers' events into changes of the index; remembers which run a feed is in.
final class RunBook: Sendable {
    private struct Books {
        var runs: [FeedNumber: Run] = [:]
        var cameras: [RunID: CameraCode] = [:]

        /// - Returns: the run that it takes the place of.
        mutating func begin(_ run: Run, of feed: FeedNumber) -> Run? {
            let before = end(feed)
            runs[feed] = run
            cameras[run.id] = run.camera
            return before
        }

        mutating func end(_ feed: FeedNumber) -> Run? {
            let run = runs.removeValue(forKey: feed)
            if let run { cameras[run.id] = nil }
            return run
        }
    }

    private let books = Mutex(Books())

    /// Whose runs they are, in their order; `nil` for one that has ended.
    func cameras(of runs: [RunID]) -> [CameraCode?] { books.withLock { books in runs.map { books.cameras[$0] } } }

    func changes(for event: WorkerEvent) -> [IndexChange] {
        switch event {
        case .runStarted(let feed, let run):
            let before = books.withLock { $0.begin(run, of: feed) }
            // Within one connection a new run begins where the timestamps of the old one stopped making sense.
            return (before.map { [.runEnded($0.id, at: run.startedAt)] } ?? []) + [.run(run)]
        case .streamChanged(let feed, _, let stream):
            let run = books.withLock { books -> Run? in
                books.runs[feed]?.stream = stream
                return books.runs[feed]
            }
            return run.map { [.run($0)] } ?? []
        case .feedEnded(let feed, let time, _, _):
            return books.withLock { $0.end(feed) }.map { [.runEnded($0.id, at: max(time, $0.startedAt))] } ?? []
        case .segmentOpened(let segment), .segmentClosed(let segment):
            return [.segment(segment)]
        case .progress(let batch):
            return batch.segments.map {
                .progress(
                    $0.id, endsAt: $0.endsAt, byteCount: $0.byteCount, audioByteCount: $0.audioByteCount, keyframes: $0.keyframes,
                    activity: $0.activity)
            }
        case .clockSample(_, let run, let sample):
            return [.clockSample(run, sample)]
        default:
            return []
        }
    }
}
