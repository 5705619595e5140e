import CaselightModel
import GRDB
import Testing

@testable import CaselightStore

/// The questions asked most go by an index, in the order meant: no table is read through, nothing is sorted that stands sorted.
@Suite struct QueryPlanTests {
    private func plan(_ sql: String, _ form: SQLiteForm) throws -> String {
        let folder = try TemporaryFolder()
        let file = try SQLiteFile(path: folder.file("plan.db"), form: form)
        defer { try? file.close() }
        return try file.pool.read { db in
            let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
            statement.setUncheckedArguments([])
            return try Row.fetchAll(statement).map { $0["detail"] as String }.joined(separator: "\n")
        }
    }

    /// Lists given as a value (`k`, `w`) and the tree of boxes (`v`, `b`) are walked; tables are not.
    private func scans(_ plan: String) -> [Substring] {
        plan.split(separator: "\n").filter { line in
            line.hasPrefix("SCAN") && !line.contains("VIRTUAL TABLE INDEX") && !line.contains("CONSTANT ROW")
        }
    }

    @Test func findsViewpointsThroughTheTreeOfBoxes() throws {
        var conditions = Conditions("v.south_deg <= ? AND v.north_deg >= ? AND v.west_deg <= ? AND v.east_deg >= ?", 0, 0, 0, 0)
        conditions.add(CameraFilter(cameraClass: .first, grid: "g", tags: ["t"], text: "x"))
        let plan = try self.plan(SQLiteRecordStore.viewpointSQL(conditions), .records(.forTests))
        #expect(plan.hasPrefix("SCAN v VIRTUAL TABLE INDEX 2:B0D1B2D3"), "\(plan)")
        #expect(plan.contains("SEARCH c USING INTEGER PRIMARY KEY"), "\(plan)")
        #expect(scans(plan).isEmpty, "\(plan)")
    }

    @Test func findsViewpointsOfAScopeAsQuickly() throws {
        var conditions = Conditions("v.south_deg <= ? AND v.north_deg >= ? AND v.west_deg <= ? AND v.east_deg >= ?", 0, 0, 0, 0)
        let group = CameraGroup(code: "g", name: "", classes: [.first], grids: ["a", "b"], owners: ["o"])
        conditions.add(CameraFilter(scope: .groups([group, CameraGroup(code: "h", name: "", owners: ["p"])])))
        let plan = try self.plan(SQLiteRecordStore.viewpointSQL(conditions), .records(.forTests))
        #expect(plan.hasPrefix("SCAN v VIRTUAL TABLE INDEX 2:B0D1B2D3"), "\(plan)")
        #expect(plan.contains("SEARCH c USING INTEGER PRIMARY KEY"), "\(plan)")
        #expect(plan.contains("SEARCH o USING INDEX cameras_by_code (code=?)"), "\(plan)")
        #expect(scans(plan).isEmpty, "\(plan)")
    }

    @Test func takesUpUnfinishedExportsByAnIndexOfTheirOwn() throws {
        let plan = try self.plan(SQLiteRecordStore.unfinishedExportSQL, .records(.forTests))
        #expect(plan.contains("e USING INDEX exports_unfinished"), "\(plan)")
        #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
    }

    @Test func readsOutagesAndClockStatementsByCameraAndTime() throws {
        let outages = try plan(SQLiteRecordStore.overlappingSQL, .records(.forTests))
        let key = "(camera_code=? AND length_class=? AND started_at_us>? AND started_at_us<?)"
        #expect(outages.contains("SEARCH o USING INDEX outages_by_time \(key)"), "\(outages)")
        #expect(scans(outages).isEmpty, "\(outages)")
        let clocks = try plan(SQLiteRecordStore.clockCorrectionSQL, .records(.forTests))
        #expect(clocks.contains("SEARCH s USING INDEX clock_corrections_by_camera (camera_code=?)"), "\(clocks)")
        #expect(scans(clocks).isEmpty, "\(clocks)")
    }

    @Test func readsCoverageBackwardAlongItsKey() throws {
        let plan = try self.plan(SQLiteFootageIndex.coverageSQL, .index)
        #expect(plan == "SEARCH coverage USING PRIMARY KEY (camera_id=? AND policy=? AND started_at_us<?)", "\(plan)")
    }

    @Test func readsSegmentsInTheOrderOfTheirKey() throws {
        for isDetailed in [true, false] {
            let plan = try self.plan(SQLiteFootageIndex.segmentsSQL(detailed: isDetailed), .index)
            #expect(plan.hasPrefix("SEARCH s USING PRIMARY KEY (camera_id=? AND started_at_us>? AND started_at_us<?)"), "\(plan)")
            #expect(scans(plan).isEmpty && !plan.contains("TEMP B-TREE"), "\(plan)")
        }
    }

    @Test func findsTheUnfinishedThroughIndexesOfTheirOwn() throws {
        let cases = [
            ("WHERE s.end_reason IS NULL AND s.is_deleting = 0 ORDER BY s.run_key, s.sequence", "segments_open"),
            ("WHERE s.is_deleting = 1 ORDER BY s.run_key, s.sequence", "segments_deleting"),
        ]
        for (condition, index) in cases {
            let plan = try self.plan(SQLiteFootageIndex.listSQL(condition), .index)
            #expect(plan.contains("s USING INDEX \(index)"), "\(plan)")
            #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
        }
    }

    @Test func walksThroughTheOldestWhereThePageBeforeEnded() throws {
        let all = try plan(SQLiteFootageIndex.oldestSQL, .index)
        #expect(all.contains("s USING INDEX segments_by_end ((ended_at_us,camera_id,started_at_us,run_key,sequence)>(?,?,?,?,?) AND ended_at_us<?)"), "\(all)")
        #expect(!all.contains("TEMP B-TREE"), "\(all)")
        let one = try plan(SQLiteFootageIndex.oldestOfCameraSQL, .index)
        #expect(one.contains("s USING PRIMARY KEY (camera_id=? AND started_at_us>? AND started_at_us<?)"), "\(one)")
        #expect(!one.contains("TEMP B-TREE"), "\(one)")
    }

    @Test func readsTheEndsOfCoverageAlone() throws {
        let plan = try self.plan(SQLiteFootageIndex.statisticsSQL, .index)
        #expect(!plan.contains("SCAN v") && !plan.contains("SCAN s"), "\(plan)")
        let clocks = try self.plan(SQLiteFootageIndex.latestClockSQL, .index)
        #expect(!clocks.contains("SCAN r") && !clocks.contains("SCAN l") && !clocks.contains("SCAN k"), "\(clocks)")
        #expect(!clocks.contains("TEMP B-TREE"), "\(clocks)")
    }
}
