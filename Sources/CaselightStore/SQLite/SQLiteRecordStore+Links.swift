public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    public func addLink(_ link: ClipLink) async throws -> ClipLink {
        let operation = "link camera '\(link.camera)' to incident '\(link.incident)'"
        try checkText(link.note, operation: operation)
        return try await file.write(operation) { db in
            guard let incident = try Self.id(of: link.incident, db) else { throw Self.unknownIncident(link.incident, operation) }
            // A camera out of service has made footage too.
            guard try db.finds("SELECT 1 FROM cameras WHERE code = ?", [link.camera.text]) else {
                throw Self.unknownCamera(link.camera, operation)
            }
            let same = try db.finds(
                """
                SELECT 1 FROM links WHERE incident_id = ? AND camera_code = ? AND started_at_us = ? AND ended_at_us = ? AND role = ?
                """, [incident, link.camera.text, link.span.start.microseconds, link.span.end.microseconds, link.role.rawValue])
            guard !same else {
                throw CaselightError(.duplicate, operation, because: "this clip is linked in this role", remedy: "Its links show it.")
            }
            try db.run(
                """
                INSERT INTO links (incident_id, camera_code, started_at_us, ended_at_us, role, note, linked_by, linked_at_us)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    incident, link.camera.text, link.span.start.microseconds, link.span.end.microseconds, link.role.rawValue, link.note,
                    link.linkedBy?.text, link.linkedAt.microseconds,
                ])
            var stored = link
            stored.id = db.lastInsertedRowID
            try self.steps.add(
                CaseStep(
                    incident: link.incident, kind: .linked, at: link.linkedAt, by: link.linkedBy, camera: link.camera, span: link.span,
                    object: "\(stored.id)", text: link.role.rawValue), db)
            return stored
        }
    }

    public func links(of incident: IncidentNumber) async throws -> [ClipLink] {
        try await file.readOnce("read the links of incident '\(incident)'") { db in
            try db.all(
                """
                SELECT l.id, l.camera_code, l.started_at_us, l.ended_at_us, l.role, l.note, l.linked_at_us, l.linked_by
                FROM incidents i JOIN links l ON l.incident_id = i.id WHERE i.number = ? ORDER BY l.started_at_us, l.id
                """, [incident.text]
            ) { row in
                ClipLink(
                    id: row[0], incident: incident, camera: try row.code(1), span: try row.span(2), role: try row.choice(4, "links.role"),
                    note: row[5], linkedBy: try row.account(7), linkedAt: row.time(6))
            }
        }
    }

    public func removeLink(_ link: ClipLink, by account: AccountName?, at time: WallTime) async throws {
        let operation = "remove link \(link.id) of incident '\(link.incident)'"
        try await file.write(operation) { db in
            try db.run(
                "DELETE FROM links WHERE id = ? AND incident_id = (SELECT id FROM incidents WHERE number = ?)", [link.id, link.incident.text])
            guard db.changesCount > 0 else {
                throw CaselightError(.notFound, operation, because: "the incident has no such link")
            }
            try self.steps.add(
                CaseStep(
                    incident: link.incident, kind: .unlinked, at: time, by: account, camera: link.camera, span: link.span,
                    object: "\(link.id)", text: link.role.rawValue), db)
        }
    }
}
