internal import CaselightArchive
internal import CaselightEvidence
internal import CaselightModel
import CaselightQuery
internal import CaselightStore
internal import Logging

/// Adds a picture of each clip's start: the keyframe at or before it, or the clip's first.
struct StillsStep {
    let plan: ExportPlan
    let services: ExportServices
    let packed: OriginalsStep.Packed

    /// - Returns: for each of the plan's clips its still's path, where there is one.
    func run(_ files: PackageFiles) async throws -> [PackagePath?] {
        var paths: [PackagePath?] = []
        for clip in plan.clips {
            try Task.checkCancellation()
            do {
                paths.append(try await add(clip, to: files))
            } catch let error as CaselightError where [.damagedMedia, .unsupportedMedia].contains(error.code) {
                services.logger.warning("export \(plan.order.id) goes without a still of camera '\(clip.clip.camera)': \(error)")
                paths.append(nil)
            }
        }
        return paths
    }

    private func add(_ clip: PlannedClip, to files: PackageFiles) async throws -> PackagePath? {
        guard let (timed, keyframe) = try await keyframe(of: clip), let camera = plan.cameras.first(where: { $0.camera.code == clip.clip.camera })
        else { return nil }
        let shownAt = keyframe.time - timed.clock.offsetUs
        let path = try PackageLayout.still(folder: camera.folder, name: "\(Self.name(shownAt)).jpg")
        if files.has(path) { return path }
        let segment = packed.segments[timed.segment.id] ?? timed.segment
        let pieces = try await services.archive.pieces(
            of: segment, track: .video,
            in: [0..<Int64(segment.initializationByteCount), keyframe.offset..<keyframe.offset + Int64(keyframe.byteCount)])
        let picture = try await services.stills.still(initialization: pieces[0], keyframe: pieces[1], widthPixels: nil)
        let digest = try files.add(path, bytes: picture)
        files.list(
            ManifestFile(
                derived: path, kind: .still, camera: clip.clip.camera, format: "jpeg", codecs: ["mjpeg"], digest: digest,
                recorded: TimeSpan(start: keyframe.time, end: keyframe.time + Microseconds(1)), stream: nil,
                from: packed.paths[segment.id].map { Array($0.prefix(1)) } ?? [],
                derivation: "the keyframe of \(shownAt), decoded and encoded anew as a JPEG"))
        return path
    }

    private func keyframe(of clip: PlannedClip) async throws -> (TimedSegment, Keyframe)? {
        let start = clip.clip.span.start
        let before = clip.segments.last { $0.inTrueTime.span.start <= start }
        for timed in [before, clip.segments.first].compactMap({ $0 }) {
            guard let segment = try await services.index.segment(timed.segment.id) else { continue }
            let keyframes = segment.keyframes.keyframes(from: segment.span.start)
            let limit = (packed.segments[segment.id] ?? segment).byteCount
            let there = keyframes.filter { $0.offset + Int64($0.byteCount) <= limit }
            if let found = there.last(where: { $0.time - timed.clock.offsetUs <= start }) ?? there.first { return (timed, found) }
        }
        return nil
    }

    /// A time as a file's name: `20260302T060000.120Z`.
    private static func name(_ time: WallTime) -> String {
        let text = WallTime(microseconds: time.microseconds / 1000 * 1000).rfc3339()
        return text.filter { $0 != "-" && $0 != ":" }
    }
}
