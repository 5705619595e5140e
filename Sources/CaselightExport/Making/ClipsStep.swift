internal import CaselightArchive
internal import CaselightEvidence
internal import CaselightModel
import CaselightQuery
internal import CaselightStore
internal import Logging

/// Has the still worker make ordinary clips of the originals, and puts them into the package as derived files.
struct ClipsStep {
    let plan: ExportPlan
    let services: ExportServices
    let folder: ExportFolder
    let meter: ExportMeter
    let packed: OriginalsStep.Packed

    /// - Returns: for each of the plan's clips its files' paths.
    func run(_ files: PackageFiles) async throws -> [[PackagePath]] {
        var paths: [[PackagePath]] = []
        var numbers: [String: Int] = [:]
        for (index, clip) in plan.clips.enumerated() {
            try Task.checkCancellation()
            let before = meter.doneBytes
            guard !clip.segments.isEmpty else {
                paths.append([])
                continue
            }
            do {
                paths.append(try await add(clip, index, to: files, &numbers[clip.folder, default: 0], before))
            } catch let error as CaselightError where [.damagedMedia, .unsupportedMedia, .tooLarge].contains(error.code) {
                // The originals are whole, as their hashes say; what cannot be made of them is said, and stops nobody.
                paths.append([try addReason(error, clip, index, to: files)])
            }
            meter.reach(before + 2 * clip.byteCount)
        }
        return paths
    }

    private func add(
        _ clip: PlannedClip, _ index: Int, to files: PackageFiles, _ number: inout Int, _ before: Int64
    ) async throws -> [PackagePath] {
        let name = "clips-\(index + 1)"
        let work = try folder.makeWork(plan.order.id, name)
        defer { try? folder.removeWork(plan.order.id, name) }
        let made = try await services.clips.clips(of: clip.segments.map(source), wanted: clip.clip.span, into: work) { [meter] done, _ in
            meter.reach(before + done)
        }
        meter.reach(before + clip.byteCount)
        var paths: [PackagePath] = []
        var packedBytes = before + clip.byteCount
        for file in made {
            number += 1
            let path = try PackagePath(clip.folder, ClipFile.name(number, isQuickTime: file.name.hasSuffix(".mov")))
            let digest = try files.add(path, file: "\(work)/\(file.name)", byteCount: file.byteCount) { meter.reach(packedBytes + $0) }
            packedBytes += file.byteCount
            guard digest.sha256 == file.sha256 else {
                throw CaselightError(.internalFailure, "export '\(path)'", because: "it is not what the worker has made")
            }
            files.list(listing(file, path, digest, of: clip))
            paths.append(path)
        }
        return paths
    }

    private func source(_ timed: TimedSegment) -> ClipSource {
        let segment = packed.segments[timed.segment.id] ?? timed.segment
        return ClipSource(
            segment: segment.id, span: segment.span, clockOffsetUs: timed.clock.offsetUs,
            videoPath: services.archive.videoPath(of: segment), videoByteCount: segment.byteCount,
            audioPath: services.archive.audioPath(of: segment), audioByteCount: segment.audio?.byteCount ?? 0)
    }

    private func listing(_ file: ClipFile, _ path: PackagePath, _ digest: ContentDigest, of clip: PlannedClip) -> ManifestFile {
        let camera = plan.cameras.first { $0.camera.code == clip.clip.camera }
        let first = clip.segments.first { file.segments.contains($0.segment.id) }
        return ManifestFile(
            derived: path, kind: .clip, camera: clip.clip.camera, format: file.name.hasSuffix(".mov") ? "mov" : "mp4",
            codecs: [file.videoCodec] + (file.audioCodec.map { [$0] } ?? []), digest: digest,
            recorded: file.span.shifted(by: first?.clock.offsetUs ?? .zero),
            stream: first.flatMap { camera?.runs[$0.segment.id.run]?.stream },
            from: file.segments.flatMap { packed.paths[$0] ?? [] }, derivation: derivation(file, clip.clip.span))
    }

    private func derivation(_ file: ClipFile, _ wanted: TimeSpan) -> String {
        let before = max(Microseconds.zero, wanted.start - file.span.start), after = max(Microseconds.zero, file.span.end - wanted.end)
        let widened =
            before == .zero && after == .zero
            ? "nothing was added to the wanted span"
            : "widened to keyframes by \(before.seconds) s before and \(after.seconds) s after the wanted span"
        return "the originals' \(file.videoPacketCount) video and \(file.audioPacketCount) audio packets, copied without decoding into one file; "
            + "\(widened); it shows \(file.span.start) to \(file.span.end) without a break"
    }

    private func addReason(_ error: CaselightError, _ clip: PlannedClip, _ index: Int, to files: PackageFiles) throws -> PackagePath {
        let path = try PackagePath(clip.folder, "no-clip-\(index + 1).txt")
        let digest = try files.add(path, bytes: Array("There is no clip of \(clip.clip.span.start) to \(clip.clip.span.end): \(error)\n".utf8))
        services.logger.warning("export \(plan.order.id) goes without a clip: \(error)")
        files.list(
            ManifestFile(
                derived: path, kind: .other, camera: clip.clip.camera, format: "txt", codecs: [], digest: digest, recorded: nil, stream: nil,
                from: [], derivation: "says why there is no clip; the originals are in this package"))
        return path
    }
}
