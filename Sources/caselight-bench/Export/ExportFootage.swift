import CaselightArchive
import CaselightEvidence
import CaselightExport
import CaselightLog
import CaselightModel
import CaselightQuery
import CaselightStore
import Crypto
import Foundation
import Logging

/// Segment files of four cameras, the databases that know them, and an exporter on them.
final class ExportFootage: Sendable {
    private static let cameraCount = 4
    private static let start = WallTime(microseconds: 1_772_431_200_000_000)
    private static let length = Microseconds.seconds(60)

    let byteCount: Int64
    private let folder: String
    private let files: [String]
    private let clips: [ExportClip]
    private let records: SQLiteRecordStore
    private let log: ConsultationBook
    private let exporter: Exporter
    private let incident: IncidentNumber

    init(folder: String, segmentCount: Int, segmentBytes: Int) async throws {
        self.folder = folder
        let logger = Logger(label: "caselight-bench") { _ in SwiftLogNoOpLogHandler() }
        records = try SQLiteRecordStore.open(path: "\(folder)/records.db", sealer: SecretSealer(.random()))
        let index = try SQLiteFootageIndex.open(path: "\(folder)/index.db")
        try FileManager.default.createDirectory(atPath: "\(folder)/archive", withIntermediateDirectories: true)
        let archive = try Archive.open(path: "\(folder)/archive", knownVolumes: [], adopting: true)
        let logStore = try SQLiteLogStore.open(path: "\(folder)/log.db")
        let key = SigningKey()
        log = try await ConsultationBook.open(
            .init(
                store: logStore, settings: LogSettings(origin: "caselight/bench", checkpointPath: "\(folder)/log.checkpoints"), key: key,
                clock: SystemWallClock(), logger: logger))
        incident = try IncidentNumber("BENCH-1")
        try await records.addIncident(
            Incident(number: incident, category: "none", span: TimeSpan(start: Self.start, end: Self.start + .days(1)), postedAt: Self.start))
        var writer = SegmentFiles(archive: archive, byteCount: segmentBytes)
        var (files, clips): ([String], [ExportClip]) = ([], [])
        for number in 0..<Self.cameraCount {
            let camera = Camera(code: try CameraCode("gate-\(number)"), name: "gate \(number)", createdAt: Self.start - .days(1))
            try await records.addCamera(camera, credentials: nil)
            let count = (segmentCount + number) / Self.cameraCount
            let span = TimeSpan(start: Self.start, end: Self.start + .seconds(Int64(count) * 60))
            let run = Run(
                id: .random(), camera: camera.code, origin: .feed, startedAt: span.start, endedAt: span.end,
                stream: StreamMetadata(container: "rtsp"))
            var changes: [IndexChange] = [.run(run)]
            for sequence in 0..<count {
                let start = Self.start + .seconds(Int64(sequence) * 60)
                let segment = try writer.write(SegmentID(run: run.id, sequence: UInt32(sequence)), of: camera.code, TimeSpan(start: start, end: start + Self.length))
                changes.append(.segment(segment))
                files.append(archive.videoPath(of: segment))
            }
            try await index.apply(changes)
            clips.append(ExportClip(camera: camera.code, span: span))
        }
        (self.files, self.clips) = (files, clips)
        byteCount = Int64(files.count) * Int64(segmentBytes)
        exporter = Exporter(
            ExportServices(
                records: records, cases: records, accounts: records, index: index, archive: archive, clips: NothingDerived(),
                stills: NothingDerived(), holds: NothingHeld(), log: log, logStore: logStore, key: key, clock: SystemWallClock(), logger: logger),
            ExportSettings(folder: "\(folder)/exports"))
        try await exporter.start()
    }

    var cameraFolders: [String] { clips.map { "\(folder)/archive/\($0.camera)" } }

    /// Has one package made of all of it.
    func export() async throws -> ExportOrder {
        let order = ExportOrder(
            id: RunID.random().description, incident: incident, reason: "measurement", requestedBy: try AccountName("bench"),
            requestedAt: SystemWallClock().now(), clips: clips)
        try await log.append(LoggedAct(.export, by: .daemon, incident: incident, purpose: order.reason, object: order.id))
        let updates = exporter.updates(of: order.id)
        try await exporter.submit(order)
        for await _ in updates {}
        guard let made = try await records.export(order.id), made.state == .ready else {
            throw Trouble("no package was made: \(try await records.export(order.id)?.failure ?? "its record is gone")")
        }
        return made
    }

    func removePackage(_ order: ExportOrder) throws { try FileManager.default.removeItem(atPath: try exporter.packagePath(of: order)) }

    func forgetCached() {
        for path in files {
            let file = open(path, O_RDONLY)
            if file >= 0 {
                posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
                close(file)
            }
        }
    }
}

/// Writes files that no two are alike of, named as the archive names segments.
private struct SegmentFiles {
    let archive: Archive
    private var bytes: [UInt8]
    private var number: UInt64 = 0

    init(archive: Archive, byteCount: Int) {
        self.archive = archive
        var random = SeededGenerator(seed: 10)
        bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            for index in buffer.indices { buffer.initializeElement(at: index, to: UInt8(truncatingIfNeeded: random.next() >> 32)) }
            count = byteCount
        }
    }

    mutating func write(_ id: SegmentID, of camera: CameraCode, _ span: TimeSpan) throws -> Segment {
        number += 1
        withUnsafeBytes(of: number) { bytes.replaceSubrange(0..<8, with: $0) }
        let sum = SHA256.hash(data: bytes).reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
        let segment = Segment(
            id: id, camera: camera, span: span, policy: .full, byteCount: Int64(bytes.count), initializationByteCount: 900, sha256: sum,
            endReason: .full, audio: nil, keyframes: .empty, activity: .empty)
        let path = archive.videoPath(of: segment)
        try FileManager.default.createDirectory(at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.withUnsafeBytes { try Data($0).write(to: URL(filePath: path)) }
        return segment
    }
}

/// Clips and stills are the still worker's, and measured apart.
private struct NothingDerived: ClipMaker, StillMaker {
    func clips(
        of sources: [ClipSource], wanted: TimeSpan, into folder: String, progress: @Sendable @escaping (Int64, Int64) -> Void
    ) async throws -> [ClipFile] { [] }

    func still(initialization: [UInt8], keyframe: [UInt8], widthPixels: Int?) async throws -> [UInt8] {
        throw CaselightError(.unsupportedMedia, "decode a still", because: "there are no pictures in a measurement")
    }
}

/// Nothing is deleted while it is measured.
private struct NothingHeld: HoldKeeper {
    func place(_ hold: Hold) async throws -> PlacedHold {
        PlacedHold(hold: hold, segmentCount: 0, byteCount: 0, covered: [], missing: [], expired: [])
    }
    func holds(of incident: IncidentNumber?, camera: CameraCode?, after: String?, limit: Int) async throws -> [Hold] { [] }
    func hold(_ id: String) async throws -> Hold? { nil }
    func incidentClosed(_ number: IncidentNumber, at time: WallTime) async throws -> [Hold] { [] }
    func incidentReopened(_ number: IncidentNumber) async throws -> [Hold] { [] }
    func askRelease(of id: String, by account: AccountName, reason: String) async throws -> Hold { throw Trouble("nothing is held") }
    func approveRelease(of id: String, by account: AccountName) async throws -> Hold { throw Trouble("nothing is held") }
}
