package import CaselightModel
import Foundation
import Glibc
import SystemPackage

/// The folder of segment files: who it is, what stands where, and how its bytes are read and erased.
///
/// Reading and erasing run on the archive's own threads, never on the cooperative pool. Any number of tasks may call at once.
package struct Archive: Sendable {
    /// Absolute.
    package let path: String
    /// The id in its volume file, which `records.db` must know.
    package let volumeID: String

    let threads: DiskThreads
    /// Apart, so that whoever looks at footage does not wait for a start after a crash to read whole files.
    let recoveryThreads: DiskThreads
    /// What is held, as the archive itself remembers it.
    package let holds: HoldFolder
    /// Keeps the archive ours; `nil` where it was opened to read beside its owner.
    private let ownership: VolumeHold?

    /// Bytes handed out by one read.
    package static let readLimitBytes = 64 << 20

    private init(path: String, volumeID: String, ownership: VolumeHold?) {
        self.path = path
        self.volumeID = volumeID
        self.ownership = ownership
        threads = DiskThreads(name: "archive-disk")
        holds = HoldFolder(archivePath: path, threads: threads)
        recoveryThreads = DiskThreads(name: "archive-recover")
    }

    /// Opens an archive for this process alone. Blocks for up to 2 s; call it at start.
    ///
    /// A new, empty folder gets a volume file where `knownVolumes` is empty, or `adopting` allows it. A volume that the records do not
    /// know is accepted where `adopting` allows it, or where both are new: no volume is known and it holds no camera's folder yet.
    /// - Throws: `CaselightError`: `wrongVolume` when the volume file is missing or names another volume than the records know
    ///   (an unmounted disk looks like that, so nothing is created or deleted), `busy` when another process holds it, `diskFailed`.
    package static func open(path: String, knownVolumes: [String], adopting: Bool) throws(CaselightError) -> Archive {
        let volume = try Volume.find(path: path, knownVolumes: knownVolumes, adopting: adopting)
        return Archive(path: path, volumeID: volume.id, ownership: try VolumeHold(path: path))
    }

    /// Opens an archive to read it beside the process that holds it, as a check does. Nothing is made or changed.
    ///
    /// - Throws: `CaselightError`: `wrongVolume`, `diskFailed`.
    package static func openForReading(path: String, knownVolumes: [String]) throws(CaselightError) -> Archive {
        Archive(path: path, volumeID: try Volume.check(path: path, knownVolumes: knownVolumes).id, ownership: nil)
    }

    /// Blocks until the media workers of a daemon that was killed have closed their files and are gone; to be called before recovery.
    ///
    /// - Throws: `CaselightError` with code `busy` when one is still there after 10 s.
    package func waitForFormerWorkers() throws(CaselightError) {
        guard WorkerPresence.waitForNone(archivePath: path, limitSeconds: 10) else {
            throw CaselightError(
                .busy, "recover archive '\(path)'", because: "a media worker of an earlier caselightd still writes to it",
                remedy: "End it: pkill caselight-media")
        }
    }

    package func videoPath(of segment: Segment) -> String { "\(path)/\(relativePath(of: segment))" }

    /// `nil` for a segment without sound.
    package func audioPath(of segment: Segment) -> String? {
        segment.audio.map {
            path + "/" + ArchiveLayout.audio(segment.id, camera: segment.camera, start: segment.span.start, codec: $0.codec)
        }
    }

    func relativePath(of segment: Segment) -> String {
        ArchiveLayout.video(segment.id, camera: segment.camera, start: segment.span.start)
    }

    /// Bytes of a segment's file; fewer where the file ends before.
    ///
    /// - Throws: `CaselightError`: `notFound` when the file is gone, `tooLarge` past `readLimitBytes`, `diskFailed`.
    package func bytes(of segment: Segment, track: SegmentTrack, in range: Range<Int64>) async throws -> [UInt8] {
        try await pieces(of: segment, track: track, in: [range])[0]
    }

    /// Several pieces of a segment's file, which is opened once; as `bytes` for each.
    package func pieces(of segment: Segment, track: SegmentTrack, in ranges: [Range<Int64>]) async throws -> [[UInt8]] {
        let operation = "read \(track) of segment \(segment.id)"
        let byteCount = ranges.reduce(0) { $0 + $1.count }
        guard ranges.allSatisfy({ $0.lowerBound >= 0 }), byteCount <= Self.readLimitBytes else {
            throw CaselightError(.tooLarge, operation, because: "\(byteCount) bytes were asked for and \(Self.readLimitBytes) may be")
        }
        guard let path = track == .video ? videoPath(of: segment) : audioPath(of: segment) else {
            throw CaselightError(.notFound, operation, because: "the segment has no sound")
        }
        return try await threads.run {
            do {
                let file = try Disk.openForReading(path)
                defer { try? file.close() }
                let size = try Disk.byteCount(of: file)
                return try ranges.map { range in
                    try Disk.read(file, at: range.lowerBound, count: Int(max(0, min(range.upperBound, size) - range.lowerBound)))
                }
            } catch {
                throw CaselightError.disk(operation, error)
            }
        }
    }

    /// Free and total bytes of the file system. Free is what this process may use.
    package func space() throws(CaselightError) -> (freeBytes: Int64, totalBytes: Int64) {
        var status = statvfs()
        do {
            try systemCall { statvfs(path, &status) }
        } catch {
            throw CaselightError.disk("ask for the free space of the archive", error)
        }
        let blockByteCount = Int64(status.f_frsize)
        return (Int64(status.f_bavail) * blockByteCount, Int64(status.f_blocks) * blockByteCount)
    }
}

package enum SegmentTrack: Sendable { case video, audio }
