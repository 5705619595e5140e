public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    public func addClockCorrection(_ correction: ClockCorrection) async throws {
        let operation = "state the clock of camera '\(correction.camera)'"
        try checkText(correction.note, operation: operation)
        try await file.write(operation) { db in
            try db.run(
                """
                INSERT INTO clock_corrections (camera_code, run_id, offset_us, uncertainty_us, note, stated_at_us)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                [
                    correction.camera.text, correction.run.map { Int64(bitPattern: $0.value) }, correction.offsetUs.value,
                    correction.uncertaintyUs.value, correction.note, correction.statedAt.microseconds,
                ])
        }
    }

    public func clockCorrections(of cameras: [CameraCode]) async throws -> [ClockCorrection] {
        guard !cameras.isEmpty else { return [] }
        let keys = keyList(cameras)
        return try await file.readOnce("read clock statements") { db in
            try db.all(Self.clockCorrectionSQL, [keys]) { row in
                ClockCorrection(
                    camera: try row.code(0), run: (row[1] as Int64?).map { RunID(UInt64(bitPattern: $0)) },
                    offsetUs: Microseconds(row[2]), uncertaintyUs: Microseconds(row[3]), note: row[4], statedAt: row.time(5))
            }
        }
    }

    static let clockCorrectionSQL = """
        SELECT s.camera_code, s.run_id, s.offset_us, s.uncertainty_us, s.note, s.stated_at_us
        FROM json_each(?1) k CROSS JOIN clock_corrections s ON s.camera_code = k.value ORDER BY s.stated_at_us, s.id
        """

    public func volumes() async throws -> [String] {
        try await file.readOnce("read the volumes") { db in try db.all("SELECT id FROM volumes ORDER BY added_at_us, id") { $0[0] } }
    }

    public func addVolume(_ id: String, path: String, at time: WallTime) async throws {
        let operation = "note volume '\(id)'"
        try checkText(id, path, operation: operation)
        try await file.write(operation) { db in
            try db.run(
                "INSERT INTO volumes (id, path, added_at_us) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET path = excluded.path",
                [id, path, time.microseconds])
        }
    }
}
