// One media worker process, from spawn to exit. `send` may be called from anywhere; events arrive one after another on the task
// that calls `run`.

import CaselightModel
import CaselightWorkerProtocol
import Logging
import Subprocess
import Synchronization
import SystemPackage

package final class WorkerProcess: Sendable {
    package enum Role: String, Sendable {
        /// Reads feeds: has the network.
        case feed
        /// Decodes keyframes and reads recorded files: needs no network.
        case still
    }

    /// Commands not yet taken by the worker; past it the worker counts as stuck.
    private static let commandLimit = 8192
    /// A worker says something every 5 s; one that is silent this long is ended.
    private static let silenceLimit: Duration = .seconds(30)

    private let role: Role
    private let path: String
    private let logger: Logger
    private let commands: AsyncStream<[UInt8]>
    private let commandQueue: AsyncStream<[UInt8]>.Continuation
    private let lastHeard = Mutex(ContinuousClock.now)

    package init(role: Role, path: String, logger: Logger) {
        self.role = role
        self.path = path
        self.logger = logger
        (commands, commandQueue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.commandLimit))
    }

    /// Hands a command to the worker.
    ///
    /// - Throws: `CaselightError` with code `workerFailed` when the worker has ended or no longer takes commands.
    package func send(_ command: WorkerCommand) throws {
        guard case .enqueued = commandQueue.yield(try MessageFraming.encode(command)) else {
            throw CaselightError(.workerFailed, "tell a media worker what to do", because: "it has ended or is stuck")
        }
    }

    /// Closes the worker's standard input: it drains and exits.
    package func finish() { commandQueue.finish() }

    /// Spawns the worker and delivers its events until it exits.
    ///
    /// - Returns: how it ended, in words.
    /// - Throws: `CaselightError` with code `workerFailed` when it cannot be spawned or speaks another protocol.
    package func run(onEvent: @Sendable @escaping (WorkerEvent) async -> Void) async throws -> String {
        var options = PlatformOptions()
        // A group of its own: Ctrl-C at the terminal is the daemon's to handle, which then drains the worker.
        options.processGroupID = 0
        do {
            let result = try await Subprocess.run(
                .path(FilePath(path)), arguments: [role.rawValue], environment: .custom(["PATH": "/usr/bin:/bin"]),
                platformOptions: options, input: .inputWriter, output: .sequence, error: .sequence
            ) { execution in
                try await self.converse(with: execution, onEvent: onEvent)
            }
            return "\(result.terminationStatus)"
        } catch let error as SubprocessError {
            throw CaselightError(
                .workerFailed, "run \(path) \(role.rawValue)", because: "\(error)",
                remedy: "Check that the program is there and may be executed.")
        }
    }

    private func converse(
        with execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>,
        onEvent: @Sendable @escaping (WorkerEvent) async -> Void
    ) async throws {
        lastHeard.withLock { $0 = .now }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.writeCommands(to: execution.standardInputWriter) }
            group.addTask { try await self.forwardLog(execution.standardError) }
            group.addTask { await self.endWhenSilent(execution) }
            do {
                try await readEvents(execution.standardOutput, onEvent: onEvent)
            } catch {
                try? execution.send(signal: .kill)
                throw error
            }
            commandQueue.finish()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func writeCommands(to writer: StandardInputWriter) async {
        do {
            for await bytes in commands { _ = try await writer.write(bytes) }
            try await writer.finish()
        } catch {
            // The worker is gone; reading its events ends and tells so.
            commandQueue.finish()
        }
    }

    private func readEvents(_ output: SubprocessOutputSequence, onEvent: (WorkerEvent) async -> Void) async throws {
        var reader = MessageReader<WorkerEvent>()
        for try await buffer in output {
            lastHeard.withLock { $0 = .now }
            buffer.withUnsafeBytes { reader.append($0) }
            while let event = try reader.next() { await onEvent(event) }
        }
    }

    /// The worker's standard error is its log: `<6>text`, with journald's priorities.
    private func forwardLog(_ lines: SubprocessOutputSequence) async throws {
        for try await line in lines.strings() {
            let (level, text) = Self.entry(line)
            logger.log(level: level, "\(text)")
        }
    }

    private static func entry(_ line: String) -> (Logger.Level, Substring) {
        let text = line.hasSuffix("\n") ? line.dropLast() : line[...]
        let mark = text.prefix(3)
        guard mark.count == 3, mark.first == "<", mark.last == ">", let priority = mark.dropFirst().first?.wholeNumberValue else {
            return (.info, text)
        }
        return (level(priority: priority), text.dropFirst(3))
    }

    private static func level(priority: Int) -> Logger.Level {
        switch priority {
        case ...2: .critical
        case 3: .error
        case 4: .warning
        case 5: .notice
        case 6: .info
        default: .debug
        }
    }

    private func endWhenSilent(_ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(5))
            let silence = ContinuousClock.now - lastHeard.withLock { $0 }
            if silence > Self.silenceLimit, !Task.isCancelled {
                logger.error("ending the media worker \(execution.processIdentifier): it said nothing for \(silence)")
                try? execution.send(signal: .kill)
                return
            }
        }
    }
}
