import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import Logging
import TestSupport
import Testing

@testable import CaselightIngest

/// Real databases and a real archive in a folder of their own, and a clock that stands.
final class Installation: Sendable {
    struct StandingClock: WallClock {
        let time: WallTime
        func now() -> WallTime { time }
    }

    static let now = WallTime(microseconds: 1_795_000_000_000_000)

    let folder: URL
    let records: SQLiteRecordStore
    let index: SQLiteFootageIndex
    let archive: Archive
    let outages: OutageBook
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "caselight-ingest-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appending(path: "archive"), withIntermediateDirectories: true)
        records = try SQLiteRecordStore.open(path: folder.appending(path: "records.db").path, sealer: SecretSealer(.random()))
        index = try SQLiteFootageIndex.open(path: folder.appending(path: "index.db").path)
        archive = try Archive.open(path: folder.appending(path: "archive").path, knownVolumes: [], adopting: true)
        outages = OutageBook(records: records, logger: logger)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func makeRetention() -> Retention {
        let clock = StandingClock(time: Self.now)
        let book = HoldBook(
            store: records, records: records, index: index, archive: archive, log: RecordingLog(), clock: clock, logger: logger,
            daysAfterClose: 180)
        return Retention(
            records: records, index: index, archive: archive, holds: book, outages: outages, clock: clock, logger: logger, settings: { nil })
    }

    /// A camera with a minute of footage that began so many days ago, for each number given.
    func addCamera(_ code: String, retentionDays: Int?, footageDaysAgo: [Int]) async throws -> CameraCode {
        var camera = Camera(code: try CameraCode(code), name: code, createdAt: Self.now - .days(100))
        camera.retentionDays = retentionDays
        try await records.addCamera(camera, credentials: nil)
        let run = Run(
            id: .random(), camera: camera.code, origin: .feed, startedAt: Self.now - .days(99), endedAt: Self.now,
            stream: StreamMetadata(container: "rtsp"))
        var changes: [IndexChange] = [.run(run)]
        for (sequence, days) in footageDaysAgo.enumerated() {
            let start = Self.now - .days(Int64(days))
            changes.append(
                .segment(
                    Segment(
                        id: SegmentID(run: run.id, sequence: UInt32(sequence)), camera: camera.code,
                        span: TimeSpan(start: start, end: start + .seconds(60)), policy: .full, byteCount: 1000, initializationByteCount: 700,
                        sha256: String(repeating: "0", count: 64), endReason: .full, audio: nil, keyframes: .empty, activity: .empty)))
        }
        try await index.apply(changes)
        return camera.code
    }

    /// Changes the index from outside, as nobody should.
    func runSQLite(_ statement: String) throws {
        let outcome = try Program.run("sqlite3", ["-cmd", ".timeout 5000", folder.appending(path: "index.db").path, statement])
        try #require(outcome.status == 0, "\(outcome.errorText)")
    }

    func footageDaysAgo(_ code: CameraCode) async throws -> [Int64] {
        let span = TimeSpan(start: .distantPast, end: .distantFuture)
        return try await index.segments(of: code, overlapping: span, limit: 100, detailed: false)
            .map { (Self.now - $0.span.start).value / Microseconds.days(1).value }
    }
}
