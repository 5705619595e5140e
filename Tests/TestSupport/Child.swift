import Foundation
import Glibc

/// A program started by a test. Spawned and waited for directly: Foundation's `Process` misses the end of a child whose
/// descriptors another child of the same moment inherited, and reads beyond its memory where a thousand files are open.
package final class Child {
    package let processIdentifier: pid_t
    private var waitStatus: Int32?

    /// - Parameters:
    ///   - program: its path, or a name found on `PATH`.
    ///   - environment: `nil` hands on our own.
    ///   - output: standard output's descriptor; `nil` discards it.
    ///   - error: standard error's.
    /// - Throws: `POSIXError` where it cannot be started.
    package init(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil, output: Int32? = nil, error: Int32? = nil
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (target, source) in [(Int32(1), output), (2, error)] {
            if let source {
                posix_spawn_file_actions_adddup2(&actions, source, target)
            } else {
                posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_WRONLY, 0)
            }
        }
        let all = environment ?? ProcessInfo.processInfo.environment
        var argv = ([program] + arguments).map { strdup($0) } + [nil]
        var envp = all.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        // Threads of a task pool block signals, and a child would inherit that: no SIGTERM would ever reach it.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, program, &actions, &attributes, &argv, &envp)
        guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO, userInfo: [NSFilePathErrorKey: program]) }
        processIdentifier = pid
    }

    deinit { if isRunning { end() } }

    package var isRunning: Bool {
        if waitStatus != nil { return false }
        var status: Int32 = 0
        if waitpid(processIdentifier, &status, WNOHANG) == processIdentifier { waitStatus = status }
        return waitStatus == nil
    }

    package func send(_ signal: Int32) { if isRunning { Glibc.kill(processIdentifier, signal) } }

    /// Waits for its end.
    ///
    /// - Returns: the exit status; 128 and the signal's number when a signal ended it.
    @discardableResult
    package func wait() -> Int32 {
        while waitStatus == nil {
            var status: Int32 = 0
            if waitpid(processIdentifier, &status, 0) == processIdentifier { waitStatus = status } else if errno != EINTR { waitStatus = 0 }
        }
        let status = waitStatus ?? 0
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    /// Asks it to end, and insists after ten seconds.
    package func end() {
        send(SIGTERM)
        for _ in 0..<200 where isRunning { usleep(50_000) }
        send(SIGKILL)
        wait()
    }
}
