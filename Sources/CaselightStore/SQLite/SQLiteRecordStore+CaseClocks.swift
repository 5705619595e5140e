public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    public func caseClocks(_ filter: IncidentFilter, postedOrClosedIn span: TimeSpan, limit: Int) async throws -> [CaseClock] {
        let (start, end) = (span.start.microseconds, span.end.microseconds)
        var conditions = Conditions(
            "(i.posted_at_us >= ? AND i.posted_at_us < ? OR i.closed_at_us >= ? AND i.closed_at_us < ?)", start, end, start, end)
        conditions.add(filter)
        conditions.add("EXISTS (SELECT 1 FROM steps s WHERE s.incident_id = i.id AND s.kind = ?)", CaseStepKind.posted.rawValue)
        let (sql, arguments) = (Self.caseClockSQL(conditions), StatementArguments(conditions.arguments + [max(0, limit)]))
        return try await file.readOnce("read how long incidents took") { db in
            try db.quickly(sql, arguments) { statement in
                var (clocks, texts): ([CaseClock], Set<String>) = ([], [])
                // A city has few units and categories: each is kept once, whatever the number of incidents.
                func shared(_ text: String) -> String { texts.insert(text).memberAfterInsert }
                while try statement.step() { clocks.append(Self.caseClock(statement, shared)) }
                return clocks
            }
        }
    }

    static func caseClockSQL(_ conditions: Conditions) -> String {
        """
        SELECT i.unit, i.category, i.posted_at_us, i.claimed_at_us, i.lead_at_us, i.closed_at_us, i.outcome
        FROM incidents i \(conditions.sql) LIMIT ?
        """
    }

    private static func caseClock(_ row: QuickStatement, _ shared: (String) -> String) -> CaseClock {
        func time(_ column: Int32) -> WallTime? { row.optionalInteger(column).map { WallTime(microseconds: $0) } }
        return CaseClock(
            unit: shared(row.text(0)), category: shared(row.text(1)), postedAt: WallTime(microseconds: row.integer(2)), claimedAt: time(3),
            leadAt: time(4), closedAt: time(5), result: row.optionalText(6).flatMap(OutcomeResult.init))
    }
}
