import CaselightModel
import CaselightStore
import CaselightWorkerProtocol
import Synchronization

/// Turns the workers' events into changes of the index; remembers which run a feed is in.
final class RunBook: Sendable {
    private let runs = Mutex<[FeedNumber: Run]>([:])

    /// Whose run it is; `nil` for one that has ended.
    func camera(of run: RunID) -> CameraCode? { runs.withLock { $0.values.first { $0.id == run }?.camera } }

    func changes(for event: WorkerEvent) -> [IndexChange] {
        switch event {
        case .runStarted(let feed, let run):
            let before = runs.withLock { runs in
                defer { runs[feed] = run }
                return runs[feed]
            }
            // Within one connection a new run begins where the timestamps of the old one stopped making sense.
            return (before.map { [.runEnded($0.id, at: run.startedAt)] } ?? []) + [.run(run)]
        case .streamChanged(let feed, _, let stream):
            let run = runs.withLock { runs -> Run? in
                runs[feed]?.stream = stream
                return runs[feed]
            }
            return run.map { [.run($0)] } ?? []
        case .feedEnded(let feed, let time, _, _):
            return runs.withLock { $0.removeValue(forKey: feed) }.map { [.runEnded($0.id, at: max(time, $0.startedAt))] } ?? []
        case .segmentOpened(let segment), .segmentClosed(let segment):
            return [.segment(segment)]
        case .progress(let segments):
            return segments.map { .progress($0.id, endsAt: $0.endsAt, byteCount: $0.byteCount, audioByteCount: $0.audioByteCount) }
        case .clockSample(_, let run, let sample):
            return [.clockSample(run, sample)]
        default:
            return []
        }
    }
}
