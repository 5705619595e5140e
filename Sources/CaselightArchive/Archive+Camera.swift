package import CaselightModel

extension Archive {
    /// The cameras that have a folder, recorded or imported, registered or not.
    package func cameras() async throws -> [CameraCode] { try await cameras(foreign: { _ in }) }

    /// Recovers those segments of one camera that nobody knows of. Only folders of days that changed lately are looked into, since a
    /// file is made in one; a file that is known is not opened.
    ///
    /// Call it while no media worker records or imports for the camera.
    /// - Parameters:
    ///   - changed: folders that have not changed since are left out.
    ///   - started: files that began before are left out.
    ///   - known: the segments known of those that began in a span.
    ///   - foreign: called for each file or folder that is none of ours, with its path below the archive.
    package func scan(
        _ camera: CameraCode, changedSince changed: WallTime, startedSince started: WallTime = .distantPast,
        knowing known: (TimeSpan) async throws -> Set<SegmentID>, foreign: (String) async throws -> Void = { _ in },
        _ body: (SegmentOutcome) async throws -> Void
    ) async throws {
        for day in try await days(of: camera, changedSince: changed, foreign: foreign) where day.start + .days(1) > started {
            // A name tells the millisecond.
            let files = try await segmentFiles(of: camera, day: day.name, foreign: foreign).filter { file in
                day.start + .milliseconds(file.name.startMilliseconds + 1) > started
            }
            guard !files.isEmpty else { continue }
            let knownIDs = try await known(TimeSpan(start: max(day.start, started), end: day.start + .days(1)))
            try await recover(files.filter { !knownIDs.contains($0.name.id) }, of: camera, body)
        }
    }

    private func days(
        of camera: CameraCode, changedSince time: WallTime, foreign: (String) async throws -> Void
    ) async throws -> [(name: String, start: WallTime)] {
        let folder = "\(path)/\(camera)"
        let names = try await days(of: camera, foreign: foreign)
        let changed = try await threads.run {
            do {
                return try names.filter { try Disk.changedAt(folder: "\(folder)/\($0)").map { $0 >= time } ?? false }
            } catch {
                throw CaselightError.disk("look at the days of camera '\(camera)'", error)
            }
        }
        return changed.compactMap { name in ArchiveLayout.start(ofDay: name).map { (name, $0) } }
    }
}
