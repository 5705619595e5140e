import CaselightModel
import GRDB

// Coverage is the union of a camera's segments under one policy, in maximal rows: segments that overlap, touch or leave no more
// than `gapToleranceUs` between them share a row. It is kept so by every change, in whatever order segments come; a segment that
// is being deleted no longer counts. All work is local to the changed stretch, however long the row around it is.

extension FootageWriter {
    /// A hole this small between two segments is no gap: the length of a frame and the jitter of its arrival.
    static let gapToleranceUs: Int64 = 50_000

    private typealias Stretch = (startUs: Int64, endUs: Int64)

    /// Covers `startUs ..< endUs`, joining the rows it touches.
    func extend(_ cameraID: Int64, _ policy: Int, from startUs: Int64, to endUs: Int64, _ db: Database) throws {
        let cursor = try Row.fetchCursor(
            db.cachedStatement(sql: Self.rowsDownwardSQL), arguments: [cameraID, policy, endUs + Self.gapToleranceUs])
        var joined: Stretch = (startUs, endUs)
        var touched: [Int64] = []
        // Rows do not touch each other, so going down by their starts, the first that ends too early ends the search.
        while let row = try cursor.next() {
            let found: Stretch = (row[0], row[1])
            guard found.endUs >= startUs - Self.gapToleranceUs else { break }
            if found.startUs <= startUs, found.endUs >= endUs { return }
            touched.append(found.startUs)
            joined = (min(joined.startUs, found.startUs), max(joined.endUs, found.endUs))
        }
        if touched == [joined.startUs] {
            try db.run(
                "UPDATE coverage SET ended_at_us = ? WHERE camera_id = ? AND policy = ? AND started_at_us = ?",
                [joined.endUs, cameraID, policy, joined.startUs])
        } else {
            for start in touched { try drop(cameraID, policy, start, db) }
            try store([joined], cameraID, policy, db)
        }
    }

    /// Takes a segment's stretch out of coverage, as far as no other segment covers it.
    ///
    /// Of the row around it, what lies before the segment hangs together without it: only segments that start before it reach
    /// there. The same holds for what lies after. So the segments near it tell all that changes.
    func withdraw(_ segment: StoredSegment, _ db: Database) throws {
        let row = try db.first(Self.rowsDownwardSQL, [segment.cameraID, segment.policy, segment.startUs]) { ($0[0], $0[1]) as Stretch }
        guard let row, row.endUs >= segment.endUs else { return }
        let others = try neighbours(of: segment, db)
        var pieces = others
        if row.startUs < segment.startUs, let end = others.filter({ $0.startUs < segment.startUs }).map(\.endUs).max() {
            pieces.append((row.startUs, end))
        }
        if row.endUs > segment.endUs, let start = others.filter({ $0.endUs > segment.endUs }).map(\.startUs).min() {
            pieces.append((start, row.endUs))
        }
        try drop(segment.cameraID, segment.policy, row.startUs, db)
        try store(Self.joined(pieces), segment.cameraID, segment.policy, db)
    }

    /// The other segments that overlap or touch this one and count as coverage.
    private func neighbours(of segment: StoredSegment, _ db: Database) throws -> [Stretch] {
        let reachUs = segment.startUs - Self.gapToleranceUs
        return try db.all(
            """
            SELECT started_at_us, ended_at_us FROM segments
            WHERE camera_id = ? AND started_at_us >= ? AND started_at_us <= ? AND ended_at_us >= ? AND policy = ? AND is_deleting = 0
              AND NOT (run_key = ? AND sequence = ?)
            """,
            [
                segment.cameraID, reachUs - longestSegmentUs(of: segment.cameraID), segment.endUs + Self.gapToleranceUs, reachUs,
                segment.policy, segment.runKey, segment.sequence,
            ]
        ) { ($0[0], $0[1]) }
    }

    private static func joined(_ pieces: [Stretch]) -> [Stretch] {
        var result: [Stretch] = []
        for piece in pieces.sorted(by: { $0.startUs < $1.startUs }) {
            if let last = result.last, piece.startUs <= last.endUs + gapToleranceUs {
                result[result.count - 1].endUs = max(last.endUs, piece.endUs)
            } else {
                result.append(piece)
            }
        }
        return result
    }

    private static let rowsDownwardSQL = """
        SELECT started_at_us, ended_at_us FROM coverage
        WHERE camera_id = ? AND policy = ? AND started_at_us <= ? ORDER BY started_at_us DESC
        """

    private func drop(_ cameraID: Int64, _ policy: Int, _ startUs: Int64, _ db: Database) throws {
        try db.run("DELETE FROM coverage WHERE camera_id = ? AND policy = ? AND started_at_us = ?", [cameraID, policy, startUs])
    }

    private func store(_ stretches: [Stretch], _ cameraID: Int64, _ policy: Int, _ db: Database) throws {
        for stretch in stretches {
            try db.run(
                "INSERT INTO coverage (camera_id, policy, started_at_us, ended_at_us) VALUES (?, ?, ?, ?)",
                [cameraID, policy, stretch.startUs, stretch.endUs])
        }
    }
}
