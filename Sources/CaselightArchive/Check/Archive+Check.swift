package import CaselightModel
import SystemPackage

extension Archive {
    /// Compares segments with their files. Hand them over a page at a time; the archive's two threads read side by side.
    ///
    /// An open segment's file may have grown since: only too few bytes are wrong there.
    package func check(_ segments: [Segment], level: CheckLevel) async throws -> [ArchiveFinding] {
        var found: [ArchiveFinding] = []
        for pair in segments.inPairs() {
            async let first = findings(pair.first, level)
            let second = if let segment = pair.second { try await findings(segment, level) } else { [ArchiveFinding]() }
            found += try await first + second
        }
        return found
    }

    /// Files of segments that the index does not know, and what is none of ours.
    package func findStrays(isKnown: (SegmentID) async throws -> Bool) async throws -> [ArchiveFinding] {
        var found: [ArchiveFinding] = []
        let foreign = { (path: String) in
            found.append(ArchiveFinding(problem: .foreign, path: path, detail: "not a file of this archive"))
        }
        for camera in try await cameras(foreign: foreign) {
            for day in try await days(of: camera, foreign: foreign) {
                for file in try await segmentFiles(of: camera, day: day, foreign: foreign) where try await !isKnown(file.name.id) {
                    found.append(
                        ArchiveFinding(
                            problem: .orphan, segment: file.name.id, camera: camera, path: file.path, detail: "not in the index"))
                }
            }
        }
        return found
    }

    /// What of `findings` is still so now that `segment` asks the index again. Beside running media workers the files and the
    /// index disagree for moments: a new segment's file is there before the index knows it, and an erased one's is gone before.
    package func lasting(
        _ findings: [ArchiveFinding], level: CheckLevel, segment: (SegmentID) async throws -> Segment?
    ) async throws -> [ArchiveFinding] {
        var lasting: [ArchiveFinding] = []
        var checked: Set<SegmentID> = []
        for finding in findings {
            if let id = finding.segment, let known = try await segment(id) {
                if checked.insert(id).inserted { lasting += try await check([known], level: level) }
            } else if try await threads.run({ Disk.exists("\(path)/\(finding.path)") }) {
                lasting.append(finding)
            }
        }
        return lasting
    }

    private func findings(_ segment: Segment, _ level: CheckLevel) async throws -> [ArchiveFinding] {
        var files = [(path: videoPath(of: segment), byteCount: segment.byteCount, sha256: segment.sha256)]
        if let audio = segment.audio, let path = audioPath(of: segment) { files.append((path, audio.byteCount, audio.sha256)) }
        let checks = files.map { file in
            FileCheck(
                segment: segment, path: file.path, relativePath: String(file.path.dropFirst(path.count + 1)),
                byteCount: file.byteCount, sha256: file.sha256)
        }
        return try await threads.run { checks.compactMap { $0.finding(level) } }
    }
}

/// One file and what it should be. Blocks.
private struct FileCheck {
    let segment: Segment
    let path: String
    let relativePath: String
    let byteCount: Int64
    /// `nil` for an open segment.
    let sha256: String?

    func finding(_ level: CheckLevel) -> ArchiveFinding? {
        do {
            let file = try Disk.openForReading(path)
            defer { try? file.close() }
            guard level != .presence else { return nil }
            let size = try Disk.byteCount(of: file)
            guard segment.isOpen ? size >= byteCount : size == byteCount else {
                return problem(.wrongSize, "\(byteCount) bytes were recorded, \(size) are there")
            }
            guard level == .hash, let sha256 else { return nil }
            let found = try Disk.sha256(file, byteCount: size)
            return found == sha256 ? nil : problem(.wrongHash, "SHA-256 \(sha256) was recorded, \(found) is there")
        } catch Errno.noSuchFileOrDirectory {
            return problem(.missing, "the file is not there")
        } catch {
            return problem(.unreadable, CaselightError.disk("read it", error).cause)
        }
    }

    private func problem(_ problem: ArchiveFinding.Problem, _ detail: String) -> ArchiveFinding {
        ArchiveFinding(problem: problem, segment: segment.id, camera: segment.camera, path: relativePath, detail: detail)
    }
}
