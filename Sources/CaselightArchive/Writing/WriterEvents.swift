internal import CaselightModel
internal import CaselightWorkerProtocol
import Synchronization

/// What a writer tells of its segments, one event at a time: a segment's progress never follows its end.
final class WriterEvents: Sendable {
    private let grown = Mutex<[SegmentID: SegmentProgress]>([:])
    private let report: @Sendable (WorkerEvent) -> Void

    init(report: @Sendable @escaping (WorkerEvent) -> Void) { self.report = report }

    func opened(_ segment: Segment) { grown.withLock { _ in report(.segmentOpened(segment)) } }

    func grew(_ progress: SegmentProgress) { grown.withLock { $0[progress.id] = progress } }

    func closed(_ segment: Segment) {
        grown.withLock {
            $0[segment.id] = nil
            report(.segmentClosed(segment))
        }
    }

    func lost(_ id: SegmentID, _ camera: CameraCode, _ error: CaselightError) {
        grown.withLock {
            $0[id] = nil
            report(.segmentLost(id, camera, error))
        }
    }

    /// Reports the growth of all segments since the last time.
    func flush() {
        grown.withLock {
            guard !$0.isEmpty else { return }
            report(.progress(ProgressBatch($0.values.sorted { $0.id < $1.id })))
            $0.removeAll(keepingCapacity: true)
        }
    }
}
