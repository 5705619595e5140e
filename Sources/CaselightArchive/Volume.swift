internal import CaselightModel
import Foundation
import SystemPackage

/// Who an archive is: the content of its `volume.json`.
struct Volume: Codable {
    var id: String
    var createdAt: WallTime

    private static let fileLimitBytes = 4096
    /// What a new file system's root or an interrupted first start may hold: still empty.
    private static let ignoredNames: Set<String> = ["lost+found", newFileName, ArchiveLayout.volumeFileName]
    private static let newFileName = ".volume.json.new"

    /// The volume at `path`, made where the rules of `Archive.open` allow it.
    static func find(path: String, knownVolumes: [String], adopting: Bool) throws(CaselightError) -> Volume {
        let isNew = knownVolumes.isEmpty || adopting
        if let volume = try read(path) {
            if knownVolumes.contains(volume.id) || adopting { return volume }
            if knownVolumes.isEmpty, try isEmpty(path) { return volume }
            throw wrong(path, "it is volume \(volume.id), which these records do not know", "Mount the right disk, or restore the records from their backup. Where there is none: caselightd reindex --adopt-archive.")
        }
        guard isNew else {
            throw wrong(path, "it has no volume file", "Mount the archive's disk. To begin a new archive in an empty folder: caselightd reindex --adopt-archive.")
        }
        do {
            try Disk.makeFolder(path, in: ArchiveLayout.folder(of: path).isEmpty ? "/" : ArchiveLayout.folder(of: path))
        } catch {
            throw CaselightError.disk("make the archive's folder '\(path)'", error)
        }
        guard try isEmpty(path) else {
            throw wrong(path, "it has no volume file and is not empty", "Put its volume file back, or use an empty folder.")
        }
        return try create(path)
    }

    /// - Throws: `wrongVolume` unless the volume is known. Nothing is made.
    static func check(path: String, knownVolumes: [String]) throws(CaselightError) -> Volume {
        guard let volume = try read(path) else { throw wrong(path, "it has no volume file", "Mount the archive's disk.") }
        guard knownVolumes.contains(volume.id) else {
            throw wrong(path, "it is volume \(volume.id), which these records do not know", "Mount the right disk.")
        }
        return volume
    }

    private static func read(_ path: String) throws(CaselightError) -> Volume? {
        let bytes: [UInt8]
        do {
            let file = try Disk.openForReading("\(path)/\(ArchiveLayout.volumeFileName)")
            defer { try? file.close() }
            bytes = try Disk.read(file, at: 0, count: fileLimitBytes)
        } catch {
            let error = CaselightError.disk("read the volume file of archive '\(path)'", error)
            if error.code == .notFound { return nil }
            throw error
        }
        guard let volume = try? JSONDecoder().decode(Volume.self, from: Data(bytes)), !volume.id.isEmpty else {
            throw wrong(path, "its volume file is damaged", "Put it back from a backup.")
        }
        return volume
    }

    private static func isEmpty(_ path: String) throws(CaselightError) -> Bool {
        do {
            return try Disk.entries(of: path).allSatisfy { ignoredNames.contains($0.name) }
        } catch {
            throw CaselightError.disk("list archive '\(path)'", error)
        }
    }

    /// Written under another name and then linked, so that a crash leaves a whole volume file or none, and of two first starts one wins.
    private static func create(_ path: String) throws(CaselightError) -> Volume {
        let volume = Volume(id: UUID().uuidString.lowercased(), createdAt: SystemWallClock().now())
        let (newPath, finalPath) = ("\(path)/\(newFileName)", "\(path)/\(ArchiveLayout.volumeFileName)")
        do {
            try Disk.remove(newPath)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            try Disk.writeNew(newPath, [UInt8](try encoder.encode(volume)) + [UInt8(ascii: "\n")])
            try Disk.publish(newPath, as: finalPath)
        } catch {
            throw CaselightError.disk("make the volume file of archive '\(path)'", error)
        }
        return volume
    }

    private static func wrong(_ path: String, _ cause: String, _ remedy: String) -> CaselightError {
        CaselightError(.wrongVolume, "open archive '\(path)'", because: cause, remedy: remedy)
    }
}

extension Archive {
    /// Whether no daemon has the archive at `path` open at the moment: then nobody mends what a crash left.
    package static func isUnattended(at path: String) -> Bool {
        guard let file = try? FileDescriptor.open(FilePath("\(path)/\(ArchiveLayout.volumeFileName)"), .readOnly) else { return true }
        defer { try? file.close() }
        return Disk.lock(file, limitNs: 0)
    }
}

/// Keeps other processes out of an archive as long as it lives: a lock on the volume file, which the kernel lets go of when we die.
final class VolumeHold: Sendable {
    private let file: FileDescriptor

    init(path: String) throws(CaselightError) {
        let operation = "open archive '\(path)'"
        do {
            file = try Disk.open(forWriting: "\(path)/\(ArchiveLayout.volumeFileName)")
        } catch {
            throw CaselightError.disk(operation, error)
        }
        guard Disk.lock(file) else {
            try? file.close()
            throw CaselightError(.busy, operation, because: "another process holds it", remedy: "Stop the other caselightd first.")
        }
    }

    deinit { try? file.close() }
}
