import ArgumentParser
import Glibc

signal(SIGPIPE, SIG_IGN)

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
