internal import CaselightModel
import Glibc
import SystemPackage

/// Reads a segment's files from disk, and closes those that a crash left open. Blocks; for the archive's threads.
struct SegmentRecovery {
    /// What a crash may cost is bounded by the sync interval. Where more than this would have to go, or the file's beginning is damaged,
    /// something else happened: then nothing is cut and a person is asked.
    static let cutLimitBytes: Int64 = 64 << 20
    /// A file that does not even begin as a segment holds no footage when it is this small.
    static let headLimitBytes: Int64 = 64 << 10
    /// How far sound may reach beyond the pictures.
    static let audioOverhang = Microseconds.seconds(1)

    let archivePath: String
    /// Of the video, below the archive.
    let relativePath: String
    let id: SegmentID
    let camera: CameraCode
    /// What is known besides the file, for the trailer of one that was cut.
    var stream: StreamMetadata?
    var clockSamples: [ClockSample] = []
    /// Whether something of the camera's is held: then nothing with footage in it is removed, and what is cut is set aside.
    var mayBeHeld = false

    private var path: String { "\(archivePath)/\(relativePath)" }
    private var folder: String { ArchiveLayout.folder(of: path) }
    private var audioPaths: [String] { ArchiveLayout.possibleAudio(ofVideo: path) }

    func run() -> SegmentOutcome {
        do {
            return try recover()
        } catch let damage as BoxDamage {
            return .damaged(id, problem(.damagedMedia, damage.cause))
        } catch {
            return .damaged(id, CaselightError.disk("recover segment \(id) of camera '\(camera)'", error))
        }
    }

    private func recover() throws -> SegmentOutcome {
        let file: FileDescriptor
        do {
            file = try Disk.open(forWriting: path)
        } catch Errno.noSuchFileOrDirectory {
            return try remove()
        }
        defer { try? file.close() }
        guard Disk.lock(file) else {
            return .damaged(id, problem(.busy, "a media worker still writes it", "Wait until it has ended."))
        }
        let byteCount = try Disk.byteCount(of: file)
        var content: SegmentFile
        do {
            content = try SegmentFile(file, byteCount: byteCount)
        } catch let damage as BoxDamage {
            return try removeHeadless(file, byteCount: byteCount, damage)
        }
        let header = content.header
        guard ArchiveLayout.video(header.id, camera: header.camera, start: header.startedAt) == relativePath else {
            return .damaged(id, problem(.damagedMedia, "its header is another segment's"))
        }
        if content.trailer == nil {
            if let hole = try Disk.firstZeroPage(file, in: 0..<content.wholeByteCount) {
                content = try SegmentFile(file, byteCount: hole)
            }
            let rest = content.wholeByteCount..<byteCount
            let unreadable = problem(.damagedMedia, "only its first \(content.wholeByteCount) of \(byteCount) bytes can be read")
            guard rest.count <= Self.cutLimitBytes, try !hidesTrailer(file, in: rest) else { return .damaged(id, unreadable) }
            if content.tally.fragmentCount == 0 {
                if mayBeHeld, try holdsFragments(2, file, in: rest) { return .damaged(id, unreadable) }
                return try remove()
            }
            content = try SegmentFile(file, byteCount: content.wholeByteCount, weighsFrames: true)
        }
        return .whole(try close(file, content, byteCount: byteCount))
    }

    /// Brings video and audio to their trailers, durably, and tells what they hold.
    private func close(_ file: FileDescriptor, _ content: SegmentFile, byteCount: Int64) throws -> ScannedSegment {
        let header = content.header
        let end = content.trailer?.endedAt ?? max(content.tally.endsAt, header.startedAt + Microseconds(1))
        let trailer =
            content.trailer
            ?? SegmentTrailer(
                endedAt: end, endReason: .restart, stream: stream ?? header.stream, clockSamples: clockSamples,
                activity: content.tally.activityTable(until: end).packed)
        let videoByteCount = try finish(file, content, byteCount: byteCount, trailer)
        let audio = try closeAudio(header, trailer, wasCut: content.trailer == nil)
        if content.trailer == nil { try Disk.makeDurable(folder: folder) }
        let segment = Segment(
            id: id, camera: camera, span: try TimeSpan(from: header.startedAt, to: trailer.endedAt), policy: header.policy,
            byteCount: videoByteCount, initializationByteCount: content.initialization.byteCount,
            sha256: try Disk.sha256(file, byteCount: videoByteCount), endReason: trailer.endReason, audio: audio,
            keyframes: content.tally.keyframeTable, activity: ActivityTable(packed: trailer.activity))
        return ScannedSegment(header: header, trailer: trailer, segment: segment)
    }

    /// Cuts what is not whole and appends the trailer, where there is none.
    /// - Returns: the file's size.
    private func finish(
        _ file: FileDescriptor, _ content: SegmentFile, byteCount: Int64, _ trailer: SegmentTrailer
    ) throws -> Int64 {
        if content.endByteCount < byteCount {
            try setAside(file, content.endByteCount..<byteCount)
            try file.resize(to: content.endByteCount)
        }
        guard content.trailer == nil else { return content.endByteCount }
        let box = try SegmentBox.encode(trailer)
        do {
            _ = try file.writeAll(toAbsoluteOffset: content.endByteCount, box)
            try systemCall { fsync(file.rawValue) }
        } catch {
            // A full disk: what is whole stays whole, and the next start tries again.
            try? file.resize(to: content.endByteCount)
            throw error
        }
        return content.endByteCount + Int64(box.count)
    }

    private func closeAudio(_ header: SegmentHeader, _ trailer: SegmentTrailer, wasCut: Bool) throws -> AudioSibling? {
        for path in audioPaths {
            let file: FileDescriptor
            do {
                file = try Disk.open(forWriting: path)
            } catch Errno.noSuchFileOrDirectory {
                continue
            }
            defer { try? file.close() }
            if let audio = try closeAudio(file, header, trailer, wasCut: wasCut) { return audio }
            // Beside pictures that are whole, sound that cannot be read was not cut by a crash.
            guard wasCut, !mayBeHeld else { continue }
            try Disk.remove(path)
            try Disk.makeDurable(folder: folder)
        }
        return nil
    }

    /// `nil` when the file holds no sound.
    private func closeAudio(
        _ file: FileDescriptor, _ header: SegmentHeader, _ trailer: SegmentTrailer, wasCut: Bool
    ) throws -> AudioSibling? {
        let byteCount = try Disk.byteCount(of: file)
        let limit = wasCut ? trailer.endedAt + Self.audioOverhang : .distantFuture
        guard var content = try unlessDamaged({ try SegmentFile(file, byteCount: byteCount, before: limit) }) else { return nil }
        if content.trailer == nil, let hole = try Disk.firstZeroPage(file, in: 0..<content.wholeByteCount) {
            guard let shorter = try unlessDamaged({ try SegmentFile(file, byteCount: hole, before: limit) }) else { return nil }
            content = shorter
        }
        if !wasCut, content.trailer == nil, try hidesTrailer(file, in: content.wholeByteCount..<byteCount) { return nil }
        guard content.tally.fragmentCount > 0 else { return nil }
        let size = try finish(file, content, byteCount: byteCount, trailer)
        return AudioSibling(
            codec: header.stream.audio?.codec ?? Self.codecName(content.initialization.codec), byteCount: size,
            initializationByteCount: content.initialization.byteCount, sha256: try Disk.sha256(file, byteCount: size))
    }

    /// libavcodec's name for a sample entry.
    private static func codecName(_ sampleEntry: String) -> String {
        switch sampleEntry {
        case "mp4a": "aac"
        case "alaw": "pcm_alaw"
        case "ulaw": "pcm_mulaw"
        case "Opus": "opus"
        default: sampleEntry
        }
    }

    private func remove() throws -> SegmentOutcome {
        var wasThere = false
        for path in [path] + audioPaths where try Disk.remove(path) { wasThere = true }
        if wasThere { try Disk.makeDurable(folder: folder) }
        return .removed(id)
    }

    /// A file that does not begin as one of ours: cut within its first write, or never written at all.
    private func removeHeadless(_ file: FileDescriptor, byteCount: Int64, _ damage: BoxDamage) throws -> SegmentOutcome {
        if byteCount <= Self.headLimitBytes {
            let whole = 0..<byteCount
            if try hidesTrailer(file, in: whole) { throw damage }
            if mayBeHeld, try holdsFragments(1, file, in: whole) { throw damage }
            return try remove()
        }
        var offset: Int64 = 0
        while offset < byteCount {
            let block = try Disk.read(file, at: offset, count: Disk.blockByteCount)
            guard !block.isEmpty, block.allSatisfy({ $0 == 0 }) else { throw damage }
            offset += Int64(block.count)
        }
        return try remove()
    }

    private func problem(_ code: CaselightError.Code, _ cause: String, _ remedy: String = "") -> CaselightError {
        CaselightError(code, "recover segment \(id) of camera '\(camera)'", because: cause, remedy: remedy)
    }
}

extension Disk {
    /// An existing plain file, for reading and writing; links are not followed.
    static func open(forWriting path: String) throws -> FileDescriptor {
        try FileDescriptor.open(FilePath(path), .readWrite, options: [.closeOnExec, .noFollow, .nonBlocking])
    }
}
