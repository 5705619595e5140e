package import CaselightEvidence
package import CaselightModel
internal import CaselightStore
internal import Logging
import Metrics
import Synchronization

/// The consultation log at work: takes acts from any task, gives each its place, and tells its caller once the entry is on disk.
///
/// One thread of its own seals entries and hands them to the store in groups: while one group is pressed to disk the next one gathers. A
/// commit that fails refuses everybody in it, and the next one begins with a look at what really stands in the store.
///
/// The log is only ever added to: there is no way to change or purge an entry, whatever its age. An entry takes about a kilobyte of
/// disk with its indexes (`caselight-bench log` measures it), so that the year it must be kept at least is a gigabyte for a million entries.
///
/// Anyone may call anything here. What is shared lies behind one mutex, held for moments; only the writer changes `tail` and `table`.
package final class ConsultationBook: ConsultationLog {
    struct Request: Sendable {
        let work: LogWork
        let answer: CheckedContinuation<Result<Int64, CaselightError>, Never>
    }

    struct State: Sendable {
        /// As on disk.
        var tail: LogTail
        var table: ViewingTable
        var queue: [Request] = []
        var queuedEntryCount = 0
        var isWriting = false
        var isClosed = false
        /// After a failed commit, until the store has been read again.
        var mustReread = false
        var problem: String?
        /// Something has been written, or could not be, since the start.
        var isTried = false
        var commitBeganAt: ContinuousClock.Instant?
        /// That the commit under way takes too long has been told.
        var isSilenceTold = false
        var lastCheckpoint: SignedCheckpoint?
        var checkpointDueAt: WallTime?
        var checkpointProblem: String?
    }

    static let lane = ThreadLane(name: "log", threadCount: 1)

    let store: any LogStore
    let settings: LogSettings
    let key: SigningKey
    let retiredKeys: [VerifyingKey]
    let clock: any WallClock
    let logger: Logger
    let state: Mutex<State>
    let publisher: CheckpointPublisher?
    private let writableGauge = Gauge(label: "caselight_log_writable")
    private let entryGauge = Gauge(label: "caselight_log_entries")
    private let refusedCounter = Counter(label: "caselight_log_refused_total")
    let checkpointFailureCounter = Counter(label: "caselight_log_checkpoint_failures_total")
    let checkpointGauge = Gauge(label: "caselight_log_checkpoint_entries")

    init(_ parts: Parts, tail: LogTail, table: ViewingTable, checkpoint: SignedCheckpoint?) {
        store = parts.store
        settings = parts.settings
        key = parts.key
        retiredKeys = parts.retiredKeys
        clock = parts.clock
        logger = parts.logger
        publisher = parts.publish.map { CheckpointPublisher(publish: $0, logger: parts.logger) }
        state = Mutex(State(tail: tail, table: table, lastCheckpoint: checkpoint))
        writableGauge.record(1)
        entryGauge.record(tail.count)
        if let checkpoint { publisher?.offer(checkpoint) }
    }

    @discardableResult
    package func append(_ acts: [LoggedAct]) async throws(CaselightError) -> Int64 { try await ask(.acts(acts)) }

    /// Notes that somebody is about to be shown `span`, and returns once that is on disk. To be called before each segment is served.
    ///
    /// The first call of a viewing appends a `playback` entry, unless such an act of the same subject was appended by itself. A span that
    /// is on disk already costs nothing. The viewing becomes one `watched` entry when it is idle, long, or the daemon stops.
    /// - Throws: `logUnwritable`; then nothing may be shown.
    package func watched(_ span: TimeSpan, of subject: ViewingSubject) async throws(CaselightError) {
        let now = clock.now()
        let isKnown = state.withLock { state in
            guard let viewing = state.table.current[subject], viewing.covers(span), !viewing.isDue(at: now) else { return false }
            state.table.current[subject]?.lastAt = now
            return true
        }
        if !isKnown { _ = try await ask(.watched(span, subject)) }
    }

    /// What keeps the log from being written right now; `nil` while it can be.
    package var problem: String? {
        state.withLock { state in
            if let problem = state.problem { return problem }
            guard let began = state.commitBeganAt, ContinuousClock.now - began > LogLimits.commitPatience else { return nil }
            return "the disk of the consultation log has not answered for \(LogLimits.commitPatience)"
        }
    }

    /// The public halves of what signs its checkpoints and of what signed earlier ones, the newest first.
    package var verifyingKeys: [VerifyingKey] { [key.publicKey] + retiredKeys.reversed() }

    /// Raises the alarm once where a commit hangs, which no error would tell.
    func tellOfSilence() {
        let problem = problem
        let isNews = state.withLock { state in
            guard state.commitBeganAt != nil, state.problem == nil, problem != nil, !state.isSilenceTold else { return false }
            state.isSilenceTold = true
            return true
        }
        guard isNews, let problem else { return }
        writableGauge.record(0)
        logger.critical("\(problem), so no footage is shown")
    }

    /// How many entries are on disk.
    package var count: Int64 { state.withLock { $0.tail.count } }

    /// Puts work in the queue and waits until it is done or refused. Cancelling the caller changes nothing: what was asked for is done.
    func ask(_ work: LogWork) async throws(CaselightError) -> Int64 {
        let result: Result<Int64, CaselightError> = await withCheckedContinuation { answer in
            let request = Request(work: work, answer: answer)
            switch state.withLock({ Self.admit(request, to: &$0) }) {
            case .refused(let error):
                refusedCounter.increment()
                answer.resume(returning: .failure(error))
            case .queued: break
            case .first: Task(executorPreference: Self.lane) { await self.write() }
            }
        }
        return try result.get()
    }

    private enum Admission { case refused(CaselightError), queued, first }

    private static func admit(_ request: Request, to state: inout State) -> Admission {
        if state.isClosed { return .refused(unwritable("the daemon is stopping", remedy: "Try again in a minute.")) }
        guard state.queuedEntryCount + request.work.entryCount <= LogLimits.queuedEntryCount else {
            return .refused(unwritable("\(state.queuedEntryCount) entries are waiting for its disk", remedy: "Try again in a minute."))
        }
        state.queue.append(request)
        state.queuedEntryCount += request.work.entryCount
        if state.isWriting { return .queued }
        state.isWriting = true
        return .first
    }

    static func unwritable(_ cause: String, remedy: String) -> CaselightError {
        CaselightError(.logUnwritable, "write the consultation log, and without an entry nothing is shown or done", because: cause, remedy: remedy)
    }
}

// MARK: - The writer

extension ConsultationBook {
    /// Commits group after group until nothing waits. One at a time: `isWriting` says so.
    private func write() async {
        while let group = nextRequests() { await commit(group) }
    }

    private func nextRequests() -> [Request]? {
        state.withLock { state in
            guard !state.queue.isEmpty else {
                state.isWriting = false
                return nil
            }
            var (taken, entryCount) = (0, 0)
            while taken < state.queue.count, taken == 0 || entryCount + state.queue[taken].work.entryCount <= LogLimits.groupEntryCount {
                entryCount += state.queue[taken].work.entryCount
                taken += 1
            }
            let requests = Array(state.queue[..<taken])
            state.queue.removeFirst(taken)
            state.queuedEntryCount -= entryCount
            state.commitBeganAt = .now
            return requests
        }
    }

    private func commit(_ requests: [Request]) async {
        do {
            if state.withLock({ $0.mustReread }) { try await reread() }
            var group = state.withLock { LogGroup(tail: $0.tail, table: $0.table, clock: clock) }
            var results: [Result<Int64, CaselightError>] = []
            for request in requests {
                do throws(CaselightError) { results.append(.success(try group.take(request.work))) } catch { results.append(.failure(error)) }
            }
            if !group.isEmpty {
                try await store.append(group.rows, viewings: group.viewingChanges, subtrees: group.subtrees)
            }
            succeeded(group)
            for (request, result) in zip(requests, results) { request.answer.resume(returning: result) }
        } catch {
            let refusal = failed(error)
            refusedCounter.increment(by: requests.count)
            for request in requests { request.answer.resume(returning: .failure(refusal)) }
        }
    }

    private func succeeded(_ group: LogGroup) {
        let wasBroken = state.withLock { state in
            state.tail = group.tail
            state.table = group.table
            state.commitBeganAt = nil
            // Nothing that was asked of the disk says nothing about it.
            if group.isEmpty { return false }
            state.isTried = true
            defer { (state.problem, state.isSilenceTold) = (nil, false) }
            return state.problem != nil || state.isSilenceTold
        }
        entryGauge.record(group.tail.count)
        guard wasBroken else { return }
        writableGauge.record(1)
        logger.notice("the consultation log can be written again")
    }

    private func failed(_ error: any Error) -> CaselightError {
        let error = error as? CaselightError ?? CaselightError(.internalFailure, "append to the log", because: "\(type(of: error))")
        let isNew = state.withLock { state in
            defer { state.problem = error.description }
            state.commitBeganAt = nil
            (state.mustReread, state.isTried) = (true, true)
            return state.problem == nil
        }
        if isNew {
            writableGauge.record(0)
            logger.critical("the consultation log cannot be written, so no footage is shown: \(error)")
        }
        return Self.unwritable(error.cause, remedy: error.remedy)
    }

    /// Finds out what a failed commit left. A sync that failed may have left rows that were refused: they stand in the log, to be seen,
    /// and the next entry follows them.
    private func reread() async throws {
        var tail = state.withLock { $0.tail }
        while case let rows = try await store.rows(from: tail.count, limit: Int(LogTail.subtreeCount)), !rows.isEmpty {
            try LogStart.append(rows, to: &tail)
        }
        let last = try await store.lastRow()
        guard last.map({ $0.sequence + 1 }) ?? 0 == tail.count, last.map(\.leafHash) == tail.lastLeaf?.bytes else {
            throw LogStart.broken("its last entry is not the one that was written last", sequence: last?.sequence)
        }
        let kept = try await LogStart.viewings(in: store)
        state.withLock { state in
            state.tail = tail
            // What was on disk before is there still; of the rest, whatever a refused write put there.
            let known = Set(state.table.current.values.map(\.id)).union(state.table.left.map(\.id))
            state.table.left += kept.filter { !known.contains($0.id) }
            state.mustReread = false
        }
    }
}
