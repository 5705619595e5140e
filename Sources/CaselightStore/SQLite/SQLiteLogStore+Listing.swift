public import CaselightModel
import GRDB

extension SQLiteLogStore {
    public func rows(_ filter: LogFilter, before: Int64?, limit: Int) async throws -> [LogRow] {
        try await file.read("list the log's entries") { db in
            let question = try LogQuestion(filter, db)
            return try Self.rows(question.sql, db) { statement in
                try statement.bind(before ?? .max, at: 1)
                try statement.bind(Int64(limit), at: 2)
                for (index, text) in question.texts.enumerated() { try statement.bind(text, at: Int32(index + 3)) }
            }
        }
    }

    /// How SQLite goes about a listing, for tests.
    func plan(_ filter: LogFilter) async throws -> [String] {
        try await file.read("plan a listing of the log") { db in
            let question = try LogQuestion(filter, db)
            return try db.quickly("EXPLAIN QUERY PLAN \(question.sql)") { statement in
                var steps: [String] = []
                while try statement.step() { steps.append(statement.text(3)) }
                return steps
            }
        }
    }
}

/// A filter as SQL, over the index that leaves the fewest rows to look at. `?1` is the sequence to stay below, `?2` the limit.
private struct LogQuestion {
    /// As many entries are sorted rather than walked past.
    private static let sortedCount: Int64 = 10_000

    private(set) var texts: [String] = []
    private var conditions = ["sequence < ?1"]
    private var index: String?

    var sql: String {
        """
        SELECT sequence, leaf_hash, body FROM entries \(index.map { "INDEXED BY \($0) " } ?? "")\
        WHERE \(conditions.joined(separator: " AND ")) ORDER BY sequence DESC LIMIT ?2
        """
    }

    init(_ filter: LogFilter, _ db: Database) throws {
        // In the order of how few entries they usually leave.
        narrow("incident_number", to: filter.incident?.text, by: "entries_by_incident")
        narrow("camera_code", to: filter.camera?.text, by: "entries_by_camera")
        narrow("who", to: filter.who, by: "entries_by_who")
        narrow("outcome", to: filter.outcome?.rawValue, by: "entries_by_outcome")
        narrow("action", to: filter.action?.rawValue, by: "entries_by_action")
        guard let span = filter.span else { return }
        add("at_utc >=", Self.text(span.start))
        add("at_utc <", Self.text(span.end))
        if try Self.isSorted(span, isAlone: index == nil, db) { index = "entries_by_time" }
    }

    private mutating func narrow(_ column: String, to text: String?, by name: String) {
        guard let text else { return }
        add("\(column) =", text)
        index = index ?? name
    }

    private mutating func add(_ relation: String, _ text: String?) {
        guard let text else { return }
        texts.append(text)
        conditions.append("\(relation) ?\(texts.count + 2)")
    }

    /// Times are nearly in the order of sequences, but a clock that was set back breaks it; so a span's entries are found by their time
    /// and sorted where they are few, or lie far back; else they are met on the way from the newest.
    private static func isSorted(_ span: TimeSpan, isAlone: Bool, _ db: Database) throws -> Bool {
        guard let start = text(span.start), let end = text(span.end) else { return false }
        let count = try db.first(
            "SELECT count(*) FROM (SELECT 1 FROM entries INDEXED BY entries_by_time WHERE at_utc >= ? AND at_utc < ? LIMIT ?)",
            [start, end, sortedCount]
        ) { $0[0] as Int64 } ?? 0
        if count < sortedCount { return true }
        let newest = try db.first("SELECT at_utc FROM entries ORDER BY sequence DESC LIMIT 1") { $0[0] as String } ?? ""
        return isAlone && end < newest
    }

    /// As the column holds it; `nil` for a time that no entry lies beyond.
    private static func text(_ time: WallTime?) -> String? {
        guard let time, (0...9999).contains(Civil(time).year) else { return nil }
        return String(time.rfc3339().dropLast())
    }
}
