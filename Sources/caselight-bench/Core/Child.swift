import Foundation
import Synchronization

/// A program started to be measured, or to be measured against; gone when we are.
///
/// Spawned and waited for directly: Foundation's `Process` misses the end of a child whose descriptors another child of the same
/// moment inherited. The status is behind a mutex since the signal thread may end a child that a measurement waits for.
final class Child: Sendable {
    let processIdentifier: pid_t
    private let waitStatus = Mutex<Int32?>(nil)
    private static let polling: useconds_t = 20_000

    /// - Parameters:
    ///   - program: its path; found in `PATH` where it has no slash.
    ///   - output: the file that standard output and standard error are added to; `nil` discards them.
    ///   - errors: a file of its own for standard error.
    init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], output: String? = nil, errors: String? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, 1, output ?? "/dev/null", flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors ?? output ?? "/dev/null", flags, 0o600)
        // Our threads block signals, and a child would inherit that: no SIGTERM would ever reach it.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        // What is exported for another daemon must not set up this one.
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("CASELIGHT_") }
        // An ignored signal would be inherited too, and GStreamer and FFmpeg write to pipes.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        var envp = inherited.merging(environment) { $1 }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, program, &actions, &attributes, &argv, &envp)
        guard failure == 0 else { throw Trouble("cannot start \(program): \(String(cString: strerror(failure)))") }
        processIdentifier = pid
    }

    var isRunning: Bool {
        waitStatus.withLock { status in
            guard status == nil else { return false }
            var found: Int32 = 0
            switch waitpid(processIdentifier, &found, WNOHANG) {
            case processIdentifier: status = found
            case -1 where errno == ECHILD: status = 0
            default: break
            }
            return status == nil
        }
    }

    func send(_ signal: Int32) { if isRunning { kill(processIdentifier, signal) } }

    /// Waits for its end.
    ///
    /// - Returns: the exit status, 128 and the signal's number when a signal ended it; `nil` when it still runs after `seconds`.
    @discardableResult
    func wait(seconds: Double = .infinity) -> Int32? {
        let limit = Stopwatch()
        while isRunning {
            if limit.seconds > seconds { return nil }
            usleep(Self.polling)
        }
        let status = waitStatus.withLock { $0 ?? 0 }
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    /// Asks it to end, and insists after `seconds`.
    @discardableResult
    func end(_ signal: Int32 = SIGTERM, seconds: Double = 15) -> Int32? {
        send(signal)
        if let status = wait(seconds: seconds) { return status }
        send(SIGKILL)
        wait()
        return nil
    }
}
