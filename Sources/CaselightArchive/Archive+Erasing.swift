package import CaselightModel
import Glibc
import SystemPackage

extension Archive {
    /// Deletes segments' files and syncs their folders, and removes folders in which nothing is left. Files already gone are no error.
    ///
    /// Whoever calls has asked what is held. Here the archive's own hold files are asked once more, so that no mistake before this
    /// point costs held footage.
    /// - Returns: those that are held after all. Their files are as they were.
    /// - Throws: `CaselightError`; where it cannot be told what is held, nothing is deleted.
    package func erase(_ segments: [Segment]) async throws -> [Segment] {
        guard !segments.isEmpty else { return [] }
        let held = try await heldSpans()
        let (kept, freed) = segments.partitioned { held[$0.camera]?.stretch(overlapping: $0.span) != nil }
        try await remove(freed)
        return kept
    }

    /// Deletes files of an import that came to nothing. They never were footage: no index has told of them, and no hold names them.
    package func discard(_ unfinished: [Segment]) async throws { try await remove(unfinished) }

    private func heldSpans() async throws -> [CameraCode: HeldSpans] {
        let content = try await holds.content()
        if let damaged = content.damaged.first(where: { $0.id == nil }) {
            throw CaselightError(
                .evidenceBroken, "delete footage", because: "nobody can tell what the hold file '\(damaged.fileName)' keeps: \(damaged.cause)",
                remedy: "Restore it from a backup.")
        }
        return Dictionary(grouping: content.holds.values, by: \.camera).mapValues { HeldSpans($0.map(\.span)) }
    }

    private func remove(_ segments: [Segment]) async throws {
        for (folder, contents) in Dictionary(grouping: segments, by: { ArchiveLayout.folder(of: videoPath(of: $0)) }) {
            let videos = contents.map { videoPath(of: $0) }
            try await threads.run {
                do {
                    for video in videos {
                        for file in [video] + ArchiveLayout.possibleAudio(ofVideo: video) { try Disk.remove(file) }
                    }
                    try Disk.makeDurable(folder: folder)
                    if rmdir(folder) == 0 { try Disk.makeDurable(folder: ArchiveLayout.folder(of: folder)) }
                } catch Errno.noSuchFileOrDirectory {
                    return
                } catch {
                    throw CaselightError.disk("delete \(videos.count) segments of '\(folder.split(separator: "/").suffix(2).joined(separator: "/"))'", error)
                }
            }
        }
    }
}

extension Sequence {
    /// Those that are, and those that are not, each in order.
    func partitioned(_ isFirst: (Element) -> Bool) -> (first: [Element], second: [Element]) {
        reduce(into: ([], [])) { parts, element in
            if isFirst(element) { parts.0.append(element) } else { parts.1.append(element) }
        }
    }
}
