import ArgumentParser
import CaselightModel

/// The daemon's commands.
struct Caselightd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caselightd",
        abstract: "Records cameras, and finds what they saw by place and time.",
        discussion: """
            Settings come from the file, then from CASELIGHT_… in the environment, then from flags.
            Example: caselightd run --config /etc/caselight/caselight.yaml
            """,
        version: CaselightVersion.current,
        subcommands: [
            RunCommand.self, AccountCommand.self, CheckCommand.self, ReindexCommand.self, BackupCommand.self, RestoreCommand.self,
            RotateKeyCommand.self,
        ])
}
