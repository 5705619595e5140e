import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import Glibc
import Logging
import Synchronization
import TestSupport
import Testing

@testable import CaselightIngest

/// Tells whatever time the test wants.
final class SetClock: WallClock {
    private let time: Mutex<WallTime>

    init(_ time: WallTime) { self.time = Mutex(time) }

    func now() -> WallTime { time.withLock { $0 } }
    func set(_ new: WallTime) { time.withLock { $0 = new } }
    func advance(by span: Microseconds) { time.withLock { $0 = $0 + span } }
}

/// Keeps what is entered, and refuses while it is said to be unwritable.
final class RecordingLog: ConsultationLog {
    private let state = Mutex<(acts: [LoggedAct], isWritable: Bool)>(([], true))

    var acts: [LoggedAct] { state.withLock { $0.acts } }
    func setWritable(_ isWritable: Bool) { state.withLock { $0.isWritable = isWritable } }

    @discardableResult
    func append(_ acts: [LoggedAct]) async throws(CaselightError) -> Int64 {
        let first: Int64? = state.withLock { state in
            guard state.isWritable else { return nil }
            state.acts += acts
            return Int64(state.acts.count - acts.count)
        }
        guard let first else { throw CaselightError(.logUnwritable, "append to the log", because: "the test says so") }
        return first
    }
}

/// A whole installation of stores, archive, holds and retention that can be stopped, robbed of parts and started again. One task uses it.
final class HeldInstallation: @unchecked Sendable {
    static let start = WallTime(microseconds: 1_795_000_000_000_000)

    let folder: URL
    let clock = SetClock(HeldInstallation.start)
    let log = RecordingLog()
    let sealer = SecretSealer(.random())
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private(set) var records: SQLiteRecordStore
    private(set) var index: SQLiteFootageIndex
    private(set) var archive: Archive
    private(set) var book: HoldBook
    private(set) var retention: Retention
    let footage: RecordedFootage
    let room = Room()
    private let volumeID: String
    private let mount: String?

    /// - Parameter diskMegabytes: puts the archive on a file system of its own of that size.
    init(diskMegabytes: Int? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "caselight-holds-\(UUID().uuidString)")
        let archivePath = folder.appending(path: "archive").path
        try FileManager.default.createDirectory(atPath: archivePath, withIntermediateDirectories: true)
        if let diskMegabytes {
            let outcome = try Program.run("mount", ["-t", "tmpfs", "-o", "size=\(diskMegabytes)m", "caselight-test", archivePath])
            try #require(outcome.status == 0, "\(outcome.errorText)")
        }
        mount = diskMegabytes.map { _ in archivePath }
        volumeID = try Archive.open(path: archivePath, knownVolumes: [], adopting: true).volumeID
        records = try SQLiteRecordStore.open(path: folder.appending(path: "records.db").path, sealer: sealer)
        index = try SQLiteFootageIndex.open(path: folder.appending(path: "index.db").path)
        // Without the lock, so that it can be opened anew within one process.
        archive = try Archive.openForReading(path: archivePath, knownVolumes: [volumeID])
        footage = RecordedFootage(archivePath: archivePath)
        book = Self.book(records, index, archive, log, clock, logger)
        retention = Self.retention(book, logger, room)
    }

    deinit {
        if let mount { _ = umount2(mount, Int32(MNT_DETACH)) }
        try? FileManager.default.removeItem(at: folder)
    }

    private static func book(
        _ records: SQLiteRecordStore, _ index: SQLiteFootageIndex, _ archive: Archive, _ log: RecordingLog, _ clock: SetClock, _ logger: Logger
    ) -> HoldBook {
        HoldBook(
            store: records, records: records, index: index, archive: archive, log: log, clock: clock, logger: logger, daysAfterClose: 180)
    }

    private static func retention(_ book: HoldBook, _ logger: Logger, _ room: Room) -> Retention {
        Retention(
            records: book.records, index: book.index, archive: book.archive, holds: book,
            outages: OutageBook(records: book.records, logger: logger), clock: book.clock, logger: logger, settings: { nil },
            onRoom: { room.set($0) })
    }

    /// Where it keeps something, for a test that takes it away while all is stopped.
    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Stops everything, does something to the files, and starts again as the daemon does.
    func restart(rebuildingIndex: Bool = false, _ change: () throws -> Void = {}) async throws {
        try records.close()
        try index.close()
        try change()
        if rebuildingIndex { for suffix in ["", "-wal", "-shm"] { unlink(path("index.db") + suffix) } }
        records = try SQLiteRecordStore.open(path: path("records.db"), sealer: sealer)
        index = try SQLiteFootageIndex.open(path: path("index.db"))
        archive = try Archive.openForReading(path: archive.path, knownVolumes: [volumeID])
        let recovery = Recovery(index: index, archive: archive, logger: logger)
        if rebuildingIndex { _ = try await recovery.rebuild() }
        book = Self.book(records, index, archive, log, clock, logger)
        retention = Self.retention(book, logger, room)
        await book.reconcile()
        if let shield = try? await book.shield() { _ = try await recovery.finishDeletions(sparing: shield) }
    }

    /// Takes in what was recorded: a run and its segments.
    func index(_ segments: [Segment], origin: RunOrigin = .feed) async throws {
        guard let first = segments.first, let last = segments.last else { return }
        let run = Run(
            id: first.id.run, camera: first.camera, origin: origin, startedAt: first.span.start, endedAt: last.span.end,
            stream: StreamMetadata(container: "rtsp"))
        try await index.apply([.run(run)] + segments.map { .segment($0) })
    }

    /// Goes through all cameras, as ten minutes of the daemon do.
    func expireAll(_ policy: RetentionPolicy = RetentionPolicy()) async throws {
        await book.tend()
        let count = try await index.camerasWithFootage().count
        for _ in 0...(count / 50) { try await retention.expireByAge(policy) }
    }

    func hold(_ camera: CameraCode, _ span: TimeSpan, incident: IncidentNumber? = nil, by account: String = "chen") throws -> Hold {
        Hold(
            id: Hold.randomID(), camera: camera, span: span, incident: incident, origin: .hand, reason: "前进路269号的案子",
            placedBy: try AccountName(account), placedAt: clock.now())
    }
}

/// What retention said of the room last.
final class Room: Sendable {
    private let state = Mutex<String?>(nil)

    var problem: String? { state.withLock { $0 } }
    func set(_ problem: String?) { state.withLock { $0 = problem } }
}
