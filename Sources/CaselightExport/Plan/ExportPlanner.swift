internal import CaselightArchive
internal import CaselightEvidence
internal import CaselightModel
import CaselightQuery
internal import CaselightStore

/// Finds out what a package is to hold.
struct ExportPlanner: Sendable {
    private let services: ExportServices
    private let settings: ExportSettings
    private let search: FootageSearch

    /// Comparisons of clocks that a manifest lists for a clip; a camera sends one about every five seconds.
    private static let clockSampleLimit = 1000

    init(_ services: ExportServices, _ settings: ExportSettings) {
        self.services = services
        self.settings = settings
        search = FootageSearch(records: services.records, index: services.index, clock: services.clock)
    }

    /// - Throws: `notFound` for the incident or a camera, `tooLarge`.
    func plan(_ order: ExportOrder) async throws -> ExportPlan {
        guard let incident = try await services.records.incident(order.incident) else {
            throw CaselightError(.notFound, "export footage of incident '\(order.incident)'", because: "there is no such incident")
        }
        let account = try await services.accounts.account(order.requestedBy)
        let requester = account.map(ManifestPerson.init) ?? ManifestPerson(account: order.requestedBy, displayName: "", unit: "")
        var folders = PackageFolders()
        var clips: [PlannedClip] = []
        for clip in order.clips {
            clips.append(try await planned(clip, folder: "\(PackageLayout.clipFolder)/\(folders.name(for: clip.camera.text))"))
            try check(clips, order)
        }
        var cameras: [PlannedCamera] = []
        for code in clips.map(\.clip.camera).withoutRepeats {
            let found = clips.filter { $0.clip.camera == code }
            cameras.append(try await planned(code, folder: folders.name(for: code.text), clips: found))
        }
        return ExportPlan(order: order, incident: incident, requester: requester, cameras: cameras, clips: clips)
    }

    private func planned(_ clip: ExportClip, folder: String) async throws -> PlannedClip {
        let coverage = try await search.coverage(of: clip.camera, in: clip.span)
        let found = try await search.segments(of: clip.camera, in: clip.span, detailed: false).filter(\.segment.hasFootage)
        let samples = try await services.index.clockSamples(of: clip.camera, overlapping: clip.span, limit: Self.clockSampleLimit)
        return PlannedClip(
            clip: clip, coverage: coverage, segments: try await KeyframeReach(services.index).widened(found, around: clip.span),
            clockSamples: samples, folder: folder)
    }

    private func planned(_ code: CameraCode, folder: String, clips: [PlannedClip]) async throws -> PlannedCamera {
        var known: Set<SegmentID> = []
        let segments = clips.flatMap(\.segments).filter { known.insert($0.segment.id).inserted }
            .sorted { ($0.inTrueTime.span.start, $0.segment.id) < ($1.inTrueTime.span.start, $1.segment.id) }
        var runs: [RunID: Run] = [:]
        for id in segments.map(\.segment.id.run).withoutRepeats { runs[id] = try await services.index.run(id) }
        let hasImports = runs.values.contains { $0.origin.followsForeignClock }
        let originals = hasImports ? try await services.archive.originals(of: code).filter { runs[$0.run] != nil } : []
        return PlannedCamera(
            camera: try await camera(code), folder: folder, segments: segments, runs: runs, originals: originals,
            corrections: try await services.records.clockCorrections(of: [code]))
    }

    /// As registered, or as it was when it was removed, or what its footage says of it.
    private func camera(_ code: CameraCode) async throws -> Camera {
        if let camera = try await services.records.camera(code) { return camera }
        let former = try await services.records.viewpoints(filter: CameraFilter(text: code.text)).filter { $0.code == code }
            .max { $0.registeredAt < $1.registeredAt }
        var camera = Camera(code: code, name: former?.name ?? code.text, createdAt: former?.registeredAt ?? .distantPast)
        if let former {
            (camera.kind, camera.cameraClass) = (former.kind, former.cameraClass)
            (camera.position, camera.bearingDegrees) = (former.fieldOfView.position, former.fieldOfView.bearingDegrees)
            (camera.fieldDegrees, camera.rangeMeters) = (former.fieldOfView.fieldDegrees, former.fieldOfView.rangeMeters)
        }
        return camera
    }

    private func check(_ clips: [PlannedClip], _ order: ExportOrder) throws(CaselightError) {
        let count = clips.reduce(0) { $0 + $1.segments.count }
        guard count <= settings.segmentLimit else {
            throw CaselightError(
                .tooLarge, "export footage of incident '\(order.incident)'",
                because: "it is more than \(settings.segmentLimit) segments", remedy: "Export shorter spans or fewer cameras at once.")
        }
    }
}

extension Sequence where Element: Hashable {
    /// In the order of their first appearance.
    var withoutRepeats: [Element] {
        var known: Set<Element> = []
        return filter { known.insert($0).inserted }
    }
}
