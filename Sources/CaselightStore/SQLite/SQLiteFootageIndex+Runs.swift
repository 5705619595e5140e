public import CaselightModel
import Foundation
import GRDB
import Synchronization

extension SQLiteFootageIndex {
    public func run(_ id: RunID) async throws -> Run? {
        try await file.readOnce("read run \(id)") { db in
            try db.first("SELECT \(Self.runColumns) WHERE r.run_id = ?", [id.stored], Self.run)
        }
    }

    public func runs(of camera: CameraCode, overlapping span: TimeSpan) async throws -> [Run] {
        guard let known = indexed(camera) else { return [] }
        return try await file.readOnce("read runs of camera '\(camera)'") { db in
            try db.all(
                "SELECT \(Self.runColumns) WHERE \(Self.runOverlaps) ORDER BY r.started_at_us, r.key",
                [known.id, span.end.microseconds, span.start.microseconds], Self.run)
        }
    }

    public func clockSamples(of camera: CameraCode, overlapping span: TimeSpan, limit: Int) async throws -> [ClockSample] {
        guard let known = indexed(camera) else { return [] }
        return try await file.readOnce("read clock samples of camera '\(camera)'") { db in
            // A run's samples may stand a little outside of its times, so every run that began by then is looked into.
            try db.all(
                """
                SELECT k.at_us, k.offset_us, k.uncertainty_us FROM runs r CROSS JOIN clock_samples k
                  ON k.run_key = r.key AND k.at_us >= ?2 AND k.at_us < ?3
                WHERE r.camera_id = ?1 ORDER BY k.at_us, r.key LIMIT ?4
                """, [known.id, span.start.microseconds, span.end.microseconds, max(0, limit)], { try Self.clockSample($0, from: 0) })
        }
    }

    public func latestClockSamples(of cameras: [CameraCode]) async throws -> [CameraCode: ClockSample] {
        let wanted = indexed(cameras)
        let (known, unread, generation) = clocks.withLock { clocks in
            let found = clocks.found(wanted)
            return (found.known, found.unread, clocks.generation)
        }
        guard !unread.isEmpty else { return known }
        let read = try await file.readOnce("read the latest clock samples") { db in
            try db.onOneSnapshot { try Self.latestClocks(of: unread.map { $0.camera.id }, db) }
        }
        clocks.withLock { $0.remember(read, since: generation) }
        return unread.reduce(into: known) { result, entry in
            if let sample = read[entry.camera.id] ?? nil { result[entry.code] = sample }
        }
    }

    /// The newest sample of each camera; `nil` of one that has none.
    static func latestClocks(of cameraIDs: [Int64], _ db: Database) throws -> [Int64: ClockSample?] {
        var clocks: [Int64: ClockSample?] = [:]
        guard !cameraIDs.isEmpty else { return clocks }
        try db.quickly(latestClockSQL) { statement in
            for id in cameraIDs {
                try statement.bind(id, at: 1)
                let sample = try statement.step()
                    ? ClockSample(
                        at: WallTime(microseconds: statement.integer(0)), offsetUs: Microseconds(statement.integer(1)),
                        uncertaintyUs: Microseconds(statement.integer(2))) : nil
                clocks.updateValue(sample, forKey: id)
                statement.reset()
            }
        }
        return clocks
    }

    public func camerasWithFootage() async throws -> [CameraCode] {
        try await file.readOnce("list the cameras with footage") { db in
            try db.all(
                "SELECT c.code FROM cameras c WHERE EXISTS (SELECT 1 FROM runs r WHERE r.camera_id = c.id) ORDER BY c.code"
            ) { try $0.code(0) }
        }
    }
}

// MARK: - Rows

extension SQLiteFootageIndex {
    private static let runColumns = """
        r.run_id, c.code, r.file_name, r.file_sha256, r.started_at_us, r.ended_at_us, r.stream
        FROM runs r CROSS JOIN cameras c ON c.id = r.camera_id
        """

    private static let runOverlaps = "r.camera_id = ? AND r.started_at_us < ? AND (r.ended_at_us IS NULL OR r.ended_at_us > ?)"

    /// Of the last run of camera ?1 that has a sample, the last sample.
    static let latestClockSQL = """
        SELECT k.at_us, k.offset_us, k.uncertainty_us FROM clock_samples k
        WHERE k.run_key = (
          SELECT l.key FROM runs l WHERE l.camera_id = ?1 AND EXISTS (SELECT 1 FROM clock_samples e WHERE e.run_key = l.key)
          ORDER BY l.started_at_us DESC LIMIT 1)
        ORDER BY k.at_us DESC LIMIT 1
        """

    static func run(_ row: Row) throws -> Run {
        let origin = (row[2] as String?).map { RunOrigin.file(name: $0, sha256: row[3] ?? "") } ?? .feed
        let stream: String = row[6]
        return Run(
            id: RunID(stored: row[0]), camera: try row.code(1), origin: origin, startedAt: row.time(4), endedAt: row.optionalTime(5),
            stream: try JSONDecoder().decode(StreamMetadata.self, from: Data(stream.utf8)))
    }

    private static func clockSample(_ row: Row, from index: Int) throws -> ClockSample {
        ClockSample(at: row.time(index), offsetUs: Microseconds(row[index + 1]), uncertaintyUs: Microseconds(row[index + 2]))
    }
}
