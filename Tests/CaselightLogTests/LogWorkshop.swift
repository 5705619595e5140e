import CaselightEvidence
import CaselightModel
import CaselightStore
import Foundation
import Logging
import Synchronization

@testable import CaselightLog

/// A log in a folder of its own, gone with the last reference.
final class LogWorkshop: Sendable {
    static let origin = "caselight/test"

    let folder: String
    let clock = SteppedClock()
    let key: SigningKey

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "caselight-log-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        key = try SigningKey(seed: [UInt8](repeating: 7, count: SigningKey.seedByteCount))
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var database: String { folder + "/log.db" }
    var checkpointFile: CheckpointFile { CheckpointFile(path: folder + "/log.checkpoints") }

    func store() throws -> SQLiteLogStore { try SQLiteLogStore.open(path: database) }

    func parts(
        _ store: any LogStore, logger: Logger? = nil, publish: (@Sendable (SignedCheckpoint) async throws -> Void)? = nil
    ) -> ConsultationBook.Parts {
        ConsultationBook.Parts(
            store: store, settings: LogSettings(origin: Self.origin, checkpointPath: checkpointFile.path), key: key, clock: clock,
            logger: logger ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, publish: publish)
    }

    func book(_ store: any LogStore) async throws -> ConsultationBook { try await ConsultationBook.open(parts(store)) }

    /// A closed log of so many entries, with a checkpoint at its end and one at each of `checkpoints`.
    func fill(_ count: Int, checkpoints: [Int] = []) async throws {
        let store = try store()
        let book = try await book(store)
        var done = 0
        for end in checkpoints + [count] {
            try await book.append(try (done..<end).map { try act($0) })
            try await book.checkpoint()
            done = end
        }
        await book.close()
        try store.close()
    }

    /// One of a few kinds of acts, told by its number.
    func act(_ number: Int) throws -> LoggedAct {
        let who = ["wang.fang", "li.na", "zhao.lei"][number % 3]
        return LoggedAct(
            LogAction.allCases[number % LogAction.allCases.count],
            by: LogActor(who: who, unit: "三大队", roles: [.investigator], address: "10.0.0.\(number % 200)"),
            outcome: LogOutcome.allCases[number % 4], camera: number % 5 == 0 ? nil : try CameraCode("gate-\(number % 11)"),
            incident: try IncidentNumber("A2026-\(number % 17)"), purpose: "looks for the e-tricycle", detail: "act \(number)")
    }

    func entries(_ store: any LogStore) async throws -> [LogEntry] {
        try await store.rows(from: 0, limit: .max).map { try LogBody.entry($0.body) }
    }
}

/// Shows what it is set to.
final class SteppedClock: WallClock {
    private let time = Mutex(WallTime(microseconds: 1_772_431_200_000_000))

    func now() -> WallTime { time.withLock { $0 } }
    func step(_ seconds: Double) { time.withLock { $0 = $0 + Microseconds(Int64(seconds * 1e6)) } }
}

/// A store whose writes can be made to fail, or to wait; all else is the real one's.
final class BrittleStore: LogStore {
    let real: SQLiteLogStore
    let failure = Mutex<CaselightError?>(nil)
    /// How many entries each write brought.
    let groups = Mutex<[Int]>([])
    private let gate = Mutex<AsyncStream<Void>?>(nil)

    init(_ real: SQLiteLogStore) { self.real = real }

    /// Makes writes wait until the continuation yields, once for each.
    func holdWrites() -> AsyncStream<Void>.Continuation {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        gate.withLock { $0 = stream }
        return continuation
    }

    func append(_ rows: [LogRow], viewings: [ViewingChange], subtrees: [LogSubtree]) async throws {
        if let gate = gate.withLock({ $0 }) { for await _ in gate { break } }
        if let failure = failure.withLock({ $0 }) { throw failure }
        try await real.append(rows, viewings: viewings, subtrees: subtrees)
        groups.withLock { $0.append(rows.count) }
    }

    func lastRow() async throws -> LogRow? { try await real.lastRow() }
    func rows(from sequence: Int64, limit: Int) async throws -> [LogRow] { try await real.rows(from: sequence, limit: limit) }
    func rows(_ filter: LogFilter, before: Int64?, limit: Int) async throws -> [LogRow] {
        try await real.rows(filter, before: before, limit: limit)
    }
    func viewings() async throws -> [(id: String, state: [UInt8])] { try await real.viewings() }
    func count() async throws -> Int64 { try await real.count() }
    func subtrees(from number: Int64, limit: Int) async throws -> [LogSubtree] { try await real.subtrees(from: number, limit: limit) }
    func faults() async throws -> [String] { try await real.faults() }
}
