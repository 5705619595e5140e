import CaselightModel
import Foundation
import GRDB
import TestSupport
import Testing

@testable import CaselightStore

/// The log's file: added to and never changed, found by every filter, honest about damage.
@Suite struct SQLiteLogStoreTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("log.db")
    }

    /// Rows as a log has them, but for the chain, which the store knows nothing of.
    private func rows(_ range: Range<Int>, at time: (Int) -> WallTime = { at(Double($0)) }) throws -> [LogRow] {
        try range.map { number in
            let act = LoggedAct(
                LogAction.allCases[number % 7], by: LogActor(who: "person-\(number % 5)"), outcome: LogOutcome.allCases[number % 4],
                camera: number % 3 == 0 ? nil : try code("gate-\(number % 6)"),
                incident: number % 2 == 0 ? nil : try CaselightStoreTests.number("A-\(number % 9)"))
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let entry = LogEntry(sequence: Int64(number), at: time(number), previous: LogEntry.noPrevious, act: act)
            return LogRow(
                sequence: Int64(number), body: Array(try encoder.encode(entry)), leafHash: [UInt8](repeating: UInt8(number % 251), count: 32))
        }
    }

    private func entry(_ row: LogRow) throws -> LogEntry { try JSONDecoder().decode(LogEntry.self, from: Data(row.body)) }

    /// Another connection, as somebody with the file's rights opens one.
    private func intrude(_ body: (Database) throws -> Void) throws {
        var configuration = Configuration()
        configuration.prepareDatabase { try $0.execute(sql: "PRAGMA writable_schema = ON") }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction(body)
        try queue.close()
    }

    @Test func givesRowsBackAsTheyWereAndInOrder() async throws {
        let store = try SQLiteLogStore.open(path: path)
        #expect(store.isNew)
        #expect(try await store.lastRow() == nil)
        let rows = try rows(0..<50)
        try await store.append(Array(rows[..<20]), viewings: [], subtrees: [])
        try await store.append(Array(rows[20...]), viewings: [], subtrees: [LogSubtree(number: 0, hash: rows[3].leafHash)])
        #expect(try await store.rows(from: 0, limit: 100) == rows)
        #expect(try await store.rows(from: 17, limit: 5) == Array(rows[17..<22]))
        #expect(try await store.rows(from: 50, limit: 5).isEmpty)
        #expect(try await store.lastRow() == rows[49])
        #expect(try await store.count() == 50)
        #expect(try await store.subtrees(from: 0, limit: 5) == [LogSubtree(number: 0, hash: rows[3].leafHash)])
        #expect(try await store.faults().isEmpty)
        try store.close()
        let again = try SQLiteLogStore.open(path: path)
        #expect(!again.isNew)
        #expect(try await again.rows(from: 0, limit: 100) == rows)
    }

    @Test func pressesToDiskFully() throws {
        let file = try SQLiteFile(path: path, form: .log)
        try file.pool.writeWithoutTransaction { db throws in
            #expect(try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2)
            #expect(try Int32.fetchOne(db, sql: "PRAGMA application_id") == 0x43_53_4C_4C)
        }
        try file.close()
    }

    @Test(arguments: [[5], [0], [-1], [3, 5], [3, 3], [4, 3]])
    func refusesRowsOutOfTheirPlaceAndWritesNothing(sequences: [Int64]) async throws {
        let store = try SQLiteLogStore.open(path: path)
        let rows = try rows(0..<10)
        try await store.append(Array(rows[..<3]), viewings: [.put(id: "a", state: [1])], subtrees: [])
        let wrong = sequences.map { LogRow(sequence: $0, body: rows[4].body, leafHash: rows[4].leafHash) }
        let error = await #expect(throws: CaselightError.self) {
            try await store.append(wrong, viewings: [.drop(id: "a")], subtrees: [])
        }
        #expect(error?.code == .conflict)
        #expect(try await store.rows(from: 0, limit: 100) == Array(rows[..<3]))
        #expect(try await store.viewings().map(\.id) == ["a"])
    }

    @Test func viewingsAreReplacedAndDropped() async throws {
        let store = try SQLiteLogStore.open(path: path)
        try await store.append([], viewings: [.put(id: "b", state: [1]), .put(id: "a", state: [2])], subtrees: [])
        try await store.append([], viewings: [.put(id: "b", state: [3, 4]), .drop(id: "none")], subtrees: [])
        #expect(try await store.viewings().map(\.id) == ["a", "b"])
        #expect(try await store.viewings().map(\.state) == [[2], [3, 4]])
        try await store.append(try rows(0..<1), viewings: [.drop(id: "a"), .drop(id: "b")], subtrees: [])
        #expect(try await store.viewings().isEmpty)
    }

    @Test(arguments: [
        "DELETE FROM entries WHERE sequence = 2", "UPDATE entries SET body = replace(body, 'person', 'nobody')",
        "UPDATE entries SET sequence = 9 WHERE sequence = 2", "UPDATE entries SET leaf_hash = zeroblob(32)", "DELETE FROM entries",
        "INSERT INTO entries (sequence, leaf_hash, body) VALUES (2, zeroblob(32), '{}')",
        "INSERT INTO entries (sequence, leaf_hash, body) VALUES (5, zeroblob(31), '{}')",
        "INSERT INTO entries (sequence, leaf_hash, body) VALUES (5, zeroblob(32), 'no JSON')",
    ])
    func refusesStatementsThatWouldChangeRows(sql: String) async throws {
        let store = try SQLiteLogStore.open(path: path)
        let rows = try rows(0..<5)
        try await store.append(rows, viewings: [], subtrees: [])
        #expect(throws: DatabaseError.self) { try intrude { try $0.execute(sql: sql) } }
        #expect(try await store.rows(from: 0, limit: 100) == rows)
    }

    @Test func everyFilterFindsWhatLookingAtEachRowFinds() async throws {
        let store = try SQLiteLogStore.open(path: path)
        // A clock that is set back twice, with whole, milli- and microseconds.
        let all = try rows(0..<900) { number in
            at(Double(number) - (number > 400 ? 300 : 0) - (number > 700 ? 100 : 0)) + Microseconds([0, 500_000, 123_456][number % 3])
        }
        try await store.append(all, viewings: [], subtrees: [])
        let entries = try all.map { try entry($0) }
        var random = SeededGenerator(seed: 25)
        for round in 0..<300 {
            func perhaps<Value>(_ value: @autoclosure () throws -> Value) rethrows -> Value? {
                Bool.random(using: &random) && Bool.random(using: &random) ? try value() : nil
            }
            let start = Double.random(in: -50...900, using: &random).rounded()
            let filter = LogFilter(
                who: perhaps("person-\(round % 6)"), camera: try perhaps(try code("gate-\(round % 7)")),
                incident: try perhaps(try number("A-\(round % 10)")), action: perhaps(LogAction.allCases[round % 8]),
                outcome: perhaps(LogOutcome.allCases[round % 4]), span: perhaps(span(start, start + Double(round % 250) + 0.5)))
            let before = perhaps(Int64(round * 3))
            let limit = round % 40 + 1
            let expected = entries.filter { filter.admits($0) && $0.sequence < before ?? .max }.reversed().prefix(limit).map(\.sequence)
            #expect(try await store.rows(filter, before: before, limit: limit).map(\.sequence) == Array(expected), "\(filter) \(String(describing: before))")
        }
    }

    @Test func timesAreExactToTheMicrosecond() async throws {
        let store = try SQLiteLogStore.open(path: path)
        let offsets: [Int64] = [0, 1, 1000, 1001, 500_000, 999_999, 1_000_000]
        try await store.append(try rows(0..<7) { at(0) + Microseconds(offsets[$0]) }, viewings: [], subtrees: [])
        for (place, offset) in offsets.enumerated() {
            let from = TimeSpan(start: at(0) + Microseconds(offset), end: .distantFuture)
            #expect(try await store.rows(LogFilter(span: from), before: nil, limit: 10).map(\.sequence) == (Int64(place)..<7).reversed())
            let upTo = TimeSpan(start: .distantPast, end: at(0) + Microseconds(offset))
            #expect(try await store.rows(LogFilter(span: upTo), before: nil, limit: 10).map(\.sequence) == (0..<Int64(place)).reversed())
        }
    }

    @Test func noticesADroppedGuardAndAnIndexThatLies() async throws {
        let store = try SQLiteLogStore.open(path: path)
        try await store.append(try rows(0..<30), viewings: [], subtrees: [])
        try store.close()

        let clean = try Data(contentsOf: URL(fileURLWithPath: path))
        let changes: [(String, String)] = [
            ("DROP TRIGGER entries_stay", "'entries_stay' is missing from the database"),
            ("CREATE TRIGGER more AFTER INSERT ON entries BEGIN SELECT 1; END", "'more' was added to the database"),
            ("DROP INDEX entries_by_who; CREATE INDEX entries_by_who ON entries (action)", "'entries_by_who' is not as this program made it"),
        ]
        for (sql, fault) in changes {
            try clean.write(to: URL(fileURLWithPath: path))
            try intrude { try $0.execute(sql: sql) }
            let store = try SQLiteLogStore.open(path: path)
            #expect(try await store.faults() == [fault])
            try store.close()
        }
    }

    @Test func noticesRowsChangedPastTheirIndexes() async throws {
        let store = try SQLiteLogStore.open(path: path)
        try await store.append(try rows(0..<30), viewings: [], subtrees: [])
        try store.close()
        var hidden: [Row] = []
        try intrude { db in
            hidden = try Row.fetchAll(db, sql: "SELECT * FROM sqlite_master WHERE type = 'trigger' OR name = 'entries_by_who'")
            try db.execute(sql: "DELETE FROM sqlite_master WHERE type = 'trigger' OR name = 'entries_by_who'")
        }
        try intrude { try $0.execute(sql: "UPDATE entries SET body = replace(body, 'person-2', 'person-3') WHERE sequence = 12") }
        try intrude { db in
            for row in hidden { try db.execute(sql: "INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", arguments: StatementArguments(row.databaseValues)) }
        }
        let again = try SQLiteLogStore.open(path: path)
        let faults = try await again.faults()
        #expect(faults.contains { $0.contains("entries_by_who") }, "\(faults)")
        try again.close()
    }

    @Test(arguments: [
        (LogFilter(incident: try? IncidentNumber("A-1")), "entries_by_incident"), (LogFilter(camera: try? CameraCode("gate-1")), "entries_by_camera"),
        (LogFilter(who: "person-1"), "entries_by_who"), (LogFilter(action: .search), "entries_by_action"),
        (LogFilter(outcome: .refused), "entries_by_outcome"),
    ])
    func newestFirstNeedsNoSorting(filter: LogFilter, index: String) async throws {
        let store = try SQLiteLogStore.open(path: path)
        try await store.append(try rows(0..<30), viewings: [], subtrees: [])
        let plan = try await store.plan(filter)
        #expect(plan.contains { $0.contains("USING INDEX \(index)") }, "\(plan)")
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }
}

extension LogFilter {
    /// What the filter means, said once more.
    fileprivate func admits(_ entry: LogEntry) -> Bool {
        (who == nil || entry.act.actor.who == who) && (camera == nil || entry.act.camera == camera)
            && (incident == nil || entry.act.incident == incident) && (action == nil || entry.act.action == action)
            && (outcome == nil || entry.act.outcome == outcome) && (span.map { $0.contains(entry.at) } ?? true)
    }
}
