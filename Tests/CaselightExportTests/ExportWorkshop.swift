import CaselightArchive
import CaselightEvidence
import CaselightLog
import CaselightModel
import CaselightStore
import Crypto
import Foundation
import Logging
import TestSupport
import Testing

@testable import CaselightExport
@testable import CaselightIngest

/// Real databases, a real archive, real workers and a real log, in a folder of its own.
final class ExportWorkshop: Sendable {
    static let start = WallTime(microseconds: 1_772_431_200_000_000)  // 2026-03-02T06:00:00Z

    let folder: URL
    let records: SQLiteRecordStore
    let index: SQLiteFootageIndex
    let archive: Archive
    let desk: MediaDesk
    let logStore: SQLiteLogStore
    let book: ConsultationBook
    let holds: HoldBook
    let key: SigningKey
    let incident: IncidentNumber
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "caselight-export-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "archive"), withIntermediateDirectories: true)
        records = try SQLiteRecordStore.open(path: folder.appending(path: "records.db").path, sealer: SecretSealer(.random()))
        index = try SQLiteFootageIndex.open(path: folder.appending(path: "index.db").path)
        let archivePath = folder.appending(path: "archive").path
        archive = try Archive.open(path: archivePath, knownVolumes: [], adopting: true)
        logStore = try SQLiteLogStore.open(path: folder.appending(path: "log.db").path)
        key = try SigningKey(seed: [UInt8](repeating: 7, count: SigningKey.seedByteCount))
        book = try await ConsultationBook.open(
            .init(
                store: logStore, settings: LogSettings(origin: "caselight/test", checkpointPath: folder.appending(path: "log.checkpoints").path),
                key: key, clock: SystemWallClock(), logger: logger))
        holds = HoldBook(
            store: records, records: records, index: index, archive: archive, log: book, clock: SystemWallClock(), logger: logger,
            daysAfterClose: 30)
        var settings = IngestSettings(workerPath: Self.products.appending(path: "caselight-media").path, archivePath: archivePath)
        settings.segmentLength = .seconds(4)
        desk = MediaDesk(index: index, archive: archive, settings: settings, logger: logger)
        incident = try IncidentNumber("A-269")
        var record = Incident(
            number: incident, category: "theft", span: TimeSpan(start: Self.start, end: Self.start + .seconds(60)), postedAt: Self.start)
        (record.address, record.text) = ("269 Qianjin Road", "a fridge was taken off a tricycle")
        try await records.addIncident(record)
        var account = Account(name: try AccountName("wang.fang"), roles: [.investigator], createdAt: Self.start)
        (account.displayName, account.unit) = ("王芳", "三大队")
        try await records.addAccount(account, password: nil)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    static let products: URL = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.appending(path: "caselight-media").path) {
            folder = folder.deletingLastPathComponent()
        }
        return folder
    }()

    var packages: URL { folder.appending(path: "exports") }

    var services: ExportServices {
        ExportServices(
            records: records, cases: records, accounts: records, index: index, archive: archive, clips: desk, stills: desk,
            holds: holds, log: book, logStore: logStore, key: key, clock: SystemWallClock(), logger: logger)
    }

    var settings: ExportSettings {
        var settings = ExportSettings(folder: packages.path)
        settings.reserveBytes = 0
        return settings
    }

    /// Twelve seconds of footage in segments of four, recorded by the real worker.
    ///
    /// - Parameter isFeed: as if it had come over the network; else the file is kept as it was handed over.
    func record(_ code: String, at start: WallTime = start, isFeed: Bool, size: String = "160x90", _ codecs: [String]) async throws -> Run {
        let camera = try CameraCode(code)
        if try await records.camera(camera) == nil {
            var record = Camera(code: camera, name: "Camera \(code)", createdAt: start - .days(1))
            (record.position, record.bearingDegrees) = (try GeoPoint(latitude: 31.23, longitude: 121.47), 90)
            try await records.addCamera(record, credentials: nil)
        }
        let file = folder.appending(path: "\(code)-\(UUID().uuidString.prefix(8)).mkv")
        let made = try Program.run(
            "ffmpeg",
            ["-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc2=s=\(size):r=25:d=12", "-f", "lavfi", "-i", "sine=f=440:r=8000:d=12", "-pix_fmt", "yuv420p"]
                + codecs + [file.path])
        try #require(made.status == 0, "\(made.errorText)")
        let id = RunID.random()
        let receiver = try archive.receiveOriginal(camera: camera, run: id, name: file.lastPathComponent)
        try await receiver.append([UInt8](try Data(contentsOf: file)))
        let kept = try await receiver.finish()
        var run = try await desk.importFootage(
            FootageImport(camera: camera, run: id, path: kept.path, name: file.lastPathComponent, sha256: kept.sha256, startsAt: start),
            progress: { _, _ in })
        if isFeed {
            try await archive.discardOriginal(at: kept.path)
            run.origin = .feed
            try await index.apply([.run(run)])
        }
        return run
    }

    /// A new order, which the log allows.
    func order(_ clips: [ExportClip]) async throws -> ExportOrder {
        let order = ExportOrder(
            id: RunID.random().description, incident: incident, reason: "arrest of 2 March", requestedBy: try AccountName("wang.fang"),
            requestedAt: SystemWallClock().now(), clips: clips)
        try await book.append(
            LoggedAct(.export, by: LogActor(who: "wang.fang"), incident: incident, purpose: order.reason, object: order.id))
        return order
    }

    /// Submits an order and waits for its end.
    func make(_ order: ExportOrder, with exporter: Exporter) async throws -> ExportOrder {
        let updates = exporter.updates(of: order.id)
        try await exporter.submit(order)
        for await _ in updates {}
        return try #require(try await records.export(order.id))
    }

    func unpack(_ order: ExportOrder) throws -> URL {
        let target = folder.appending(path: "unpacked-\(order.id)")
        let outcome = try Program.run("unzip", ["-q", packages.appending(path: "\(order.id).zip").path, "-d", target.path])
        try #require(outcome.status == 0, "\(outcome.errorText)")
        return target
    }

    func stop() async { await desk.stop() }

    /// What lies where packages are made.
    var left: [String] { (try? FileManager.default.contentsOfDirectory(atPath: packages.path))?.sorted() ?? [] }

    func acts(_ action: LogAction) async throws -> [LoggedAct] {
        try await logStore.rows(LogFilter(incident: incident, action: action), before: nil, limit: 100).map { try LogBody.entry($0.body).act }
    }
}

func sha256(_ file: URL) throws -> String {
    SHA256.hash(data: try Data(contentsOf: file, options: .mappedIfSafe)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
