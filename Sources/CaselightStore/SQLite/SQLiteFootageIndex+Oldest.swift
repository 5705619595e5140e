public import CaselightModel

extension SQLiteFootageIndex {
    public func oldestSegments(
        of camera: CameraCode?, endedBefore time: WallTime, from cursor: OldestCursor?, limit: Int
    ) async throws -> [Segment] {
        let rest = [time.microseconds, Self.start(of: cursor), Int64(max(0, limit))]
        guard let camera else {
            var key = [Int64.min, .min, .min, 0, .min]
            if case .after(let last)? = cursor { key = [last.span.end.microseconds, indexed(last.camera)?.id ?? 0] + Self.key(of: last) }
            return try await file.readOnce("find the oldest segments") { [key] db in
                try SegmentRow.segments(Self.oldestSQL, key + rest, db)
            }
        }
        guard let known = indexed(camera) else { return [] }
        var key = [Int64.min, 0, .min]
        if case .after(let last)? = cursor { key = Self.key(of: last) }
        return try await file.readOnce("find the oldest segments of camera '\(camera)'") { [key] db in
            try SegmentRow.segments(Self.oldestOfCameraSQL, key + rest + [known.id], db)
        }
    }

    private static func start(of cursor: OldestCursor?) -> Int64 {
        if case .startingAt(let time)? = cursor { time.microseconds } else { .min }
    }

    private static func key(of segment: Segment) -> [Int64] {
        [segment.span.start.microseconds, segment.id.run.stored, Int64(segment.id.sequence)]
    }

    /// How old what was handed over is says nothing about how long it is here.
    private static let closed = "s.end_reason IS NOT NULL AND s.is_deleting = 0 AND r.file_name IS NULL"

    /// Along `segments_by_end`, whose entries end with the table's key.
    static let oldestSQL = listSQL(
        """
        WHERE \(closed) AND s.ended_at_us < ?6 AND s.started_at_us >= ?7 AND
          (s.ended_at_us, s.camera_id, s.started_at_us, s.run_key, s.sequence)
          > (?1, ?2, ?3, coalesce((SELECT key FROM runs WHERE run_id = ?4), 0), ?5)
        ORDER BY s.ended_at_us, s.camera_id, s.started_at_us, s.run_key, s.sequence LIMIT ?8
        """)

    /// Along the table's key. What ended before started before: that bounds the walk.
    static let oldestOfCameraSQL = listSQL(
        """
        WHERE \(closed) AND s.camera_id = ?7 AND s.started_at_us < ?4 AND s.ended_at_us < ?4 AND s.started_at_us >= ?5 AND
          (s.started_at_us, s.run_key, s.sequence) > (?1, coalesce((SELECT key FROM runs WHERE run_id = ?2), 0), ?3)
        ORDER BY s.started_at_us, s.run_key, s.sequence LIMIT ?6
        """)
}
