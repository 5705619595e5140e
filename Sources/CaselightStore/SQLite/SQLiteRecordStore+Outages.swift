public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    public func openOutage(_ outage: Outage) async throws {
        let operation = "note an outage of camera '\(outage.camera)'"
        try checkText(outage.detail, operation: operation)
        try await file.write(operation) { db in try Self.open(outage, db) }
    }

    public func closeOutage(of camera: CameraCode, at time: WallTime) async throws {
        try await file.write("end the outage of camera '\(camera)'") { db in
            guard let open = try Self.openOutage(of: camera, db) else { return }
            try db.run("DELETE FROM outages WHERE id = ?", [open.id])
            // One that ended as it began, or before it by a step of our clock, was none.
            guard open.outage.startedAt < time else { return }
            var ended = open.outage
            ended.endedAt = time
            try Self.insert(ended, db)
        }
    }

    public func addOutage(_ outage: Outage) async throws {
        let operation = "note a past outage of camera '\(outage.camera)'"
        try checkText(outage.detail, operation: operation)
        if let end = outage.endedAt { _ = try TimeSpan(from: outage.startedAt, to: end) }
        try await file.write(operation) { db in
            guard let end = outage.endedAt else { return try Self.open(outage, db) }
            var joined = outage
            for other in try Self.touching(outage, end: end, db) {
                // The oldest one's words stand; an open one stays open.
                joined.detail = other.outage.startedAt <= joined.startedAt ? other.outage.detail : joined.detail
                joined.startedAt = min(joined.startedAt, other.outage.startedAt)
                joined.endedAt = joined.endedAt.flatMap { known in other.outage.endedAt.map { max(known, $0) } }
                try db.run("DELETE FROM outages WHERE id = ?", [other.id])
            }
            try Self.insert(joined, db)
        }
    }

    public func outages(of cameras: [CameraCode], overlapping span: TimeSpan) async throws -> [Outage] {
        guard !cameras.isEmpty else { return [] }
        let keys = keyList(cameras)
        return try await file.readOnce("read outages") { db in
            try db.all(Self.overlappingSQL, [keys, span.start.microseconds, span.end.microseconds]) { try Self.outage($0).outage }
        }
    }

    public func openOutages() async throws -> [Outage] {
        try await file.readOnce("read the open outages") { db in
            try db.all("SELECT \(Self.columns) FROM outages o WHERE o.ended_at_us IS NULL ORDER BY o.camera_code") {
                try Self.outage($0).outage
            }
        }
    }
}

// MARK: - Rows

extension SQLiteRecordStore {
    private static let columns = "o.id, o.camera_code, o.started_at_us, o.ended_at_us, o.cause, o.detail"

    /// How long an outage of each length class may last; the last class has no end. Longer than any distance of two `WallTime`s.
    private static let longestUs: [Int64] = [900_000_000, 86_400_000_000, 1 << 61]

    /// Outages of the cameras in ?1 that overlap ?2 ..< ?3: for each camera and length class one short stretch of the index.
    static let overlappingSQL = """
        WITH class (number, longest_us) AS (VALUES \(longestUs.enumerated().map { "(\($0), \($1))" }.joined(separator: ", ")))
        SELECT \(columns) FROM json_each(?1) k CROSS JOIN class CROSS JOIN outages o
          ON o.camera_code = k.value AND o.length_class = class.number
          AND o.started_at_us >= ?2 - class.longest_us AND o.started_at_us < ?3
        WHERE o.ended_at_us IS NULL OR o.ended_at_us > ?2
        ORDER BY o.started_at_us, o.camera_code, o.id
        """

    private static func open(_ outage: Outage, _ db: Database) throws {
        if let open = try openOutage(of: outage.camera, db) {
            try db.run("UPDATE outages SET cause = ?, detail = ? WHERE id = ?", [outage.cause.rawValue, outage.detail, open.id])
        } else {
            var open = outage
            open.endedAt = nil
            try insert(open, db)
        }
    }

    private static func insert(_ outage: Outage, _ db: Database) throws {
        let length = outage.endedAt.map { ($0 - outage.startedAt).value }
        let lengthClass = length.flatMap { length in longestUs.firstIndex { length <= $0 } } ?? longestUs.count - 1
        try db.run(
            "INSERT INTO outages (camera_code, length_class, started_at_us, ended_at_us, cause, detail) VALUES (?, ?, ?, ?, ?, ?)",
            [
                outage.camera.text, lengthClass, outage.startedAt.microseconds, outage.endedAt?.microseconds, outage.cause.rawValue,
                outage.detail,
            ])
    }

    private static func openOutage(of camera: CameraCode, _ db: Database) throws -> (id: Int64, outage: Outage)? {
        try db.first("SELECT \(columns) FROM outages o WHERE o.camera_code = ? AND o.ended_at_us IS NULL", [camera.text], outage)
    }

    /// Outages of the same cause that `outage` overlaps or touches, oldest first.
    private static func touching(_ outage: Outage, end: WallTime, _ db: Database) throws -> [(id: Int64, outage: Outage)] {
        try db.all(
            overlappingSQL,
            [keyList([outage.camera]), outage.startedAt.microseconds - 1, end.microseconds + 1], Self.outage
        ).filter { $0.outage.cause == outage.cause }
    }

    private static func outage(_ row: Row) throws -> (id: Int64, outage: Outage) {
        (
            row[0],
            Outage(
                camera: try row.code(1), startedAt: row.time(2), endedAt: row.optionalTime(3), cause: try row.choice(4, "outages.cause"),
                detail: row[5])
        )
    }
}
