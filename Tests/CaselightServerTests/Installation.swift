import CaselightArchive
import CaselightEvidence
import CaselightLog
import CaselightModel
import CaselightPush
import CaselightStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization

@testable import CaselightServer

/// A whole installation in a folder of its own: real records, a real index, a real archive, and a real router over them.
///
/// Feeds and stills are scripted: what fulfils them in the daemon stands on the far side of an arrow the server must not cross.
final class Installation: Sendable {
    /// Of the account `everybody`, which holds every role.
    static let token = TokenText(id: "0123456789abcdef", secret: String(repeating: "0123456789abcdef", count: 4)).text

    let folder: URL
    let records: SQLiteRecordStore
    let index: SQLiteFootageIndex
    let archive: Archive
    let feeds = ScriptedFeeds()
    let stills = ScriptedStills()
    let clock = SteppedClock()
    let log = LogBook()
    let logStore: SQLiteLogStore
    let book: ConsultationBook
    let holds: ScriptedHolds
    let exports = ScriptedExports()
    let limits: ServerLimits

    init(limits: ServerLimits = ServerLimits()) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("caselight-server-\(RunID.random())")
        let archivePath = folder.appendingPathComponent("archive").path
        try FileManager.default.createDirectory(atPath: archivePath, withIntermediateDirectories: true)
        records = try SQLiteRecordStore.open(path: folder.appendingPathComponent("records.db").path, sealer: SecretSealer(.random()))
        holds = ScriptedHolds(store: records)
        logStore = try SQLiteLogStore.open(path: folder.appendingPathComponent("log.db").path)
        book = try await ConsultationBook.open(ConsultationBook.Parts(
            store: logStore,
            settings: LogSettings(origin: "caselight/test", checkpointPath: folder.appendingPathComponent("checkpoints").path),
            key: SigningKey(), clock: clock, logger: Logger(label: "log") { [log] _ in BookLogHandler(book: log) }))
        index = try SQLiteFootageIndex.open(path: folder.appendingPathComponent("index.db").path)
        archive = try Archive.open(path: archivePath, knownVolumes: [], adopting: true)
        self.limits = limits
        try await addAccount("everybody", Role.allCases, token: TokenText(Self.token))
    }

    /// Makes an account and a token for it.
    @discardableResult
    func addAccount(_ name: String, _ roles: [Role], groups: [String] = [], token: TokenText? = nil) async throws -> String {
        var account = Account(name: try AccountName(name), roles: roles, createdAt: clock.now())
        account.groups = groups
        try await records.addAccount(account, password: nil)
        let text = token ?? TokenText()
        try await records.addToken(
            AccessToken(id: text.id, account: account.name, name: "test", createdAt: clock.now(), expiresAt: clock.now() + .days(400)),
            digest: text.digest)
        return text.text
    }

    /// The log's entries, oldest first.
    func entries() async throws -> [LogEntry] {
        try await logStore.rows(from: 0, limit: 10_000).map { try JSONDecoder().decode(LogEntry.self, from: Data($0.body)) }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var services: ServerServices {
        ServerServices(
            records: records, board: records, accounts: records, book: book, logRows: logStore, cases: records, holds: holds, exports: exports, index: index,
            archive: archive, feeds: feeds, stills: stills, push: records,
            pushTester: Deliverer(store: records, news: { [records] in records.stepNews() }, clock: clock, logger: Logger(label: "push")),
            keys: KeysInMemory(records: records), clock: clock, readiness: { [] })
    }

    var settings: ServerSettings { ServerSettings(port: 0, version: "1.2.3", limits: limits) }

    /// The routes, as a client that holds the token sees them.
    static func run<Result: Sendable>(
        limits: ServerLimits = ServerLimits(), setup: TestingSetup = .router, _ test: @Sendable (Installation, Client) async throws -> Result
    ) async throws -> Result {
        let installation = try await Installation(limits: limits)
        let logger = Logger(label: "test") { _ in BookLogHandler(book: installation.log) }
        let application = makeApplication(services: installation.services, settings: installation.settings, logger: logger)
        return try await application.test(setup) { try await test(installation, Client(client: $0)) }
    }

    // MARK: Footage

    static let start = WallTime(microseconds: 1_772_434_800_000_000)  // 2026-03-02T07:00:00Z

    func addCamera(_ code: String, at place: GeoPoint? = nil) async throws -> Camera {
        var camera = Camera(code: try CameraCode(code), name: code, createdAt: Self.start - .days(30))
        camera.position = place
        try await records.addCamera(camera, credentials: nil)
        return camera
    }

    func addIncident(_ number: String, at place: GeoPoint? = nil) async throws {
        var incident = Incident(
            number: try IncidentNumber(number), category: "theft", span: TimeSpan(start: Self.start, end: Self.start + .seconds(120)),
            postedAt: clock.now())
        incident.position = place
        try await records.addIncident(incident)
    }

    /// A closed segment of a minute with five keyframes and a file of `byteCount` known bytes.
    @discardableResult
    func addSegment(
        _ camera: String, run: UInt64 = 1, sequence: UInt32 = 0, second: Int64 = 0, byteCount: Int = 10_000, audio: AudioSibling? = nil
    ) async throws -> Segment {
        let code = try CameraCode(camera)
        let id = RunID(run)
        let span = TimeSpan(start: Self.start + .seconds(second), end: Self.start + .seconds(second + 60))
        let keyframes = (0..<5).map { Keyframe(time: span.start + .seconds(Int64($0) * 12), offset: Int64(1000 + $0 * 1000), byteCount: 500) }
        let segment = Segment(
            id: SegmentID(run: id, sequence: sequence), camera: code, span: span, policy: .full, byteCount: Int64(byteCount),
            initializationByteCount: 800, sha256: String(repeating: "ab", count: 32), endReason: .full, audio: audio,
            keyframes: KeyframeTable(keyframes, from: span.start), activity: ActivityTable(bytesPerSecond: [0, 100, 2000]))
        try await index.apply([
            .run(Run(id: id, camera: code, origin: .feed, startedAt: Self.start, endedAt: nil, stream: Self.stream)), .segment(segment),
        ])
        try write(Self.content(byteCount), to: archive.videoPath(of: segment))
        if let audio, let path = archive.audioPath(of: segment) { try write(Self.content(Int(audio.byteCount)), to: path) }
        return segment
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        let url = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    static func content(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) } }

    static var stream: StreamMetadata {
        var stream = StreamMetadata(container: "rtsp")
        stream.video = VideoStream(codec: "h264", widthPixels: 1280, heightPixels: 720, timeBaseHertz: 90_000)
        return stream
    }
}

/// A clock that stands until it is stepped.
final class SteppedClock: WallClock {
    private let time = Mutex(Installation.start + .seconds(3600))
    func now() -> WallTime { time.withLock { $0 } }
    func step(_ span: Microseconds) { time.withLock { $0 = $0 + span } }
}

/// With keys in memory alone.
struct KeysInMemory: KeyRotation {
    let records: SQLiteRecordStore

    func rotate() async throws -> RotatedKey {
        let keys = SecretKeys.random()
        return RotatedKey(keyID: keys.newestID, secretCount: try await records.rotateSecrets(to: keys))
    }
}
