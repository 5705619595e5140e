import ArgumentParser
import Glibc

signal(SIGPIPE, SIG_IGN)

/// Asks for the asynchronous `main`; at top level the blocking one of the same name would be taken.
func runCommand() async { await Caselightd.main() }
await runCommand()
