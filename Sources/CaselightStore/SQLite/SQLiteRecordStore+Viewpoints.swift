public import CaselightModel
import GRDB
import Synchronization

extension SQLiteRecordStore {
    public func viewpoints(meeting box: GeoBox, filter: CameraFilter) async throws -> [Viewpoint] {
        if filter.isAnsweredByViewpoint {
            return viewpointMap.withLock { $0.meeting(box, cameraClass: filter.cameraClass, scope: filter.scope) }
        }
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
        return try await file.readOnce("find cameras by place") { db in try db.all(sql, arguments, Self.entry) }.map(\.viewpoint)
    }

    public func isCamera(_ code: CameraCode, in scope: CameraScope) async throws -> Bool {
        guard scope != .all else { return true }
        var conditions = Conditions("c.code = ?", code.text)
        conditions.add(CameraFilter(scope: scope))
        let (sql, arguments) = ("SELECT 1 FROM cameras c \(conditions.sql)", StatementArguments(conditions.arguments))
        return try await file.readOnce("look for camera '\(code)'") { db in try db.finds(sql, arguments) }
    }

    /// CROSS JOIN keeps the tree of boxes first.
    static func viewpointSQL(_ conditions: Conditions) -> String {
        """
        SELECT c.code, c.name, c.latitude_deg, c.longitude_deg, c.bearing_deg, c.field_deg, c.range_m, c.kind, c.class, c.created_at_us,
        c.removed_at_us, v.south_deg, v.west_deg, v.north_deg, v.east_deg, v.id, c.grid, c.owner
        FROM camera_view v CROSS JOIN cameras c ON c.id = v.id \(conditions.sql)
        """
    }

    private static func entry(_ row: Row) throws -> ViewpointMap.Entry {
        let kind: CameraKind = try row.choice(7, "cameras.kind")
        // A dome or a turning camera sees a disc, as `Camera.fieldOfView` has it.
        let view = FieldOfView(
            position: GeoPoint(unchecked: row[2], row[3]), bearingDegrees: kind == .fixed ? row[4] : nil, fieldDegrees: row[5],
            rangeMeters: row[6])
        let viewpoint = Viewpoint(
            code: try row.code(0), name: row[1], fieldOfView: view, kind: kind, cameraClass: try row.choice(8, "cameras.class"),
            registeredAt: row.time(9), removedAt: row.optionalTime(10))
        return ViewpointMap.Entry(
            id: row[15], viewpoint: viewpoint, marks: CameraMarks(cameraClass: viewpoint.cameraClass, grid: row[16], owner: row[17]),
            box: GeoBox(south: row[11], west: row[12], north: row[13], east: row[14]))
    }
}

// MARK: - The map in memory

extension SQLiteRecordStore {
    static func viewpointMap(_ db: Database) throws -> ViewpointMap {
        var map = ViewpointMap(repeated: try repeatedCodes(db))
        // One after the other, so that texts many cameras share are in memory once from the start.
        let rows = try Row.fetchCursor(db.cachedStatement(sql: viewpointSQL(Conditions())), arguments: [])
        while let row = try rows.next() {
            let entry = try entry(row)
            map.replace(entry.id, with: entry)
        }
        return map
    }

    /// The registrations of every code that has several.
    private static func repeatedCodes(_ db: Database) throws -> [CameraCode: [CameraMarks]] {
        let rows = try db.all(
            "SELECT code, class, grid, owner FROM cameras WHERE code IN (SELECT code FROM cameras GROUP BY code HAVING count(*) > 1)",
            [], registration)
        return Dictionary(grouping: rows, by: { $0.code }).mapValues { rows in rows.map { $0.marks } }
    }

    /// Those of the camera's code.
    private static func registrations(of id: Int64, _ db: Database) throws -> [(code: CameraCode, marks: CameraMarks)] {
        try db.all(
            "SELECT o.code, o.class, o.grid, o.owner FROM cameras c JOIN cameras o ON o.code = c.code WHERE c.id = ?", [id], registration)
    }

    private static func registration(_ row: Row) throws -> (code: CameraCode, marks: CameraMarks) {
        (try row.code(0), CameraMarks(cameraClass: try row.choice(1, "cameras.class"), grid: row[2], owner: row[3]))
    }

    /// Runs `body` in a transaction and, once that holds, brings the map up to date with the cameras whose ids it adds to the set.
    ///
    /// The map takes what the transaction left in the tables, before the one who made the change is told.
    func writeCameras<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database, inout Set<Int64>) throws -> Value
    ) async throws -> Value {
        defer { forgetUnlocatedCounts() }
        return try await file.write(operation) { [self] db in
            var changed: Set<Int64> = []
            let value = try body(db, &changed)
            let sql = Self.viewpointSQL(Conditions("v.id = ?", nil as Int64?))
            let entries = try changed.map { id in (id, try db.first(sql, [id], Self.entry)) }
            let registrations = try changed.map { id in try Self.registrations(of: id, db) }
            db.afterNextTransaction(onCommit: { [self] _ in
                viewpointMap.withLock { map in
                    for (id, entry) in entries { map.replace(id, with: entry) }
                    for rows in registrations { map.noteRegistrations(rows) }
                }
            })
            return value
        }
    }
}

extension CameraFilter {
    /// Whether it asks for nothing that a viewpoint does not tell.
    fileprivate var isAnsweredByViewpoint: Bool { grid == nil && owner == nil && tags.isEmpty && (text ?? "").isEmpty }
}
