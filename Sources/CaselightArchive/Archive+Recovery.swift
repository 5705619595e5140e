package import CaselightModel
import SystemPackage

extension Archive {
    /// Closes segments that a crash left open. Call it before a media worker records or imports for their cameras.
    ///
    /// - Parameter open: as the index knows them.
    package func recover(_ open: [Segment]) async throws -> [SegmentOutcome] {
        var outcomes: [SegmentOutcome] = []
        for pair in open.inPairs() {
            async let first = recover(pair.first, stream: nil, clockSamples: [])
            let second =
                if let segment = pair.second { try await recover(segment, stream: nil, clockSamples: []) } else { SegmentOutcome?.none }
            outcomes += [try await first, second].compactMap { $0 }
        }
        return outcomes
    }

    /// Closes one segment at its last whole fragment, with `restart` as its end's reason. One that is complete is only read.
    ///
    /// - Parameters:
    ///   - stream: the run's stream as far as it is known besides the file, for the trailer.
    ///   - clockSamples: those taken during the segment, for the trailer.
    package func recover(
        _ segment: Segment, stream: StreamMetadata?, clockSamples: [ClockSample]
    ) async throws -> SegmentOutcome {
        let recovery = SegmentRecovery(
            archivePath: path, relativePath: relativePath(of: segment), id: segment.id, camera: segment.camera, stream: stream,
            clockSamples: clockSamples, mayBeHeld: await holds.mayConcern(segment.camera))
        return try await recoveryThreads.run { recovery.run() }
    }

    /// Walks the archive's segments, recovering those without a trailer: by camera, day and start, so within a run in its order.
    ///
    /// Reads every file in full, since a segment's hash is not in its file. Links are never followed. Call it before
    /// any media worker runs.
    /// - Parameter foreign: called for each file or folder that is none of ours, with its path below the archive.
    package func scan(
        foreign: (String) async throws -> Void = { _ in }, _ body: (SegmentOutcome) async throws -> Void
    ) async throws {
        for camera in try await cameras(foreign: foreign) {
            for day in try await days(of: camera, foreign: foreign) {
                try await recover(try await segmentFiles(of: camera, day: day, foreign: foreign), of: camera, body)
            }
        }
    }

    func recover(
        _ files: [(path: String, name: SegmentFileName)], of camera: CameraCode, _ body: (SegmentOutcome) async throws -> Void
    ) async throws {
        for pair in files.inPairs() {
            async let first = recover(camera, pair.first)
            let second = if let file = pair.second { try await recover(camera, file) } else { SegmentOutcome?.none }
            try await body(try await first)
            if let second { try await body(second) }
        }
    }

    func recover(_ camera: CameraCode, _ file: (path: String, name: SegmentFileName)) async throws -> SegmentOutcome {
        let recovery = SegmentRecovery(
            archivePath: path, relativePath: file.path, id: file.name.id, camera: camera, mayBeHeld: await holds.mayConcern(camera))
        return try await recoveryThreads.run { recovery.run() }
    }

    func cameras(foreign: (String) async throws -> Void) async throws -> [CameraCode] {
        var cameras: [CameraCode] = []
        for entry in try await entries("") where !ArchiveLayout.namesBesideCameras.contains(entry.name) {
            if entry.kind == .folder, let camera = try? CameraCode(entry.name) {
                cameras.append(camera)
            } else {
                try await foreign(entry.name)
            }
        }
        return cameras
    }

    /// The days' folder names, which sort by time.
    func days(of camera: CameraCode, foreign: (String) async throws -> Void) async throws -> [String] {
        var days: [String] = []
        for entry in try await entries(camera.text) {
            if entry.kind == .folder, ArchiveLayout.start(ofDay: entry.name) != nil {
                days.append(entry.name)
            } else {
                try await foreign("\(camera)/\(entry.name)")
            }
        }
        return days
    }

    /// Video files with their paths below the archive; sound is found through them.
    func segmentFiles(
        of camera: CameraCode, day: String, foreign: (String) async throws -> Void
    ) async throws -> [(path: String, name: SegmentFileName)] {
        let found = try await entries("\(camera)/\(day)")
        let names = Set(found.map(\.name))
        var files: [(path: String, name: SegmentFileName)] = []
        for entry in found {
            let path = "\(camera)/\(day)/\(entry.name)"
            if entry.kind == .file, let name = SegmentFileName(entry.name) {
                files.append((path, name))
            } else if !(entry.kind == .file && ArchiveLayout.video(ofAudio: entry.name).map(names.contains) == true),
                !(entry.kind == .folder && entry.name == ArchiveLayout.originalsFolderName)
            {
                try await foreign(path)
            }
        }
        return files
    }

    func entries(_ relative: String) async throws -> [(name: String, kind: Disk.EntryKind)] {
        let folder = relative.isEmpty ? path : "\(path)/\(relative)"
        return try await threads.run {
            do {
                return try Disk.entries(of: folder)
            } catch Errno.noSuchFileOrDirectory {
                return []
            } catch {
                throw CaselightError.disk("list '\(relative)' in the archive", error)
            }
        }
    }
}

extension Array {
    /// Two at a time: one for each of the archive's threads.
    func inPairs() -> [(first: Element, second: Element?)] {
        stride(from: 0, to: count, by: 2).map { (self[$0], $0 + 1 < count ? self[$0 + 1] : nil) }
    }
}
