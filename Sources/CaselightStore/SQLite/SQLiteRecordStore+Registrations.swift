public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    public func lastRegistration(of code: CameraCode) async throws -> Camera? {
        let row = cameraRow
        return try await file.readOnce("read the last registration of camera '\(code)'") { db in
            try db.first(
                """
                SELECT \(CameraRow.columns) FROM cameras c WHERE c.code = ?
                ORDER BY c.removed_at_us IS NOT NULL, c.removed_at_us DESC, c.id DESC LIMIT 1
                """, [code.text], row)
        }
    }
}
