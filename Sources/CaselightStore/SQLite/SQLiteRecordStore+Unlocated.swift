import GRDB

extension SQLiteRecordStore {
    public func unlocatedCameraCount(_ filter: CameraFilter) async throws -> Int {
        var conditions = Conditions(
            "c.removed_at_us IS NULL AND (c.latitude_deg IS NULL OR c.latitude_deg = 0 AND c.longitude_deg = 0)")
        conditions.add(filter)
        let (sql, arguments) = (Self.unlocatedSQL(conditions), StatementArguments(conditions.arguments))
        return try await file.readOnce("count cameras without a position") { db in try db.first(sql, arguments) { $0[0] } ?? 0 }
    }

    /// By way of the index `cameras_unlocated`, which holds no camera with a position.
    static func unlocatedSQL(_ conditions: Conditions) -> String { "SELECT count(*) FROM cameras c \(conditions.sql)" }
}
