import ArgumentParser
import CaselightArchive
import CaselightIngest
import CaselightModel
import CaselightStore
import Foundation
import Glibc
import Logging

struct ReindexCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reindex", abstract: "Rebuilds index.db from the archive's files alone.",
        discussion: """
            The new index replaces the old one only when it is complete. The daemon must not be running.
            Example: caselightd reindex --config /etc/caselight/caselight.yaml
            """)

    @OptionGroup var options: SettingsOptions
    @Flag(help: "Take the archive though the records do not know it: they were lost, or it is to be a new one.")
    var adoptArchive = false

    func run() async throws {
        try await reportingProblems {
            let settings = try await options.read()
            // Nothing is made where nothing is: the path may be wrong.
            guard FileManager.default.fileExists(atPath: settings.ingest.archivePath) else {
                throw CaselightError(
                    .notFound, "rebuild the index", because: "there is no archive at \(settings.ingest.archivePath)",
                    remedy: "Is archive.path right, and is its volume mounted?")
            }
            if !adoptArchive { try Parts.checkRecordsAreThere(settings) }
            let parts = try await Parts.open(
                settings, clock: SystemWallClock(), indexPath: settings.indexPath + ".new", isFresh: true,
                adoptsArchive: adoptArchive)
            let recovery = Recovery(index: parts.index, archive: parts.archive, logger: Logger(label: "reindex"))
            let isTerminal = isatty(STDERR_FILENO) != 0
            let summary = try await recovery.rebuild { count in
                if isTerminal { printToStandardError("\r\(count) segments", terminator: "") }
            }
            if isTerminal { printToStandardError("") }
            try parts.index.close()
            try Parts.replaceIndex(at: settings.indexPath, with: settings.indexPath + ".new")
            print("\(summary.whole) segments indexed, \(summary.removed) empty ones removed, \(summary.damaged) damaged, \(summary.foreign) foreign files left alone")
            if summary.damaged > 0 { throw ExitCode(1) }
        }
    }
}

/// Runs a command's body; a `CaselightError` becomes one line on standard error and exit status 1.
func reportingProblems(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as CaselightError {
        printToStandardError("caselightd: \(error)")
        throw ExitCode(1)
    }
}

func printToStandardError(_ text: String, terminator: String = "\n") {
    FileHandle.standardError.write(Data((text + terminator).utf8))
}
