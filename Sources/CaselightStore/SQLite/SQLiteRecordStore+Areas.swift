public import CaselightModel
import Foundation
import GRDB

extension SQLiteRecordStore {
    public func importAreas(_ areas: [Area]) async throws -> ImportCount {
        for area in areas { try checkText(area.code, area.name, operation: "import area '\(area.code)'") }
        return try await writeCameras("import \(areas.count) areas") { db, changed in
            var count = ImportCount()
            for area in areas {
                let isKnown = try db.finds("SELECT 1 FROM areas WHERE code = ?", [area.code])
                if isKnown { count.updated += 1 } else { count.added += 1 }
                try Self.store(area, db)
            }
            if !areas.isEmpty { changed = try GridResolver(db).deriveAll() }
            return count
        }
    }

    public func area(_ code: String) async throws -> Area? {
        try await file.readOnce("read area '\(code)'") { db in
            try db.first("SELECT code, name, rings FROM areas WHERE code = ?", [code], Area.init(row:))
        }
    }

    public func areas(limit: Int) async throws -> [Area] {
        try await file.read("list areas") { db in
            try db.all("SELECT code, name, rings FROM areas ORDER BY code LIMIT ?", [limit], Area.init(row:))
        }
    }

    public func areas(containing point: GeoPoint) async throws -> [String] {
        try await file.read("find the areas around a point") { db in try GridResolver(db).codes(containing: point) }
    }

    private static func store(_ area: Area, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO areas (code, name, rings, size_m2) VALUES (?, ?, ?, ?)
            ON CONFLICT (code) DO UPDATE SET name = excluded.name, rings = excluded.rings, size_m2 = excluded.size_m2
            """, [area.code, area.name, Data(PackedRings.bytes(area.rings)), area.squareMeters])
        guard let id = try db.first("SELECT id FROM areas WHERE code = ?", [area.code], { $0[0] as Int64 }) else { return }
        try db.run("DELETE FROM area_box WHERE id = ?", [id])
        // A point just beside an edge counts as on it, so the box reaches a little further.
        guard let box = area.boundingBox?.grown(byMeters: 2 * GeoPoint.edgeToleranceMeters) else { return }
        try db.run(
            "INSERT INTO area_box (id, south_deg, north_deg, west_deg, east_deg) VALUES (?, ?, ?, ?, ?)",
            [id, box.south, box.north, box.west, box.east])
    }
}
