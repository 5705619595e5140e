import ArgumentParser
import CaselightArchive
import CaselightIngest
import CaselightModel
import Foundation

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Puts the databases of a backup in place, without losing an entry of the log.",
        discussion: """
            The daemon must not be running. A log here that goes on from the backup's is kept, since it has more; the backup's is taken where \
            this one is gone or shorter. What stood here is moved aside, never deleted. Nothing is changed where a file of the backup is not \
            what it was, the two logs part ways, or a checkpoint knows of entries that neither has.
            Example: caselightd restore /var/backups/caselight/2026-03-02
            Example, held against a checkpoint that was kept on another machine:
              caselightd restore /var/backups/caselight/2026-03-02 --checkpoint checkpoint-2026-03-02
            """)

    @OptionGroup var options: SettingsOptions
    @Argument(help: "The folder that 'caselightd backup' made.", completion: .directory) var folder: String
    @Option(help: ArgumentHelp("A checkpoint that was kept elsewhere, or a file of many; once for each.", valueName: "file"), completion: .file())
    var checkpoint: [String] = []
    @Flag(help: "Take a log that does not agree with every checkpoint, such as one that lacks entries. Every later verification tells of it.") var acceptLoss = false
    @Flag(help: "Go on though the key of the secrets is lost for good, as with rotate-key --lost.") var lostKey = false

    func run() async throws {
        try await reporting {
            let settings = try await options.read()
            guard LocalDaemon(settings) == nil, Archive.isUnattended(at: settings.ingest.archivePath) else {
                throw CommandFailure(text: "cannot restore: caselightd is running. Stop it first: systemctl stop caselightd")
            }
            try Parts.makeFolder(settings.statePath)
            try Parts.becomeOwner(of: settings.statePath)
            let source = BackupFolder(path: URL(filePath: folder).path)
            let restoration = Restoration(
                settings: settings, source: source, manifest: try source.opened(), checkpoints: checkpoint, acceptsLoss: acceptLoss,
                isKeyLost: lostKey)
            try await restoration.run()
        }
    }
}
