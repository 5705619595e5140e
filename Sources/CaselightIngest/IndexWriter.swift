import CaselightModel
import CaselightStore
import Logging
import Metrics

/// Carries the workers' reports into the index: two transactions a second, in order, tried again until it holds.
///
/// Progress reports of one segment replace each other, so what waits is bounded by the number of open segments plus the
/// closed ones of an outage of the database; past `waitingLimit` progress of further segments is passed over, which the next
/// report, or recovery, makes up for.
package actor IndexWriter {
    private static let waitingLimit = 200_000
    /// Segments report their growth every second, and questions judge what is three seconds old.
    private static let interval: Duration = .milliseconds(500)

    private let index: any FootageIndex
    private let logger: Logger
    private var waiting: [IndexChange] = []
    private var progressPosition: [SegmentID: Int] = [:]
    private var flushTask: Task<Void, Never>?
    private var flushing: Task<Void, Never>?
    private var isFailing = false
    private let waitingGauge = Gauge(label: "caselight_index_changes_waiting")
    private let failureCounter = Counter(label: "caselight_index_write_failures_total")

    package init(index: any FootageIndex, logger: Logger) {
        self.index = index
        self.logger = logger
    }

    package func add(_ changes: [IndexChange]) {
        for change in changes { add(change) }
        scheduleFlush()
    }

    private func add(_ change: IndexChange) {
        switch change {
        case .progress(let id, _, _, _, _, _):
            if let position = progressPosition[id] {
                waiting[position] = change
            } else if waiting.count < Self.waitingLimit {
                progressPosition[id] = waiting.count
                waiting.append(change)
            }
        case .segment(let segment):
            progressPosition[segment.id] = nil
            waiting.append(change)
        default:
            waiting.append(change)
        }
    }

    private func scheduleFlush() {
        guard flushTask == nil else { return }
        flushTask = Task {
            try? await Task.sleep(for: isFailing ? .seconds(1) : Self.interval)
            await flush()
        }
    }

    /// Writes what waits; returns when all that was told before is in the index, or has been put back for another try.
    package func flush() async {
        let before = flushing
        // One batch at a time: a failed one goes back in front of those that came after it.
        let task = Task {
            await before?.value
            await self.writeBatch()
        }
        flushing = task
        await task.value
        if flushing == task { flushing = nil }
    }

    private func writeBatch() async {
        flushTask = nil
        guard !waiting.isEmpty else { return }
        let batch = waiting
        waiting = []
        progressPosition = [:]
        do {
            try await index.apply(batch)
            if isFailing { logger.notice("the index takes changes again") }
            isFailing = false
            if !waiting.isEmpty { scheduleFlush() }
        } catch let error as CaselightError where Self.isLasting(error.code) {
            await applySingly(batch)
            if !waiting.isEmpty { scheduleFlush() }
        } catch {
            tryAgainLater(batch[...], after: error)
        }
        waitingGauge.record(waiting.count)
    }

    /// A change that the index will never take must not hold up those behind it.
    private static func isLasting(_ code: CaselightError.Code) -> Bool { code == .notFound || code == .invalidValue }

    private func applySingly(_ batch: [IndexChange]) async {
        for position in batch.indices {
            do {
                try await index.apply([batch[position]])
            } catch let error as CaselightError where Self.isLasting(error.code) {
                failureCounter.increment()
                logger.error("\(error) The change is left out; the archive's file stays, and the next start indexes it.")
            } catch {
                tryAgainLater(batch[position...], after: error)
                return
            }
        }
    }

    /// Puts changes back in front of those that came meanwhile, which are newer.
    private func tryAgainLater(_ changes: ArraySlice<IndexChange>, after error: any Error) {
        failureCounter.increment()
        if !isFailing { logger.error("\(error)", metadata: ["changes": "\(changes.count)"]) }
        isFailing = true
        let newer = waiting
        waiting = []
        progressPosition = [:]
        for change in changes + newer { add(change) }
        scheduleFlush()
    }

    /// Whether the index took the last changes offered.
    package var isHealthy: Bool { !isFailing }
}
