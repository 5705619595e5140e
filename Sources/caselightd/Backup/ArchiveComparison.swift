import CaselightIngest
import CaselightModel
import CaselightStore
import Foundation

/// Which of the files that a backup lists are in the archive now.
struct ArchiveComparison {
    let settings: Settings
    let list: String
    let takenAt: WallTime

    private static let namedCount = 5

    private struct Missing {
        var count = 0
        var held: [String] = []
        var heldCount = 0
    }

    func tell() async throws {
        let archive = settings.ingest.archivePath
        guard FileManager.default.fileExists(atPath: archive + "/volume.json") else {
            return print("The archive is not at \(archive) yet. Bring it back with its folder @holds, then: cd \(archive) && sha256sum --quiet -c \(list)")
        }
        let records = try SQLiteRecordStore.openForReading(path: settings.recordsPath, sealer: SecretSealer(.random()))
        let holds = Dictionary(grouping: try await records.holdsInForce(at: SystemWallClock().now()), by: \.camera.text)
        var (count, missing) = (0, Missing())
        try forEachPath { path in
            count += 1
            if FileManager.default.fileExists(atPath: "\(archive)/\(path)") { return }
            missing.count += 1
            guard let start = Self.start(of: path), let holds = holds[String(path.prefix { $0 != "/" })],
                holds.contains(where: { $0.span.start <= start && start < $0.span.end })
            else { return }
            missing.heldCount += 1
            if missing.held.count < Self.namedCount { missing.held.append(path) }
        }
        guard count > 0 else { return }
        let rest = missing.count == 0 ? "" : "; \(missing.count) are not, as retention has it, or lost"
        print("\(count - missing.count) of the \(count) files that the archive had at \(takenAt.rfc3339()) are there\(rest).")
        print("To hold every byte against the backup: cd \(archive) && sha256sum --quiet --ignore-missing -c \(list)")
        guard missing.heldCount > 0 else { return }
        printToStandardError("\(missing.heldCount) files that a hold keeps are missing: bring them back from the archive's copy. The first: \(missing.held.joined(separator: ", "))")
    }

    /// The list may be long: it is read a line at a time.
    private func forEachPath(_ body: (String) throws -> Void) throws {
        guard let file = fopen(list, "re") else { throw BackupFolder.failure(errno, "read \(list)") }
        defer { fclose(file) }
        var (buffer, capacity): (UnsafeMutablePointer<CChar>?, Int) = (nil, 0)
        defer { free(buffer) }
        while case let count = getline(&buffer, &capacity, file), count > 0, let buffer {
            let line = String(decoding: UnsafeRawBufferPointer(start: buffer, count: count), as: UTF8.self)
            // 64 digits of the hash, two blanks, the path, a line break.
            if line.utf8.count > 67 { try body(String(line.dropFirst(66).dropLast())) }
        }
    }

    /// `gate-3/2026-03-02/070812.250Z-…`: when the file begins.
    private static func start(of path: String) -> WallTime? {
        let parts = path.split(separator: "/")
        guard parts.count == 3, let clock = parts[2].split(separator: "Z").first, clock.count == 10 else { return nil }
        let digits = Array(clock)
        return try? WallTime(rfc3339: "\(parts[1])T\(String(digits[0..<2])):\(String(digits[2..<4])):\(String(digits[4...]))Z")
    }
}
