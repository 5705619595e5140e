import ArgumentParser
import CaselightModel
import Foundation

/// The command-line client's beginning and end: everything it says on standard error, and its exit status.
@main
enum Program {
    static func main() async {
        let status = await run(Array(CommandLine.arguments.dropFirst()))
        // What was printed may still wait for a disk that is full.
        if fflush(nil) != 0 {
            FileHandle.standardError.write(Data("caselight: cannot write the answer: \(String(cString: strerror(errno)))\n".utf8))
            exit(ExitStatus.refused.rawValue)
        }
        exit(status.rawValue)
    }

    private static func run(_ arguments: [String]) async -> ExitStatus {
        do {
            var command = try CommandTree.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            return .done
        } catch let failure as ClientFailure {
            if let message = failure.message { Terminal.complain(message) }
            for note in failure.notes { Terminal.note("  " + note) }
            return failure.status
        } catch is CancellationError {
            return .refused
        } catch {
            return sayWhatTheParserSays(error)
        }
    }

    /// Help, versions and completion scripts come as errors too, and are what was asked for.
    private static func sayWhatTheParserSays(_ error: any Error) -> ExitStatus {
        let text = CommandTree.fullMessage(for: error)
        if CommandTree.exitCode(for: error).isSuccess {
            if !text.isEmpty { print(text) }
            return .done
        }
        FileHandle.standardError.write(Data((text + "\n").utf8))
        return .usage
    }
}

/// `caselight` and all its commands.
struct CommandTree: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caselight",
        abstract: "Finds recorded clips by place and time for police incidents, and keeps the cameras that make them.",
        discussion: """
            It speaks to caselightd at CASELIGHT_URL (http://127.0.0.1:8480 where unset) with the token in CASELIGHT_TOKEN.
            Exit status: 0 done; 1 it said no; 2 wrong usage; 3 cannot reach the daemon.

            Example, what could have seen an incident:
              caselight find --incident A2026-0302-17
            """,
        version: CaselightVersion.current,
        subcommands: [
            CameraCommand.self, IncidentCommand.self, FindCommand.self, CandidatesCommand.self, CoverageCommand.self, StillCommand.self,
            LinkCommand.self, LeadCommand.self, NextCommand.self, HoldCommand.self, ExportCommand.self, VerifyCommand.self,
            RecipientCommand.self, DeliveryCommand.self,
            FootageCommand.self, AreaCommand.self, UserCommand.self, LogCommand.self, StatusCommand.self, OpenAPICommand.self,
        ])
}
