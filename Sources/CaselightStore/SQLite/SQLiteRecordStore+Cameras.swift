public import CaselightModel
import Foundation
import GRDB
import Synchronization

extension SQLiteRecordStore {
    public func addCamera(_ camera: Camera, credentials: FeedCredentials?) async throws {
        let operation = "add camera '\(camera.code)'"
        try CameraRow.check(camera, operation: operation)
        try await writeCameras(operation) { [self] db, changed in
            guard try Self.idInService(camera.code, db) == nil else {
                throw CaselightError(
                    .duplicate, operation, because: "a camera with this code is registered",
                    remedy: "Change the registered one, or choose another code.")
            }
            changed.insert(try insert(camera, credentials, GridResolver(db), db))
        }
    }

    public func importCameras(_ cameras: [(Camera, FeedCredentials?)], replacing: Bool) async throws -> ImportCount {
        for (camera, _) in cameras { try CameraRow.check(camera, operation: "import camera '\(camera.code)'") }
        return try await writeCameras("import \(cameras.count) cameras") { [self] db, changed in
            var count = ImportCount()
            let grids = GridResolver(db)
            for (camera, credentials) in cameras {
                guard let id = try Self.idInService(camera.code, db) else {
                    changed.insert(try insert(camera, credentials, grids, db))
                    count.added += 1
                    continue
                }
                guard replacing else {
                    count.skipped += 1
                    continue
                }
                try update(id, to: camera, credentials.map { .set($0) } ?? .keep, grids, db)
                changed.insert(id)
                count.updated += 1
            }
            return count
        }
    }

    public func updateCamera(_ camera: Camera, credentials: CredentialsChange) async throws {
        let operation = "change camera '\(camera.code)'"
        try CameraRow.check(camera, operation: operation)
        try await writeCameras(operation) { [self] db, changed in
            guard let id = try Self.idInService(camera.code, db) else { throw Self.unknownCamera(camera.code, operation) }
            try update(id, to: camera, credentials, GridResolver(db), db)
            changed.insert(id)
        }
    }

    public func removeCamera(_ code: CameraCode, at time: WallTime) async throws {
        let operation = "remove camera '\(code)'"
        try await writeCameras(operation) { db, changed in
            guard let id = try Self.idInService(code, db) else { throw Self.unknownCamera(code, operation) }
            try db.run("UPDATE cameras SET removed_at_us = ? WHERE id = ?", [time.microseconds, id])
            // Nobody connects to it again, so nobody needs its password.
            try db.run("DELETE FROM sealed_credentials WHERE camera_id = ?", [id])
            try SealedAddress.remove(of: code, db)
            changed.insert(id)
        }
    }

    public func camera(_ code: CameraCode) async throws -> Camera? {
        let row = cameraRow
        return try await file.readOnce("read camera '\(code)'") { db in
            try db.first(
                "SELECT \(CameraRow.columns) FROM cameras c WHERE c.code = ? AND c.removed_at_us IS NULL", [code.text], row)
        }
    }

    public func cameras(_ filter: CameraFilter, after: CameraCode?, limit: Int) async throws -> [Camera] {
        var conditions = Conditions("c.removed_at_us IS NULL AND c.code > ?", after?.text ?? "")
        conditions.add(filter)
        let (sql, arguments) = (conditions.sql, StatementArguments(conditions.arguments + [max(0, limit)]))
        let row = cameraRow
        return try await file.readOnce("list cameras") { db in
            try db.all("SELECT \(CameraRow.columns) FROM cameras c \(sql) ORDER BY c.code LIMIT ?", arguments, row)
        }
    }

    public func cameraCount() async throws -> Int {
        try await file.readOnce("count cameras") { db in
            try db.first("SELECT count(*) FROM cameras WHERE removed_at_us IS NULL") { $0[0] } ?? 0
        }
    }

    public func credentials(of code: CameraCode) async throws -> FeedCredentials? {
        let sealed = try await file.readOnce("read the credentials of camera '\(code)'") { db in
            try db.first(
                """
                SELECT s.sealed FROM cameras c JOIN sealed_credentials s ON s.camera_id = c.id
                WHERE c.code = ? AND c.removed_at_us IS NULL
                """, [code.text]
            ) { try $0.bytes(0) }
        }
        return try sealed.map { bytes throws(CaselightError) in try sealer.withLock { $0 }.credentials(bytes, of: code) }
    }
}

// MARK: - Rows

extension SQLiteRecordStore {
    /// Reads a row of `CameraRow.columns`.
    var cameraRow: @Sendable (Row) throws -> Camera {
        let sealer = sealer.withLock { $0 }
        return { try CameraRow.camera($0, sealer) }
    }

    private static func idInService(_ code: CameraCode, _ db: Database) throws -> Int64? {
        try db.first("SELECT id FROM cameras WHERE code = ? AND removed_at_us IS NULL", [code.text]) { $0[0] }
    }

    static func unknownCamera(_ code: CameraCode, _ operation: String) -> CaselightError {
        CaselightError(
            .notFound, operation, because: "no camera with code '\(code)' is registered", remedy: "Check the code: caselight camera list.")
    }

    /// Its new id.
    private func insert(
        _ camera: Camera, _ credentials: FeedCredentials?, _ grids: GridResolver, _ db: Database
    ) throws -> Int64 {
        let grid = try grids.grid(stated: camera.grid, at: camera.knownPosition)
        try db.run(
            CameraRow.insertSQL,
            StatementArguments([camera.code.text, camera.createdAt.microseconds] + CameraRow.values(camera, grid: grid)))
        let id = db.lastInsertedRowID
        try insertAround(camera, id, credentials.map { .set($0) } ?? .keep, db)
        return id
    }

    private func update(
        _ id: Int64, to camera: Camera, _ credentials: CredentialsChange, _ grids: GridResolver, _ db: Database
    ) throws {
        // A derived grid comes back with the camera that is read, changed and stored; it is no statement of anybody's.
        let isDerived = try db.finds("SELECT 1 FROM cameras WHERE id = ? AND grid IS ? AND grid_source = 'derived'", [id, camera.grid])
        let grid = try grids.grid(stated: isDerived ? nil : camera.grid, at: camera.knownPosition)
        try db.run(CameraRow.updateSQL, StatementArguments(CameraRow.values(camera, grid: grid) + [id]))
        try db.run("DELETE FROM camera_tags WHERE camera_id = ?", [id])
        try db.run("DELETE FROM camera_view WHERE id = ?", [id])
        try insertAround(camera, id, camera.feed == nil ? .remove : credentials, db)
    }

    /// Tags, credentials and field of view: what stands beside a camera's row.
    private func insertAround(_ camera: Camera, _ id: Int64, _ credentials: CredentialsChange, _ db: Database) throws {
        for (position, tag) in camera.tags.enumerated() {
            try db.run("INSERT INTO camera_tags (camera_id, position, tag) VALUES (?, ?, ?)", [id, position, tag])
        }
        switch credentials {
        case .keep: break
        case .set(let credentials):
            try checkText(credentials.user, credentials.password, operation: "store the credentials of camera '\(camera.code)'")
            try db.run(
                "INSERT OR REPLACE INTO sealed_credentials (camera_id, sealed) VALUES (?, ?)",
                [id, Data(try sealer.withLock { $0 }.seal(credentials, of: camera.code))])
        case .remove: try db.run("DELETE FROM sealed_credentials WHERE camera_id = ?", [id])
        }
        try SealedAddress.keep(camera.feed?.url, of: camera.code, sealer.withLock { $0 }, db)
        guard camera.knownPosition != nil, let box = camera.fieldOfView?.boundingBox else { return }
        try db.run(
            "INSERT INTO camera_view (id, south_deg, north_deg, west_deg, east_deg) VALUES (?, ?, ?, ?, ?)",
            [id, box.south, box.north, box.west, box.east])
    }
}
