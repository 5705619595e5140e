import ArgumentParser
import Glibc

signal(SIGPIPE, SIG_IGN)
// A core would have passwords and keys in it, and so may what stands behind the registers, which Swift's backtrace prints.
for crash in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] { signal(crash, SIG_DFL) }
var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &noCore)

/// At top level the blocking `run` would be taken, which says that it is the wrong one.
func runCommand() async {
    do {
        var command = try Caselightd.parseAsRoot()
        if var asynchronous = command as? any AsyncParsableCommand { try await asynchronous.run() } else { try command.run() }
    } catch where Caselightd.exitCode(for: error) == .validationFailure {
        // Wrong usage is 2 with all our programs; the parser's own would be 64.
        printToStandardError(Caselightd.fullMessage(for: error))
        exit(2)
    } catch {
        Caselightd.exit(withError: error)
    }
}
await runCommand()
