public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    public func viewpoints(meeting box: GeoBox, filter: CameraFilter) async throws -> [Viewpoint] {
        var conditions = Conditions(
            "v.south_deg <= ? AND v.north_deg >= ? AND v.west_deg <= ? AND v.east_deg >= ?", box.north, box.south, box.east, box.west)
        conditions.add(filter)
        return try await viewpoints(conditions)
    }

    public func viewpoints(filter: CameraFilter) async throws -> [Viewpoint] {
        var conditions = Conditions()
        conditions.add(filter)
        return try await viewpoints(conditions)
    }

    private func viewpoints(_ conditions: Conditions) async throws -> [Viewpoint] {
        let (sql, arguments) = (Self.viewpointSQL(conditions), StatementArguments(conditions.arguments))
        return try await file.readOnce("find cameras by place") { db in try db.all(sql, arguments, Self.viewpoint) }
    }

    /// CROSS JOIN keeps the tree of boxes first.
    static func viewpointSQL(_ conditions: Conditions) -> String {
        """
        SELECT c.code, c.name, c.latitude_deg, c.longitude_deg, c.bearing_deg, c.field_deg, c.range_m, c.kind, c.class, c.created_at_us,
        c.removed_at_us FROM camera_view v CROSS JOIN cameras c ON c.id = v.id \(conditions.sql)
        """
    }

    private static func viewpoint(_ row: Row) throws -> Viewpoint {
        let kind: CameraKind = try row.choice(7, "cameras.kind")
        // A dome or a turning camera sees a disc, as `Camera.fieldOfView` has it.
        let view = FieldOfView(
            position: GeoPoint(unchecked: row[2], row[3]), bearingDegrees: kind == .fixed ? row[4] : nil, fieldDegrees: row[5],
            rangeMeters: row[6])
        return Viewpoint(
            code: try row.code(0), name: row[1], fieldOfView: view, kind: kind, cameraClass: try row.choice(8, "cameras.class"),
            registeredAt: row.time(9), removedAt: row.optionalTime(10))
    }
}
