public import CaselightModel
import GRDB

extension SQLiteFootageIndex {
    public func segments(of camera: CameraCode, overlapping span: TimeSpan, limit: Int, detailed: Bool) async throws -> [Segment] {
        guard let known = indexed(camera) else { return [] }
        let (start, end) = (span.start.microseconds, span.end.microseconds)
        return try await file.readOnce("read segments of camera '\(camera)'") { db in
            try SegmentRow.segments(
                Self.segmentsSQL(detailed: detailed), [known.id, start - known.longestSegmentUs, end, start, Int64(max(0, limit))], db)
        }
    }

    static func segmentsSQL(detailed: Bool) -> String {
        """
        SELECT \(SegmentRow.columns(detailed: detailed)) FROM \(SegmentRow.tables)
        WHERE s.camera_id = ? AND s.started_at_us > ? AND s.started_at_us < ? AND s.ended_at_us > ? AND s.is_deleting = 0
        ORDER BY s.started_at_us, s.run_key, s.sequence LIMIT ?
        """
    }

    public func segment(_ id: SegmentID) async throws -> Segment? {
        try await file.readOnce("read segment \(id)") { db in
            try SegmentRow.segments(
                """
                SELECT \(SegmentRow.columns(detailed: true)) FROM \(SegmentRow.tables)
                WHERE s.run_key = (SELECT key FROM runs WHERE run_id = ?) AND s.sequence = ? AND s.is_deleting = 0
                """, [id.run.stored, Int64(id.sequence)], db
            ).first
        }
    }

    public func openSegments() async throws -> [Segment] {
        try await file.readOnce("read the open segments") { db in
            let sql = Self.listSQL("WHERE s.end_reason IS NULL AND s.is_deleting = 0 ORDER BY s.run_key, s.sequence")
            return try SegmentRow.segments(sql, [], db)
        }
    }

    public func segmentsBeingDeleted() async throws -> [Segment] {
        try await file.readOnce("read the segments being deleted") { db in
            try SegmentRow.segments(Self.listSQL("WHERE s.is_deleting = 1 ORDER BY s.run_key, s.sequence"), [], db)
        }
    }

    /// Segments without their tables.
    static func listSQL(_ rest: String) -> String { "SELECT \(SegmentRow.columns(detailed: false)) FROM \(SegmentRow.tables) \(rest)" }

    public func statistics() async throws -> FootageStatistics {
        try await file.readOnce("read the index's totals") { db in
            let totals = try db.first(Self.statisticsSQL) { row in
                FootageStatistics(
                    segmentCount: row[0], byteCount: row[1], oldestAt: row.optionalTime(2), newestAt: row.optionalTime(3))
            }
            return totals ?? FootageStatistics(segmentCount: 0, byteCount: 0, oldestAt: nil, newestAt: nil)
        }
    }

    /// Of each camera and policy only the first and the last row of coverage are read.
    static let statisticsSQL = """
        SELECT t.segment_count, t.byte_count, min(ends.first_us), max(ends.last_us) FROM totals t LEFT JOIN (
          SELECT
            (SELECT v.started_at_us FROM coverage v WHERE v.camera_id = c.id AND v.policy = p.number
             ORDER BY v.started_at_us LIMIT 1) AS first_us,
            (SELECT v.ended_at_us FROM coverage v WHERE v.camera_id = c.id AND v.policy = p.number
             ORDER BY v.started_at_us DESC LIMIT 1) AS last_us
          FROM cameras c, (SELECT 0 AS number UNION ALL SELECT 1 UNION ALL SELECT 2) p
        ) ends
        """
}
