package import CaselightModel
import Crypto
import Glibc
import SystemPackage

extension Archive {
    /// Begins to keep a recorded file byte for byte as it is handed over. Nothing is on disk before the first bytes.
    ///
    /// - Parameter name: as its sender called it. Only letters, digits and `. _ -` of its last path component are kept.
    /// - Throws: `CaselightError` in a form of archive that reserves room; this one finds out with the first bytes.
    package func receiveOriginal(camera: CameraCode, run: RunID, name: String) throws(CaselightError) -> OriginalReceiver {
        let day = "\(path)/\(ArchiveLayout.day(camera, SystemWallClock().now()))"
        let folders = [path, "\(path)/\(camera)", day, "\(day)/\(ArchiveLayout.originalsFolderName)"]
        return OriginalReceiver(folders: folders, name: "\(run)-\(OriginalName.sanitized(name))", threads: threads)
    }

    /// Removes an original that could not be taken over after all. One that is gone is no error.
    package func discardOriginal(at path: String) async throws {
        try await threads.run {
            do {
                try Disk.remove(path)
                try Disk.makeDurable(folder: ArchiveLayout.folder(of: path))
            } catch {
                throw CaselightError.disk("remove the refused file '\(path)'", error)
            }
        }
    }

    /// The kept originals of a camera, oldest day first.
    package func originals(of camera: CameraCode) async throws -> [KeptOriginal] {
        let root = "\(path)/\(camera)"
        return try await threads.run {
            do {
                return try Self.originals(below: root)
            } catch Errno.noSuchFileOrDirectory {
                return []
            } catch {
                throw CaselightError.disk("list the originals of camera '\(camera)'", error)
            }
        }
    }

    /// Removes what a crash left of files being received. Call it at start, before any is.
    ///
    /// - Returns: how many there were.
    package func discardUnfinishedOriginals() async throws -> Int {
        var count = 0
        for camera in try await cameras(foreign: { _ in }) {
            let root = "\(path)/\(camera)"
            count += try await threads.run {
                do {
                    return try Self.discardUnfinished(below: root)
                } catch {
                    throw CaselightError.disk("remove unfinished originals of camera '\(camera)'", error)
                }
            }
        }
        return count
    }

    private static func discardUnfinished(below root: String) throws -> Int {
        var count = 0
        for day in try Disk.entries(of: root) where day.kind == .folder {
            let folder = "\(root)/\(day.name)/\(ArchiveLayout.originalsFolderName)"
            guard let entries = try? Disk.entries(of: folder) else { continue }
            for entry in entries where entry.kind == .file && entry.name.hasPrefix(".") && entry.name.hasSuffix(".part") {
                if try Disk.remove("\(folder)/\(entry.name)") { count += 1 }
            }
        }
        return count
    }

    private static func originals(below root: String) throws -> [KeptOriginal] {
        var found: [KeptOriginal] = []
        for day in try Disk.entries(of: root) where day.kind == .folder {
            let folder = "\(root)/\(day.name)/\(ArchiveLayout.originalsFolderName)"
            guard let entries = try? Disk.entries(of: folder) else { continue }
            for entry in entries where entry.kind == .file {
                guard let run = RunID(text: entry.name.prefix(16)), entry.name.dropFirst(16).first == "-" else { continue }
                let file = try Disk.openForReading("\(folder)/\(entry.name)")
                defer { try? file.close() }
                found.append(
                    KeptOriginal(
                        run: run, name: String(entry.name.dropFirst(17)), path: "\(folder)/\(entry.name)",
                        byteCount: try Disk.byteCount(of: file)))
            }
        }
        return found
    }
}

/// A recorded file kept as it was handed over.
package struct KeptOriginal: Hashable, Sendable {
    package let run: RunID
    package let name: String
    /// Absolute.
    package let path: String
    package let byteCount: Int64
}

/// Makes a file name out of whatever name a file was handed over under.
enum OriginalName {
    static let lengthLimitBytes = 120

    static func sanitized(_ name: String) -> String {
        let last = name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        var kept = ""
        for scalar in last.unicodeScalars {
            let isKept = scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "._-".unicodeScalars.contains(scalar)
            kept.unicodeScalars.append(isKept ? scalar : "_")
        }
        kept = String(kept.drop { $0 == "." })
        while kept.utf8.count > lengthLimitBytes, let cut = indexToDrop(kept) { kept.remove(at: cut) }
        return kept.isEmpty ? "file" : kept
    }

    /// The last character before the suffix, which tells what kind of file it is.
    private static func indexToDrop(_ name: String) -> String.Index? {
        let suffixStart = name.lastIndex(of: ".").flatMap { name.utf8.distance(from: $0, to: name.endIndex) <= 16 ? $0 : nil }
        let end = suffixStart ?? name.endIndex
        return end > name.startIndex ? name.index(before: end) : name.indices.last
    }
}

/// Takes a file's bytes as they arrive; hashed and synced when finished, gone when abandoned.
package final class OriginalReceiver: Sendable {
    private let target: OriginalFile
    private let threads: DiskThreads
    private let lane = DiskThreads.Lane()

    init(folders: [String], name: String, threads: DiskThreads) {
        target = OriginalFile(folders: folders, name: name)
        self.threads = threads
    }

    deinit { threads.enqueue(on: lane) { [target] in target.abandon() } }

    /// - Throws: `CaselightError`: `diskFull`, `diskFailed`. The receiver is of no more use then.
    package func append(_ bytes: [UInt8]) async throws {
        try await threads.run(on: lane) { [target] in try target.append(bytes) }
    }

    /// Where the file stands now, durably, and what it is.
    package func finish() async throws -> (path: String, sha256: String, byteCount: Int64) {
        try await threads.run(on: lane) { [target] in try target.finish() }
    }

    package func abandon() async {
        _ = try? await threads.run(on: lane) { [target] in target.abandon() }
    }
}

/// The file of a receiver. Sendable because only jobs of the receiver's lane touch it, one at a time.
private final class OriginalFile: @unchecked Sendable {
    private let folders: [String]
    private let name: String
    private var file: FileDescriptor?
    private var hash = SHA256()
    private var byteCount: Int64 = 0

    init(folders: [String], name: String) {
        self.folders = folders
        self.name = name
    }

    private var folder: String { folders.last ?? "" }
    private var path: String { "\(folder)/\(name)" }
    /// Hidden until it is whole, so that a listing does not show it.
    private var partialPath: String { "\(folder)/.\(name).part" }

    func append(_ bytes: [UInt8]) throws {
        do {
            let file = try openFile()
            _ = try file.writeAll(toAbsoluteOffset: byteCount, bytes)
            hash.update(data: bytes)
            byteCount += Int64(bytes.count)
        } catch {
            abandon()
            throw CaselightError.disk("keep the recorded file '\(name)'", error)
        }
    }

    func finish() throws -> (path: String, sha256: String, byteCount: Int64) {
        do {
            let file = try openFile()
            try systemCall { fsync(file.rawValue) }
            try Disk.publish(partialPath, as: path)
            try file.close()
            self.file = nil
            return (path, hash.finalize().hexadecimal, byteCount)
        } catch {
            abandon()
            throw CaselightError.disk("keep the recorded file '\(name)'", error)
        }
    }

    func abandon() {
        guard let file else { return }
        self.file = nil
        try? file.close()
        _ = try? Disk.remove(partialPath)
    }

    private func openFile() throws -> FileDescriptor {
        if let file { return file }
        for (parent, folder) in zip(folders, folders.dropFirst()) { try Disk.makeFolder(folder, in: parent) }
        let opened = try Disk.createNew(partialPath)
        file = opened
        return opened
    }
}
