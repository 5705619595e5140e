public import CaselightModel
import Foundation
import GRDB

/// `log.db`: the consultation log's rows in one SQLite file of its own.
///
/// A call that returns has its rows on disk (`synchronous=FULL`). Calls may come from any task; writes happen one after another. There is
/// no way to change or remove a row.
public final class SQLiteLogStore: LogStore {
    let file: SQLiteFile

    private init(file: SQLiteFile) { self.file = file }

    /// Opens the file, makes it where it is missing, and brings its schema up to date. Blocks; call it at start.
    ///
    /// - Throws: `CaselightError`: `newerSchema`, `damagedDatabase`, `diskFull`, `diskFailed`, `busy`.
    public static func open(path: String) throws(CaselightError) -> SQLiteLogStore {
        SQLiteLogStore(file: try SQLiteFile(path: path, form: .log))
    }

    /// Opens the log of an installation whose daemon may be running, to read it: nothing is made, brought up to date or checkpointed, and
    /// what would change it fails. Blocks.
    ///
    /// - Throws: `CaselightError`: `notFound`, `conflict` for an older schema, and as `open(path:)`.
    public static func openForReading(path: String) throws(CaselightError) -> SQLiteLogStore {
        SQLiteLogStore(file: try SQLiteFile(forReading: path, form: .log))
    }

    /// Whether this opening found no log: a new file, or an empty one.
    public var isNew: Bool { file.isNew }

    /// Closes the file; later calls fail. Blocks.
    public func close() throws(CaselightError) { try file.close() }

    public func append(_ rows: [LogRow], viewings: [ViewingChange], subtrees: [LogSubtree]) async throws {
        guard !rows.isEmpty || !viewings.isEmpty else { return }
        try await file.write("append \(rows.count) entries to the log") { db in
            try Self.checkPlace(of: rows, db)
            for row in rows {
                try db.run(
                    "INSERT INTO entries (sequence, leaf_hash, body) VALUES (?, ?, ?)",
                    [row.sequence, Data(row.leafHash), String(decoding: row.body, as: UTF8.self)])
            }
            for subtree in subtrees {
                try db.run("INSERT INTO subtrees (number, hash) VALUES (?, ?)", [subtree.number, Data(subtree.hash)])
            }
            for change in viewings { try Self.apply(change, db) }
        }
    }

    /// What a failed write left, or another program wrote, must not give two rows one place.
    private static func checkPlace(of rows: [LogRow], _ db: Database) throws {
        guard let first = rows.first else { return }
        let next = try db.first("SELECT coalesce(max(sequence) + 1, 0) FROM entries") { $0[0] as Int64 } ?? 0
        guard first.sequence == next, rows.indices.allSatisfy({ rows[$0].sequence == next + Int64($0) }) else {
            throw CaselightError(
                .conflict, "append to the log", because: "entry \(next) comes next, and entry \(first.sequence) was to be written")
        }
    }

    private static func apply(_ change: ViewingChange, _ db: Database) throws {
        switch change {
        case .put(let id, let state):
            try db.run("INSERT INTO viewings VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state", [id, Data(state)])
        case .drop(let id):
            try db.run("DELETE FROM viewings WHERE id = ?", [id])
        }
    }

    public func lastRow() async throws -> LogRow? {
        try await file.readOnce("read the log's last entry") { db in
            try Self.rows("SELECT sequence, leaf_hash, body FROM entries ORDER BY sequence DESC LIMIT 1", db) { _ in }.first
        }
    }

    public func rows(from sequence: Int64, limit: Int) async throws -> [LogRow] {
        try await file.readOnce("read the log's entries from \(sequence)") { db in
            try Self.rows("SELECT sequence, leaf_hash, body FROM entries WHERE sequence >= ?1 ORDER BY sequence LIMIT ?2", db) {
                try $0.bind(sequence, at: 1)
                try $0.bind(Int64(limit), at: 2)
            }
        }
    }

    public func viewings() async throws -> [(id: String, state: [UInt8])] {
        try await file.readOnce("read the viewings under way") { db in
            try db.all("SELECT id, state FROM viewings ORDER BY id") { ($0[0] as String, try $0.bytes(1)) }
        }
    }

    public func count() async throws -> Int64 {
        try await file.readOnce("count the log's entries") { db in
            try db.first("SELECT count(*) FROM entries") { $0[0] as Int64 } ?? 0
        }
    }

    public func subtrees(from number: Int64, limit: Int) async throws -> [LogSubtree] {
        try await file.readOnce("read the log's subtrees") { db in
            try db.all("SELECT number, hash FROM subtrees WHERE number >= ? ORDER BY number LIMIT ?", [number, limit]) {
                LogSubtree(number: $0[0], hash: try $0.bytes(1))
            }
        }
    }

    /// Rows of a statement that asks for `sequence, leaf_hash, body`.
    static func rows(_ sql: String, _ db: Database, bind: (QuickStatement) throws -> Void) throws -> [LogRow] {
        try db.quickly(sql) { statement in
            try bind(statement)
            var rows: [LogRow] = []
            while try statement.step() {
                rows.append(LogRow(sequence: statement.integer(0), body: statement.bytes(2), leafHash: statement.bytes(1)))
            }
            return rows
        }
    }
}
