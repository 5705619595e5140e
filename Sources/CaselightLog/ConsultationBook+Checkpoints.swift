package import CaselightEvidence
package import CaselightModel
internal import Logging
import Metrics
import Synchronization

extension ConsultationBook {
    private static let tickInterval = Duration.seconds(5)

    /// The last checkpoint that was saved; `nil` before the first.
    package var currentCheckpoint: SignedCheckpoint? { state.withLock { $0.lastCheckpoint } }

    /// All that were saved, oldest first. - Throws: `diskFailed`.
    package func savedCheckpoints() async throws -> [SignedCheckpoint] {
        try await withTaskExecutorPreference(Self.lane) { try CheckpointFile(path: settings.checkpointPath).all() }
    }

    /// What keeps checkpoints from being saved; `nil` while they are.
    package var checkpointProblem: String? { state.withLock { $0.checkpointProblem } }

    /// Signs what is on disk now, adds it to the checkpoint file and hands it on to be published; gives the last one where nothing was
    /// added since.
    ///
    /// - Throws: `diskFull`, `diskFailed`, `internalFailure`. The log itself goes on.
    @discardableResult
    package func checkpoint() async throws(CaselightError) -> SignedCheckpoint {
        let result: Result<SignedCheckpoint, CaselightError> = await Task(executorPreference: Self.lane) { self.saveCheckpoint() }.value
        switch result {
        case .success(let signed):
            state.withLock { $0.checkpointProblem = nil }
            checkpointGauge.record(signed.checkpoint.size)
        case .failure(let error):
            checkpointFailureCounter.increment()
            state.withLock { $0.checkpointProblem = error.description }
            logger.warning("no checkpoint of the consultation log: \(error)")
        }
        return try result.get()
    }

    /// Blocks; on the log's own thread, and so one at a time.
    private func saveCheckpoint() -> Result<SignedCheckpoint, CaselightError> {
        let (tail, last) = state.withLock { ($0.tail, $0.lastCheckpoint) }
        if let last, last.checkpoint.size == tail.count { return .success(last) }
        do throws(CaselightError) {
            let signed = try Checkpoint(origin: settings.origin, size: tail.count, root: tail.root).signed(by: key)
            try CheckpointFile(path: settings.checkpointPath).append(signed)
            state.withLock { $0.lastCheckpoint = signed }
            publisher?.offer(signed)
            return .success(signed)
        } catch {
            return .failure(error)
        }
    }

    /// What time brings: a broken log is tried again, viewings are sealed, and a log that grew gets its checkpoint.
    package func tick() async {
        let now = clock.now()
        // Where nobody asks any more because the log cannot be written, it must be found out that it can; and at a start, that it cannot.
        if state.withLock({ $0.problem != nil || !$0.isTried }) { _ = try? await ask(.probe) }
        if state.withLock({ state in !state.table.left.isEmpty || state.table.current.values.contains { $0.isDue(at: now) } }) {
            // What fails is told by `problem` and tried again.
            _ = try? await ask(.sealDue)
        }
        let isDue = state.withLock { state in
            guard state.tail.count > state.lastCheckpoint?.checkpoint.size ?? 0 else {
                state.checkpointDueAt = nil
                return false
            }
            let latest = now + settings.checkpointInterval
            // A clock that was set back must not put it off.
            let due = min(state.checkpointDueAt ?? latest, latest)
            state.checkpointDueAt = due <= now ? nil : due
            return due <= now
        }
        if isDue { _ = try? await checkpoint() }
    }

    /// Keeps the log until the task is cancelled, and then closes it: cancel it after the last one who appends.
    package func run() async {
        await withTaskGroup(of: Void.self) { group in
            if let publisher { group.addTask { await publisher.run() } }
            group.addTask { await self.repeatedly { await self.tick() } }
            // Apart, since a tick waits for the disk too.
            group.addTask { await self.repeatedly { self.tellOfSilence() } }
        }
        await close()
    }

    private func repeatedly(_ body: @Sendable () async -> Void) async {
        while !Task.isCancelled {
            await body()
            try? await Task.sleep(for: Self.tickInterval)
        }
    }

    /// Seals every viewing, saves a checkpoint, and refuses whatever comes later. The store stays open.
    package func close() async {
        _ = try? await ask(.sealAll)
        state.withLock { $0.isClosed = true }
        _ = try? await checkpoint()
    }
}
