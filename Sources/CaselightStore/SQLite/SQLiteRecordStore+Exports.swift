public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    public func addExport(_ order: ExportOrder) async throws {
        let operation = "order an export of incident '\(order.incident)'"
        try Self.check(order, operation: operation)
        try await file.write(operation) { db in
            guard try Self.id(of: order.incident, db) != nil else { throw Self.unknownIncident(order.incident, operation) }
            guard try !db.finds("SELECT 1 FROM exports WHERE id = ?", [order.id]) else {
                throw CaselightError(
                    .duplicate, operation, because: "there is an export with the id '\(order.id)'", remedy: "Draw another one.")
            }
            try db.run(
                """
                INSERT INTO exports (id, incident_number, reason, requested_by, requested_at_us, clips, state, byte_count, sha256, failure,
                finished_at_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                StatementArguments(
                    [
                        order.id, order.incident.text, order.reason, order.requestedBy.text, order.requestedAt.microseconds,
                        try JSONText.of(order.clips),
                    ] + Self.progress(order)))
            try self.steps.add(
                CaseStep(
                    incident: order.incident, kind: .exportAsked, at: order.requestedAt, by: order.requestedBy, object: order.id,
                    text: order.reason), db)
        }
    }

    public func updateExport(_ order: ExportOrder) async throws {
        let operation = "change export '\(order.id)'"
        try Self.check(order, operation: operation)
        try await file.write(operation) { db in
            let isNewState = try db.finds("SELECT 1 FROM exports WHERE id = ? AND state <> ?", [order.id, order.state.rawValue])
            try db.run(
                "UPDATE exports SET state = ?, byte_count = ?, sha256 = ?, failure = ?, finished_at_us = ? WHERE id = ?",
                StatementArguments(Self.progress(order) + [order.id]))
            guard db.changesCount > 0 else {
                throw CaselightError(.notFound, operation, because: "there is no such export", remedy: "Check its id.")
            }
            if isNewState, let step = Self.step(of: order) { try self.steps.add(step, db) }
        }
    }

    public func export(_ id: String) async throws -> ExportOrder? {
        try await file.readOnce("read export '\(id)'") { db in
            try db.first("SELECT \(Self.exportColumns) FROM exports e WHERE e.id = ?", [id], Self.export)
        }
    }

    public func exports(of incident: IncidentNumber?, limit: Int) async throws -> [ExportOrder] {
        var conditions = Conditions()
        if let incident { conditions.add("e.incident_number = ?", incident.text) }
        let sql = "SELECT \(Self.exportColumns) FROM exports e \(conditions.sql) ORDER BY e.sequence DESC LIMIT ?"
        let arguments = StatementArguments(conditions.arguments + [max(0, limit)])
        return try await file.readOnce("list exports") { db in try db.all(sql, arguments, Self.export) }
    }

    public func unfinishedExports() async throws -> [ExportOrder] {
        try await file.readOnce("read the unfinished exports") { db in try db.all(Self.unfinishedExportSQL, [], Self.export) }
    }

    static let unfinishedExportSQL = """
        SELECT \(exportColumns) FROM exports e WHERE e.state IN ('waiting', 'running') ORDER BY e.sequence
        """
}

// MARK: - Rows

extension SQLiteRecordStore {
    private static let exportColumns = """
        e.id, e.incident_number, e.reason, e.requested_by, e.requested_at_us, e.clips, e.state, e.byte_count, e.sha256, e.failure,
        e.finished_at_us
        """

    private static func export(_ row: Row) throws -> ExportOrder {
        var order = ExportOrder(
            id: row[0], incident: try IncidentNumber(row[1] as String), reason: row[2], requestedBy: try AccountName(row[3] as String),
            requestedAt: row.time(4), clips: try JSONText.value(row[5], in: "exports.clips"))
        order.state = try row.choice(6, "exports.state")
        order.byteCount = row[7]
        order.sha256 = row[8]
        order.failure = row[9]
        order.finishedAt = row.optionalTime(10)
        return order
    }

    /// What the board is told of how it ended.
    private static func step(of order: ExportOrder) -> CaseStep? {
        let kind: CaseStepKind
        switch order.state {
        case .ready: kind = .exportReady
        case .failed: kind = .exportFailed
        case .waiting, .running, .expired: return nil
        }
        return CaseStep(
            incident: order.incident, kind: kind, at: order.finishedAt ?? order.requestedAt, by: nil, object: order.id,
            text: order.failure ?? "")
    }

    /// What changes as it is made.
    private static func progress(_ order: ExportOrder) -> [(any DatabaseValueConvertible)?] {
        [order.state.rawValue, order.byteCount, order.sha256, order.failure, order.finishedAt?.microseconds]
    }

    private static func check(_ order: ExportOrder, operation: String) throws(CaselightError) {
        try checkText(order.id, order.reason, order.sha256, order.failure, operation: operation)
        for clip in order.clips { try checkText(clip.note, operation: operation) }
    }
}
