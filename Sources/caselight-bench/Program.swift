import ArgumentParser
import Foundation

/// The measuring program's beginning and end.
@main
enum Program {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        // Before any thread is there: all of them leave these signals to the one that cleans up.
        Cleanup.watchSignals()
        do {
            var command = try Bench.parseAsRoot()
            try command.run()
        } catch {
            Cleanup.now()
            if error is Trouble {
                Progress.say("caselight-bench: \(error)")
                exit(1)
            }
            end(error)
        }
        Cleanup.now()
    }

    /// Help comes as an error too, and is what was asked for. Exit status as of the other programs: 1 it failed, 2 wrong usage.
    private static func end(_ error: any Error) -> Never {
        let (text, code) = (Bench.fullMessage(for: error), Bench.exitCode(for: error))
        if code.isSuccess { print(text) } else if !text.isEmpty { Progress.say(text) }
        exit(code == .validationFailure ? 2 : code.rawValue)
    }
}

struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caselight-bench",
        abstract: "Measures what Caselight costs and how fast it answers, beside the programs that could be used instead.",
        discussion: """
            Everything is started in a temporary folder and removed at the end. Ours and its peers run one after the other, never
            together. Run it on a machine that does nothing else, with release builds, and read deploy/README.md.

            Example: caselight-bench ingest --feeds 50 --seconds 30 --rounds 5
            """,
        subcommands: [
            IngestCommand.self, QueryCommand.self, StillCommand.self, PlaylistCommand.self, ImportCommand.self, StartupCommand.self,
            LogCommand.self, LogTrialCommand.self, ExportCommand.self,
        ])
}
