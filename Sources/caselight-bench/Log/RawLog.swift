import Foundation
import GRDBSQLite

/// The least that a durable log costs in SQLite: one table, one writer, `synchronous=FULL`; no chain, no tree, no indexes.
///
/// Used by one thread.
final class RawLog {
    private let database: OpaquePointer
    private var insertion: OpaquePointer?
    private var next: Int64 = 0

    init(_ path: String) throws {
        var opened: OpaquePointer?
        guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else { throw Trouble("cannot make \(path)") }
        database = opened
        try run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE entries (sequence INTEGER PRIMARY KEY, body TEXT NOT NULL)")
        guard sqlite3_prepare_v2(database, "INSERT INTO entries VALUES (?, ?)", -1, &insertion, nil) == SQLITE_OK else { throw failure() }
    }

    deinit {
        sqlite3_finalize(insertion)
        sqlite3_close(database)
    }

    /// Commits groups of rows for so long.
    ///
    /// - Returns: rows in a second.
    func append(_ body: String, rowsPerCommit: Int, seconds: Double) throws -> Double {
        let (watch, first) = (Stopwatch(), next)
        while watch.seconds < seconds {
            try run("BEGIN IMMEDIATE")
            for _ in 0..<rowsPerCommit {
                sqlite3_bind_int64(insertion, 1, next)
                // SQLITE_TRANSIENT, a macro that Swift does not see: SQLite copies the text.
                sqlite3_bind_text(insertion, 2, body, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
                guard sqlite3_step(insertion) == SQLITE_DONE else { throw failure() }
                sqlite3_reset(insertion)
                next += 1
            }
            try run("COMMIT")
        }
        return Double(next - first) / watch.seconds
    }

    private func run(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    private func failure() -> Trouble { Trouble("SQLite: \(String(cString: sqlite3_errmsg(database)))") }
}
