internal import CaselightModel
package import CaselightWorkerProtocol
import Glibc

/// Reads commands from standard input until it ends: the worker's main thread.
///
/// The end of the input means that `caselightd` is gone: segments are closed and the worker ends, so that nothing records unattended.
/// Signals do not end it: systemd sends them to the whole group, and it is `caselightd` that drives the drain.
package struct CommandLoop {
    private let input: Int32
    private let events: EventWriter
    private let makeRole: (WorkerSettings, @Sendable @escaping (WorkerEvent) -> Void) -> any WorkerRole

    package init(
        input: Int32, events: EventWriter,
        makeRole: @escaping (WorkerSettings, @Sendable @escaping (WorkerEvent) -> Void) -> any WorkerRole
    ) {
        self.input = input
        self.events = events
        self.makeRole = makeRole
    }

    /// - Returns: the exit status.
    package func run() -> Int32 {
        var reader = MessageReader<WorkerCommand>()
        var role: (any WorkerRole)?
        let events = events
        do {
            while let command = try next(&reader) {
                switch command {
                case .configure(let settings):
                    guard role == nil, settings.protocolVersion == WorkerSettings.currentVersion else {
                        WorkerLog.write(.error, "this worker speaks version \(WorkerSettings.currentVersion) and is configured once")
                        return 78
                    }
                    role = makeRole(settings) { events.post($0) }
                    events.post(.ready(protocolVersion: WorkerSettings.currentVersion))
                case .drain(let reason): return drain(role, reason)
                default: role?.take(command)
                }
            }
        } catch {
            WorkerLog.write(.error, "\(error)")
        }
        return drain(role, .restart)
    }

    private func drain(_ role: (any WorkerRole)?, _ reason: EndReason) -> Int32 {
        role?.drain(reason)
        events.post(.drained)
        events.flush()
        return 0
    }

    /// The next command; `nil` at the end of the input.
    private func next(_ reader: inout MessageReader<WorkerCommand>) throws(CaselightError) -> WorkerCommand? {
        while true {
            if let command = try reader.next() { return command }
            var chunk = [UInt8](repeating: 0, count: 64 << 10)
            let count = read(input, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            chunk.withUnsafeBytes { reader.append(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
