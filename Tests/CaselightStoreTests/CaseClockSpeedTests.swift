import CaselightModel
import Foundation
import GRDB
import Testing

@testable import CaselightStore

/// What a page of the numbers reads of 100,000 incidents.
@Suite struct CaseClockSpeedTests {
    private static let isMeasured = ProcessInfo.processInfo.environment["CASELIGHT_MEASURE"] != nil

    @Test func readsAHundredThousandAtOnce() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteRecordStore.open(path: folder.file("records.db"), sealer: .forTests)
        let count = Self.isMeasured ? 100_000 : 5000
        try await store.file.write("fill") { db in
            try db.execute(sql: """
                WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < \(count - 1))
                INSERT INTO incidents (number, category, started_at_us, ended_at_us, address, grid_source, text, unit, state, posted_at_us,
                  updated_at_us, stepped_at_us, claimed_at_us, lead_at_us, closed_at_us, outcome)
                SELECT 'N' || i, 'category ' || (i % 12), 0, 1, '前进路269号', 'derived', hex(randomblob(100)), '派出所 ' || (i % 40), 'closed', i * 300000000,
                  0, 0, i * 300000000 + abs(random()) % 3600000000, i * 300000000 + 7200000000, i * 300000000 + 86400000000, 'solved' FROM n
                """)
            try db.execute(sql: "INSERT INTO steps (incident_id, kind, at_us, text) SELECT id, 'posted', posted_at_us, '' FROM incidents")
            try db.execute(sql: "INSERT INTO steps (incident_id, kind, at_us, text) SELECT id, 'claimed', posted_at_us, '' FROM incidents")
        }
        let span = TimeSpan(start: WallTime(microseconds: 0), end: WallTime(microseconds: .max))
        _ = try await store.caseClocks(IncidentFilter(), postedOrClosedIn: span, limit: 1_000_000)
        let began = ContinuousClock.now
        let found = try await store.caseClocks(IncidentFilter(), postedOrClosedIn: span, limit: 1_000_000)
        let taken = ContinuousClock.now - began
        print("clocks of \(count) incidents: \(taken)")
        #expect(found.count == count && Set(found.map(\.unit)).count == 40)
        if Self.isMeasured { #expect(taken < .milliseconds(250)) }
        try store.close()
    }
}
