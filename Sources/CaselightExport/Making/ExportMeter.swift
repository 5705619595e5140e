internal import CaselightModel
import Synchronization

/// How far one export is; tells the board, not too often. From any thread.
final class ExportMeter: Sendable {
    private struct State {
        var progress: ExportProgress
        var toldAt: ContinuousClock.Instant?
    }

    private static let interval = Duration.milliseconds(200)

    private let state: Mutex<State>
    private let board: ExportBoard

    init(_ order: ExportOrder, _ board: ExportBoard) {
        state = Mutex(State(progress: ExportProgress(order)))
        self.board = board
    }

    var doneBytes: Int64 { state.withLock { $0.progress.doneBytes } }

    func enter(_ phase: ExportPhase, totalBytes: Int64? = nil) {
        change(always: true) { progress in
            progress.phase = phase
            if let totalBytes { progress.totalBytes = totalBytes }
        }
    }

    /// Never goes back, nor past the total.
    func reach(_ doneBytes: Int64) {
        change(always: false) { $0.doneBytes = max($0.doneBytes, min(doneBytes, $0.totalBytes)) }
    }

    private func change(always: Bool, _ body: (inout ExportProgress) -> Void) {
        let now = ContinuousClock.now
        let told = state.withLock { state -> ExportProgress? in
            body(&state.progress)
            if !always, let last = state.toldAt, now - last < Self.interval { return nil }
            state.toldAt = now
            return state.progress
        }
        if let told { board.tell(told) }
    }
}
