internal import CaselightModel
package import CaselightWorkerProtocol
import Glibc

/// Writes events to `caselightd`, from a thread of its own, so that no feed waits for a pipe.
package final class EventWriter: Sendable {
    /// Past this, what the next message repeats anyway is left out.
    static let softLimit = 4096
    /// Past this `caselightd` has stopped reading: there is no way on, and a new worker is better than one that is not heard.
    static let hardLimit = 65_536

    private struct State {
        var queue: [WorkerEvent] = []
        var isWriting = false
        var leftOut = 0
    }

    private let state = Monitor(State())
    private let descriptor: Int32

    /// - Parameter descriptor: where to; stays the caller's.
    package init(descriptor: Int32) {
        self.descriptor = descriptor
        NativeThread.start("events") { [state, descriptor] in
            while true {
                let batch = state.wait { state -> [WorkerEvent]? in
                    guard !state.queue.isEmpty else { return nil }
                    var batch: [WorkerEvent] = []
                    swap(&batch, &state.queue)
                    state.isWriting = true
                    return batch
                }
                for event in batch ?? [] { Self.write(event, to: descriptor) }
                state.change { $0.isWriting = false }
            }
        }
    }

    package func post(_ event: WorkerEvent) {
        let count = state.change { state in
            if state.queue.count >= Self.softLimit, event.isRepeated {
                state.leftOut += 1
            } else {
                state.queue.append(event)
            }
            return state.queue.count
        }
        if count >= Self.hardLimit {
            WorkerLog.write(.critical, "caselightd does not read this worker's events; the worker ends")
            _exit(70)
        }
    }

    /// Blocks until all is written.
    package func flush() { _ = state.wait(seconds: 5) { $0.queue.isEmpty && !$0.isWriting ? true : nil } }

    private static func write(_ event: WorkerEvent, to descriptor: Int32) {
        guard let bytes = try? MessageFraming.encode(event) else {
            return WorkerLog.write(.error, "an event cannot be encoded")
        }
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                // The other side is gone; the end of our input says the same, and that drains.
                return
            }
            written += count
        }
    }
}

extension WorkerEvent {
    /// Whether the next of its kind says it again.
    fileprivate var isRepeated: Bool {
        switch self {
        case .progress, .feedCounts, .clockSample, .importProgress: true
        default: false
        }
    }
}
