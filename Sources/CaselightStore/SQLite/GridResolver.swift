import CaselightModel
import GRDB

/// Tells which areas a point lies in. Lives for one transaction and keeps the areas it has unpacked.
final class GridResolver {
    private let db: Database
    private var known: [Int64: Area] = [:]

    init(_ db: Database) { self.db = db }

    /// Codes of the areas that hold `point`, smallest first.
    func codes(containing point: GeoPoint) throws -> [String] {
        let candidates = try db.all(
            """
            SELECT a.id FROM area_box b JOIN areas a ON a.id = b.id
            WHERE b.south_deg <= ?1 AND b.north_deg >= ?1 AND b.west_deg <= ?2 AND b.east_deg >= ?2
            ORDER BY a.size_m2, a.code
            """, [point.latitude, point.longitude]
        ) { $0[0] as Int64 }
        return try candidates.compactMap { id in
            let area = try area(id)
            return area.contains(point) ? area.code : nil
        }
    }

    /// The grid of a record: the one stated, else the smallest area around its position.
    func grid(stated: String?, at position: GeoPoint?) throws -> (code: String?, source: String) {
        if let stated { return (stated, "given") }
        return (try position.flatMap { try codes(containing: $0).first }, "derived")
    }

    /// Gives every camera and incident without a stated grid the one it lies in now.
    ///
    /// - Returns: the ids of the cameras whose grid changed.
    func deriveAll() throws -> Set<Int64> {
        _ = try derive("incidents")
        return try derive("cameras")
    }

    private func derive(_ table: String) throws -> Set<Int64> {
        var changed: Set<Int64> = []
        let located = try db.all(
            "SELECT id, grid, latitude_deg, longitude_deg FROM \(table) WHERE grid_source = 'derived' AND latitude_deg IS NOT NULL"
        ) { (id: $0[0] as Int64, grid: $0[1] as String?, position: $0.point(2)) }
        for row in located {
            let grid = try row.position.flatMap { try codes(containing: $0).first }
            guard grid != row.grid else { continue }
            try db.run("UPDATE \(table) SET grid = ? WHERE id = ?", [grid, row.id])
            changed.insert(row.id)
        }
        return changed
    }

    private func area(_ id: Int64) throws -> Area {
        if let area = known[id] { return area }
        let area = try db.first("SELECT code, name, rings FROM areas WHERE id = ?", [id], Area.init(row:))
        guard let area else { throw StoreFailure.unexpected(id, in: "area_box.id") }
        known[id] = area
        return area
    }
}

extension Area {
    /// From code, name and rings.
    init(row: Row) throws {
        self.init(code: row[0], name: row[1], rings: try PackedRings.rings(try row.bytes(2)))
    }
}
