import ArgumentParser
import CaselightArchive
import CaselightIngest
import CaselightModel
import CaselightStore
import Foundation

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Compares the archive's files with what the index says of them.",
        discussion: """
            Exit status 0 when all agree, 1 when something is wrong. The daemon may be running: then what is found wrong is looked at
            again after 5 seconds, and only what stays is told. Nothing is changed.
            Example: caselightd check --hash --json
            """)

    enum Depth: String, EnumerableFlag {
        case presence, size, hash

        static func help(for value: Depth) -> ArgumentHelp? {
            switch value {
            case .presence: "Every file is there."
            case .size: "And has its size."
            case .hash: "And its SHA-256: reads everything."
            }
        }
    }

    @OptionGroup var options: SettingsOptions
    @Flag var depth: Depth = .size
    @Flag(help: "Print one JSON document and nothing else.")
    var json = false

    func run() async throws {
        try await reportingProblems {
            let settings = try await options.read()
            try Parts.checkRecordsAreThere(settings)
            // Nothing that is sealed is read here.
            let records = try SQLiteRecordStore.openForReading(path: settings.recordsPath, sealer: SecretSealer(.random()))
            let index = try SQLiteFootageIndex.openForReading(path: settings.indexPath)
            let archive = try Archive.openForReading(path: settings.ingest.archivePath, knownVolumes: try await records.volumes())
            let report = try await check(index, archive)
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
                print(String(decoding: try encoder.encode(report), as: UTF8.self))
            } else {
                for finding in report.findings { print("\(finding.problem.rawValue)  \(finding.path)  \(finding.detail)") }
                let verdict = report.isClean ? "all agree" : "\(report.findings.count) problems"
                let open = report.openSegmentCount == 0 ? "" : " (\(report.openSegmentCount) still being written)"
                print("\(report.segmentCount) segments\(open), \(report.fileCount) files, \(report.byteCount) bytes, by \(depth.rawValue): \(verdict)")
            }
            guard report.isClean else {
                if Archive.isUnattended(at: archive.path) { FileHandle.standardError.write(Data((Self.unattendedHint + "\n").utf8)) }
                throw ExitCode(1)
            }
        }
    }

    private static let unattendedHint =
        "caselightd is not running. What a crash left half done it recovers at its next start: check again then."

    private func check(_ index: any FootageIndex, _ archive: Archive) async throws -> ArchiveCheckReport {
        let level: CheckLevel =
            switch depth {
            case .presence: .presence
            case .size: .size
            case .hash: .hash
            }
        var report = ArchiveCheckReport(level: level)
        for camera in try await index.camerasWithFootage() {
            try await index.forEachPage(of: camera) { page in report.add(page, try await archive.check(page, level: level)) }
        }
        report.findings += try await archive.findStrays { id in try await index.segment(id) != nil }
        if !report.isClean, !Archive.isUnattended(at: archive.path) {
            try await Task.sleep(for: .seconds(5))
            report.findings = try await archive.lasting(report.findings, level: level) { try await index.segment($0) }
        }
        return report
    }
}
