import CaselightModel
import Foundation
import GRDBSQLite

/// The least a question can cost in SQLite: an R*Tree of fields of view, covered stretches by camera and start, one prepared statement.
///
/// Knows neither causes of gaps nor clocks nor what sees what; it is what the product's answer is compared with. Used by one thread.
final class RawSQLite {
    private let database: OpaquePointer
    private var question: OpaquePointer?

    /// Of a minute's rows, as programs keep them that have a row for each file.
    private static let minute = Microseconds.seconds(60)
    private static let camerasPerTransaction = 20

    /// - Parameter isByMinute: a row for each minute of footage and not for each unbroken stretch.
    init(_ path: String, _ city: City, isByMinute: Bool) throws {
        var opened: OpaquePointer?
        guard sqlite3_open(path, &opened) == SQLITE_OK, let opened else { throw Trouble("cannot make \(path)") }
        database = opened
        try run("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144")
        try run(
            """
            CREATE VIRTUAL TABLE views USING rtree(id, west, east, south, north);
            CREATE TABLE footage (camera INTEGER, start INTEGER, ends INTEGER, bytes INTEGER, PRIMARY KEY (camera, start)) WITHOUT ROWID;
            """)
        try fill(city, isByMinute: isByMinute)
        try run("PRAGMA wal_checkpoint(TRUNCATE)")
        question = try prepared(
            """
            SELECT v.id, f.start, f.ends, f.bytes FROM views v CROSS JOIN footage f ON f.camera = v.id
            WHERE v.east >= ?1 AND v.west <= ?2 AND v.north >= ?3 AND v.south <= ?4
              AND f.start >= coalesce((SELECT max(b.start) FROM footage b WHERE b.camera = v.id AND b.start <= ?5), ?5)
              AND f.start < ?6 AND f.ends > ?5
            """)
    }

    deinit {
        sqlite3_finalize(question)
        sqlite3_close(database)
    }

    /// - Returns: how many rows were found.
    func ask(_ question: City.Question) -> Int {
        let box = GeoBox(south: question.center.latitude, west: question.center.longitude, north: question.center.latitude, east: question.center.longitude)
            .grown(byMeters: City.Question.radiusMeters)
        let statement = self.question
        for (index, value) in [box.west, box.east, box.south, box.north].enumerated() { sqlite3_bind_double(statement, Int32(index + 1), value) }
        sqlite3_bind_int64(statement, 5, question.span.start.microseconds)
        sqlite3_bind_int64(statement, 6, question.span.end.microseconds)
        var (rows, sum) = (0, Int64(0))
        while sqlite3_step(statement) == SQLITE_ROW {
            for column in 0..<Int32(4) { sum &+= sqlite3_column_int64(statement, column) }
            rows += 1
        }
        sqlite3_reset(statement)
        return sum == 0 ? 0 : rows
    }

    private func fill(_ city: City, isByMinute: Bool) throws {
        let view = try prepared("INSERT INTO views VALUES (?, ?, ?, ?, ?)")
        let row = try prepared("INSERT INTO footage VALUES (?, ?, ?, ?)")
        defer { for statement in [view, row] { sqlite3_finalize(statement) } }
        try run("BEGIN")
        for number in 0..<city.cameraCount {
            if number % Self.camerasPerTransaction == Self.camerasPerTransaction - 1 { try run("COMMIT; BEGIN") }
            guard let box = try city.camera(number).fieldOfView?.boundingBox else { continue }
            sqlite3_bind_int64(view, 1, Int64(number + 1))
            for (index, value) in [box.west, box.east, box.south, box.north].enumerated() { sqlite3_bind_double(view, Int32(index + 2), value) }
            try step(view)
            for span in city.footage(of: number) { try insert(span, of: number, isByMinute: isByMinute, row) }
        }
        try run("COMMIT")
    }

    private func insert(_ span: TimeSpan, of camera: Int, isByMinute: Bool, _ statement: OpaquePointer?) throws {
        var start = span.start
        while start < span.end {
            let end = isByMinute ? min(span.end, start + Self.minute) : span.end
            sqlite3_bind_int64(statement, 1, Int64(camera + 1))
            sqlite3_bind_int64(statement, 2, start.microseconds)
            sqlite3_bind_int64(statement, 3, end.microseconds)
            sqlite3_bind_int64(statement, 4, 12_500_000)
            try step(statement)
            start = end
        }
    }

    private func step(_ statement: OpaquePointer?) throws {
        guard sqlite3_step(statement) == SQLITE_DONE else { throw failure() }
        sqlite3_reset(statement)
    }

    private func run(_ sql: String) throws {
        guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw failure() }
    }

    private func prepared(_ sql: String) throws -> OpaquePointer? {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK else { throw failure() }
        return statement
    }

    private func failure() -> Trouble { Trouble("SQLite: \(String(cString: sqlite3_errmsg(database)))") }
}
