package import CaselightModel
import Synchronization

/// How far an export is.
package struct ExportProgress: Hashable, Sendable, Codable {
    package var id: String
    package var state: ExportState
    /// `nil` unless it is running.
    package var phase: ExportPhase?
    /// Of the package's files, clips counted when they are made and when they are packed.
    package var doneBytes: Int64
    /// 0 until it is known.
    package var totalBytes: Int64
    /// Why it failed; one line.
    package var failure: String?

    package init(_ order: ExportOrder, phase: ExportPhase? = nil, doneBytes: Int64 = 0, totalBytes: Int64 = 0) {
        id = order.id
        state = order.state
        self.phase = phase
        self.doneBytes = doneBytes
        self.totalBytes = totalBytes
        failure = order.failure
    }
}

/// What an export is doing, in order.
package enum ExportPhase: String, Hashable, Sendable, Codable, CaseIterable {
    /// Seeing to it that the footage stays.
    case holding
    /// Finding out what there is.
    case gathering
    case originals
    case clips
    case stills
    /// Manifest, report, log, signature, timestamp.
    case sealing
    /// Bringing it all to disk.
    case finishing
}

/// Tells those who look how far exports are. From any thread.
final class ExportBoard: Sendable {
    private struct State {
        var latest: [String: ExportProgress] = [:]
        var watchers: [Int: (id: String, AsyncStream<ExportProgress>.Continuation)] = [:]
        var nextWatcher = 0
    }

    private let state = Mutex(State())

    func latest(_ id: String) -> ExportProgress? { state.withLock { $0.latest[id] } }

    /// What comes last is what counts: a slow reader misses what is in between.
    func tell(_ progress: ExportProgress) {
        let isOver = progress.state.isOver
        let told = state.withLock { state in
            state.latest[progress.id] = isOver ? nil : progress
            return state.watchers.values.filter { $0.id == progress.id }.map { $0.1 }
        }
        for watcher in told {
            watcher.yield(progress)
            if isOver { watcher.finish() }
        }
    }

    func watch(_ id: String) -> AsyncStream<ExportProgress> {
        let (stream, continuation) = AsyncStream<ExportProgress>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = (id, continuation)
            if let latest = state.latest[id] { continuation.yield(latest) }
            return state.nextWatcher
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { _ = $0.watchers.removeValue(forKey: number) } }
        return stream
    }
}
