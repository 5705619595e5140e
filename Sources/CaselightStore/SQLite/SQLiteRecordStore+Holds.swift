public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    public func addHold(_ hold: Hold) async throws {
        let operation = "hold footage of camera '\(hold.camera)'"
        try HoldRow.check(hold, operation: operation)
        try await file.write(operation) { db in
            if let incident = hold.incident, try Self.id(of: incident, db) == nil { throw Self.unknownIncident(incident, operation) }
            guard try !db.finds("SELECT 1 FROM holds WHERE id = ?", [hold.id]) else {
                throw CaselightError(.duplicate, operation, because: "there is a hold with the id '\(hold.id)'", remedy: "Draw another one.")
            }
            try db.run(
                """
                INSERT INTO holds (id, camera_code, started_at_us, ended_at_us, incident_number, origin, origin_id, reason, placed_by,
                placed_at_us, ends_at_us, release_requested_by, release_requested_at_us, release_reason, release_approved_by,
                release_approved_at_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                StatementArguments(
                    [
                        hold.id, hold.camera.text, hold.span.start.microseconds, hold.span.end.microseconds, hold.incident?.text,
                        hold.origin.rawValue, hold.originID, hold.reason, hold.placedBy.text, hold.placedAt.microseconds,
                    ] + HoldRow.changing(hold)))
            // What a link or an export holds is told by their steps.
            guard hold.origin == .hand, let incident = hold.incident else { return }
            try self.steps.add(
                CaseStep(
                    incident: incident, kind: .held, at: hold.placedAt, by: hold.placedBy, camera: hold.camera, span: hold.span,
                    object: hold.id, text: hold.reason), db)
        }
    }

    public func updateHold(_ hold: Hold) async throws {
        let operation = "change hold '\(hold.id)'"
        try HoldRow.check(hold, operation: operation)
        try await file.write(operation) { db in
            try db.run(
                """
                UPDATE holds SET ends_at_us = ?, release_requested_by = ?, release_requested_at_us = ?, release_reason = ?,
                release_approved_by = ?, release_approved_at_us = ? WHERE id = ?
                """, StatementArguments(HoldRow.changing(hold) + [hold.id]))
            guard db.changesCount > 0 else { throw Self.unknownHold(hold.id, operation) }
        }
    }

    public func hold(_ id: String) async throws -> Hold? {
        try await file.readOnce("read hold '\(id)'") { db in
            try db.first("SELECT \(HoldRow.columns) FROM holds h WHERE h.id = ?", [id], HoldRow.hold)
        }
    }

    public func holds(of incident: IncidentNumber?, camera: CameraCode?, after: String?, limit: Int) async throws -> [Hold] {
        try await file.read("list holds") { db in
            var conditions = Conditions()
            if let after {
                let last = try db.first("SELECT sequence FROM holds WHERE id = ?", [after]) { $0[0] as Int64 }
                guard let last else { throw Self.unknownHold(after, "list holds after '\(after)'") }
                conditions.add("h.sequence > ?", last)
            }
            if let incident { conditions.add("h.incident_number = ?", incident.text) }
            if let camera { conditions.add("h.camera_code = ?", camera.text) }
            return try db.all(
                "SELECT \(HoldRow.columns) FROM holds h \(conditions.sql) ORDER BY h.sequence LIMIT ?",
                StatementArguments(conditions.arguments + [max(0, limit)]), HoldRow.hold)
        }
    }

    public func holdsInForce(at time: WallTime) async throws -> [Hold] {
        try await file.readOnce("read the holds in force") { db in
            try db.all(
                """
                SELECT \(HoldRow.columns) FROM holds h
                WHERE h.release_approved_at_us IS NULL AND (h.ends_at_us IS NULL OR h.ends_at_us > ?) ORDER BY h.sequence
                """, [time.microseconds], HoldRow.hold)
        }
    }

    private static func unknownHold(_ id: String, _ operation: String) -> CaselightError {
        CaselightError(.notFound, operation, because: "there is no hold '\(id)'", remedy: "Check its id.")
    }
}

/// A hold in the columns of `holds`.
private enum HoldRow {
    /// What `hold(_:)` reads, of holds named `h`.
    static let columns = """
        h.id, h.camera_code, h.started_at_us, h.ended_at_us, h.incident_number, h.origin, h.origin_id, h.reason, h.placed_by,
        h.placed_at_us, h.ends_at_us, h.release_requested_by, h.release_requested_at_us, h.release_reason, h.release_approved_by,
        h.release_approved_at_us
        """

    static func hold(_ row: Row) throws -> Hold {
        var hold = Hold(
            id: row[0], camera: try row.code(1), span: try row.span(2), incident: try (row[4] as String?).map { try IncidentNumber($0) },
            origin: try row.choice(5, "holds.origin"), originID: row[6], reason: row[7], placedBy: try AccountName(row[8] as String),
            placedAt: row.time(9))
        hold.endsAt = row.optionalTime(10)
        guard let asker = row[11] as String? else { return hold }
        var release = HoldRelease(requestedBy: try AccountName(asker), requestedAt: row.time(12), reason: row[13])
        release.approvedBy = try (row[14] as String?).map { try AccountName($0) }
        release.approvedAt = row.optionalTime(15)
        hold.release = release
        return hold
    }

    /// What may change: its end and its release.
    static func changing(_ hold: Hold) -> [(any DatabaseValueConvertible)?] {
        [
            hold.endsAt?.microseconds, hold.release?.requestedBy.text, hold.release?.requestedAt.microseconds, hold.release?.reason,
            hold.release?.approvedBy?.text, hold.release?.approvedAt?.microseconds,
        ]
    }

    /// - Throws: `forbidden` where one person asks for its release and approves it; `invalidValue` for an approval by nobody.
    static func check(_ hold: Hold, operation: String) throws(CaselightError) {
        try checkText(hold.id, hold.originID, hold.reason, hold.release?.reason, operation: operation)
        guard let release = hold.release else { return }
        guard (release.approvedBy == nil) == (release.approvedAt == nil) else {
            throw CaselightError(.invalidValue, operation, because: "an approval has a time and somebody who gave it, or neither")
        }
        guard release.approvedBy != release.requestedBy else {
            throw CaselightError(
                .forbidden, operation, because: "'\(release.requestedBy)' asked for the release, and may not approve it",
                remedy: "Somebody else must approve it.")
        }
    }
}
