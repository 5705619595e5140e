public import CaselightModel
import GRDB

extension SQLiteFootageIndex {
    public func importedRuns(of cameras: [CameraCode]) async throws -> [Run] {
        let known = indexed(cameras).filter { $0.camera.hasImports }
        guard !known.isEmpty else { return [] }
        let list = "[" + known.map { String($0.camera.id) }.joined(separator: ",") + "]"
        return try await file.readOnce("read imported runs") { db in try db.all(Self.importedRunSQL, [list], Self.run) }
    }

    /// By way of the index `runs_imported`, which holds no run of a feed.
    static let importedRunSQL = """
        SELECT r.run_id, c.code, r.file_name, r.file_sha256, r.started_at_us, r.ended_at_us, r.stream
        FROM json_each(?1) w CROSS JOIN runs r ON r.camera_id = w.value CROSS JOIN cameras c ON c.id = r.camera_id
        WHERE r.file_name IS NOT NULL ORDER BY r.started_at_us, r.key
        """
}
