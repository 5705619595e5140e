import CaselightModel
import GRDB
import GRDBSQLite

/// A kept statement bound and stepped by hand, for the reads that every question is made of: a row costs what SQLite takes for it.
///
/// Valid within `Database.quickly`, on its connection's thread.
struct QuickStatement {
    private let handle: OpaquePointer

    fileprivate init(_ handle: OpaquePointer) { self.handle = handle }

    /// Parameters count from 1, as in SQL.
    func bind(_ value: Int64, at index: Int32) throws { try check(sqlite3_bind_int64(handle, index, value)) }

    func bind(_ text: String, at index: Int32) throws {
        var text = text
        try text.withUTF8 { bytes in
            try bytes.withMemoryRebound(to: CChar.self) { characters in
                try check(sqlite3_bind_text(handle, index, characters.baseAddress, Int32(characters.count), Self.copying))
            }
        }
    }

    /// Moves on to the next row; `false` past the last one.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    /// Ends the walk, so that the statement can be bound anew.
    func reset() { sqlite3_reset(handle) }

    var columnCount: Int { Int(sqlite3_column_count(handle)) }

    /// Columns count from 0.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, column)
    }

    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(handle, column) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
        return String(decoding: bytes, as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? { sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : text(column) }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// Two columns; what runs backward was never written by this program.
    func span(_ column: Int32) throws -> TimeSpan {
        let (start, end) = (WallTime(microseconds: integer(column)), WallTime(microseconds: integer(column + 1)))
        guard start < end else { throw StoreFailure.unexpected("\(start) to \(end)", in: "a time span") }
        return TimeSpan(start: start, end: end)
    }

    /// SQLITE_TRANSIENT, a macro that Swift does not see: SQLite copies the text.
    private static let copying = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private func check(_ code: Int32) throws { if code != SQLITE_OK { throw failure(code) } }

    private func failure(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: sqlite3_db_handle(handle).flatMap(sqlite3_errmsg).map { String(cString: $0) })
    }
}

extension Database {
    /// Lends a statement whose compiled form is kept for the next time.
    func quickly<Value>(_ sql: String, _ body: (QuickStatement) throws -> Value) throws -> Value {
        let statement = try cachedStatement(sql: sql)
        defer {
            // What is left open would hold a snapshot, and the log could not be emptied.
            sqlite3_reset(statement.sqliteStatement)
            sqlite3_clear_bindings(statement.sqliteStatement)
        }
        return try body(QuickStatement(statement.sqliteStatement))
    }

    /// As `quickly`, with the arguments of a filter.
    func quickly<Value>(_ sql: String, _ arguments: StatementArguments, _ body: (QuickStatement) throws -> Value) throws -> Value {
        let statement = try cachedStatement(sql: sql)
        try statement.setArguments(arguments)
        defer {
            sqlite3_reset(statement.sqliteStatement)
            sqlite3_clear_bindings(statement.sqliteStatement)
        }
        return try body(QuickStatement(statement.sqliteStatement))
    }

    /// Runs statements of a reading connection on one snapshot, with locks taken once and not for each.
    func onOneSnapshot<Value>(_ body: () throws -> Value) throws -> Value {
        _ = try quickly("BEGIN") { try $0.step() }
        // There is nothing to undo, whatever came of it.
        defer { _ = try? quickly("COMMIT") { try $0.step() } }
        return try body()
    }
}
