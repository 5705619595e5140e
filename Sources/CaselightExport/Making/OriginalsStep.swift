internal import CaselightArchive
internal import CaselightEvidence
internal import CaselightModel
import CaselightQuery
internal import CaselightStore
import Glibc
import SystemPackage

/// Puts the segments, and recordings as they were handed over, into the package: byte for byte, and hashed anew against the hash taken
/// when they were written. One that differs ends the export: a file that changed is never handed over as evidence.
struct OriginalsStep {
    let plan: ExportPlan
    let services: ExportServices
    let folder: ExportFolder
    let meter: ExportMeter

    /// What later steps need to know of the originals.
    struct Packed {
        /// As they are in the package: one that was being recorded counts to where it was copied.
        var segments: [SegmentID: Segment] = [:]
        /// Pictures first, then sound.
        var paths: [SegmentID: [PackagePath]] = [:]
        var handedOver: [RunID: PackagePath] = [:]
    }

    func run(_ files: PackageFiles) async throws -> Packed {
        var packed = Packed()
        for camera in plan.cameras {
            for timed in camera.segments {
                // One may have been closed since it was planned.
                let segment = timed.segment.isOpen ? try await services.index.segment(timed.segment.id) ?? timed.segment : timed.segment
                packed.segments[segment.id] = segment
                packed.paths[segment.id] = try add(segment, of: camera, to: files)
            }
            for original in camera.originals {
                let path = try PackageLayout.native(folder: camera.folder, name: "originals/\(original.run)-\(PackageFolders.safe(original.name))")
                let digest = try copy(original.path, byteCount: original.byteCount, to: path, files)
                guard case .file(_, let sha256) = camera.runs[original.run]?.origin else { continue }
                try check(digest, sha256, path)
                files.list(
                    ManifestFile(
                        original: path, kind: .importedOriginal, camera: camera.camera.code, format: Self.suffix(original.name), codecs: [],
                        digest: digest, atIngest: sha256, statement: "taken while the file was handed over, before anything was made of it",
                        segment: nil, run: original.run, recorded: nil, stream: nil))
                packed.handedOver[original.run] = path
            }
        }
        return packed
    }

    private func add(_ segment: Segment, of camera: PlannedCamera, to files: PackageFiles) throws -> [PackagePath] {
        let stream = camera.runs[segment.id.run]?.stream
        var paths: [PackagePath] = []
        let video = services.archive.videoPath(of: segment)
        paths.append(
            try add(
                segment, of: camera, file: video, kind: .nativeVideo, byteCount: segment.byteCount, sha256: segment.sha256,
                codec: stream?.video?.codec, to: files))
        if let audio = segment.audio, let file = services.archive.audioPath(of: segment) {
            paths.append(
                try add(
                    segment, of: camera, file: file, kind: .nativeAudio, byteCount: audio.byteCount, sha256: audio.sha256,
                    codec: audio.codec, to: files))
        }
        return paths
    }

    private func add(
        _ segment: Segment, of camera: PlannedCamera, file: String, kind: ManifestFile.Kind, byteCount: Int64, sha256: String?,
        codec: String?, to files: PackageFiles
    ) throws -> PackagePath {
        // Its day's folder and its name, as in the archive.
        let path = try PackageLayout.native(folder: camera.folder, name: file.split(separator: "/").suffix(2).joined(separator: "/"))
        let digest = segment.isOpen
            ? try copyOpen(file, byteCount: byteCount, to: path, files) : try copy(file, byteCount: byteCount, to: path, files)
        if let sha256 { try check(digest, sha256, path) }
        files.list(
            ManifestFile(
                original: path, kind: kind, camera: camera.camera.code, format: Self.suffix(file), codecs: codec.map { [$0] } ?? [],
                digest: digest, atIngest: sha256, statement: Self.statement(of: segment, byteCount), segment: segment.id,
                run: segment.id.run, recorded: segment.span, stream: camera.runs[segment.id.run]?.stream))
        return path
    }

    private static func statement(of segment: Segment, _ byteCount: Int64) -> String {
        if segment.isOpen {
            return "there is none yet: the file was still being recorded when it was exported; these are its whole fragments up to then, "
                + "its first \(byteCount) bytes, up to \(segment.span.end)"
        }
        return segment.sha256 == nil
            ? "there is none: the file's hash was not known when it was exported" : "taken while the file was written, when it was complete"
    }

    private func check(_ digest: ContentDigest, _ expected: String, _ path: PackagePath) throws(CaselightError) {
        guard digest.sha256 == expected else {
            throw CaselightError(
                .evidenceBroken, "export '\(path)'",
                because: "its SHA-256 is \(digest.sha256) now and was \(expected) when it was written: the file was changed or damaged",
                remedy: "Look for the cause with caselightd check --hash, and export the spans without it.")
        }
    }

    private func copy(_ file: String, byteCount: Int64, to path: PackagePath, _ files: PackageFiles) throws -> ContentDigest {
        let before = meter.doneBytes
        return try files.add(path, file: file, byteCount: byteCount) { meter.reach(before + $0) }
    }

    /// The file grows while it is read, and a package takes files that stand still.
    private func copyOpen(_ file: String, byteCount: Int64, to path: PackagePath, _ files: PackageFiles) throws -> ContentDigest {
        let still = "\(try folder.makeWork(plan.order.id, "open"))/copy"
        defer { try? folder.removeWork(plan.order.id, "open") }
        try ExportFolder.doing("copy '\(path)'") {
            let source = try FileDescriptor.open(FilePath(file), .readOnly, options: [.closeOnExec, .noFollow])
            defer { try? source.close() }
            let target = try FileDescriptor.open(
                FilePath(still), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
            defer { try? target.close() }
            var (done, block) = (Int64(0), [UInt8](repeating: 0, count: 1 << 20))
            while done < byteCount {
                let count = try block.withUnsafeMutableBytes {
                    try source.read(fromAbsoluteOffset: done, into: UnsafeMutableRawBufferPointer(rebasing: $0.prefix(Int(min(1 << 20, byteCount - done)))))
                }
                guard count > 0 else { break }
                try target.writeAll(block[..<count])
                done += Int64(count)
            }
        }
        return try copy(still, byteCount: byteCount, to: path, files)
    }

    private static func suffix(_ name: String) -> String {
        guard let dot = name.lastIndex(of: "."), name.utf8.distance(from: dot, to: name.endIndex) <= 6 else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }
}
