public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    public func putGroup(_ group: CameraGroup) async throws {
        let operation = "store group '\(group.code)'"
        try checkText(group.code, group.name, operation: operation)
        for text in group.grids + group.owners { try checkText(text, operation: operation) }
        try await file.write(operation) { db in
            try db.run(
                """
                INSERT INTO camera_groups (code, name, classes, grids, owners) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (code) DO UPDATE
                SET name = excluded.name, classes = excluded.classes, grids = excluded.grids, owners = excluded.owners
                """,
                [
                    group.code, group.name, try JSONText.of(group.classes), try JSONText.of(group.grids), try JSONText.of(group.owners),
                ])
        }
    }

    public func removeGroup(_ code: String) async throws {
        let operation = "remove group '\(code)'"
        try await file.write(operation) { db in
            let users = try db.all(
                """
                SELECT a.name FROM camera_groups g JOIN account_groups m ON m.group_id = g.id JOIN accounts a ON a.id = m.account_id
                WHERE g.code = ? ORDER BY a.name LIMIT 3
                """, [code]
            ) { $0[0] as String }
            guard users.isEmpty else {
                throw CaselightError(
                    .conflict, operation, because: "accounts are limited to it, '\(users.joined(separator: "', '"))' among them",
                    remedy: "Take it from them first; then say what they may see instead.")
            }
            try db.run("DELETE FROM camera_groups WHERE code = ?", [code])
            guard db.changesCount > 0 else { throw Self.unknownGroup(code, operation) }
        }
    }

    public func groups() async throws -> [CameraGroup] {
        try await file.readOnce("list groups") { db in
            try db.all("SELECT code, name, classes, grids, owners FROM camera_groups ORDER BY code") { row in
                CameraGroup(
                    code: row[0], name: row[1], classes: try JSONText.value(row[2], in: "camera_groups.classes"),
                    grids: try JSONText.value(row[3], in: "camera_groups.grids"),
                    owners: try JSONText.value(row[4], in: "camera_groups.owners"))
            }
        }
    }

    static func unknownGroup(_ code: String, _ operation: String) -> CaselightError {
        CaselightError(.notFound, operation, because: "there is no group '\(code)' of cameras", remedy: "Check its code.")
    }
}
