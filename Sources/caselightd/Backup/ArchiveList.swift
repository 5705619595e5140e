import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation

/// The archive's closed files with the hashes they had when they were recorded, as `sha256sum -c` reads them in the archive's folder.
struct ArchiveList {
    let index: any FootageIndex
    let archive: Archive

    func write(to path: String) async throws -> (fileCount: Int, openCount: Int) {
        var file = try LongFile(path)
        var (fileCount, openCount) = (0, 0)
        for camera in try await index.camerasWithFootage() {
            try await index.forEachPage(of: camera) { page in
                for segment in page {
                    let lines = lines(segment)
                    if lines.isEmpty { openCount += 1 }
                    fileCount += lines.count
                    try file.write(Data(lines.joined().utf8))
                }
            }
            for line in try await originals(of: camera) {
                fileCount += 1
                try file.write(Data(line.utf8))
            }
        }
        try file.close()
        return (fileCount, openCount)
    }

    /// None of an open segment, whose hash nobody knows yet.
    private func lines(_ segment: Segment) -> [String] {
        guard let sha256 = segment.sha256 else { return [] }
        var lines = [line(sha256, archive.videoPath(of: segment))]
        if let audio = segment.audio, let hash = audio.sha256, let path = archive.audioPath(of: segment) { lines.append(line(hash, path)) }
        return lines
    }

    /// What was handed over, byte for byte.
    private func originals(of camera: CameraCode) async throws -> [String] {
        let hashes = try await index.importedRuns(of: [camera]).reduce(into: [RunID: String]()) { hashes, run in
            if case .file(_, let sha256) = run.origin { hashes[run.id] = sha256 }
        }
        return try await archive.originals(of: camera).compactMap { original in hashes[original.run].map { line($0, original.path) } }
    }

    private func line(_ sha256: String, _ path: String) -> String { "\(sha256)  \(path.dropFirst(archive.path.count + 1))\n" }
}

/// A new file of any length, on disk once it is closed.
private struct LongFile {
    private let handle: FileHandle
    private let path: String
    private var buffer = Data()
    private static let bufferByteCount = 1 << 20

    init(_ path: String) throws(CaselightError) {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw BackupFolder.failure(errno, "write \(path)") }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        self.path = path
    }

    mutating func write(_ data: Data) throws {
        buffer.append(data)
        if buffer.count >= Self.bufferByteCount { try flush() }
    }

    mutating func close() throws {
        try flush()
        guard fsync(handle.fileDescriptor) == 0 else { throw BackupFolder.failure(errno, "write \(path)") }
        try handle.close()
    }

    private mutating func flush() throws {
        do {
            try handle.write(contentsOf: buffer)
        } catch {
            throw CaselightError(.diskFull, "write \(path)", because: error.localizedDescription)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
