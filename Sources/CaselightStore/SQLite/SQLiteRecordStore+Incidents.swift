public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    public func addIncident(_ incident: Incident) async throws {
        let operation = "add incident '\(incident.number)'"
        try IncidentRow.check(incident, operation: operation)
        try await file.write(operation) { db in
            guard try Self.id(of: incident.number, db) == nil else {
                throw CaselightError(
                    .duplicate, operation, because: "an incident with this number is posted",
                    remedy: "Change the posted one, or check the number.")
            }
            try Self.insert(incident, GridResolver(db), db)
            try self.steps.add(CaseStep(incident: incident.number, kind: .posted, at: incident.postedAt, by: incident.postedBy), db)
            // With its grid, which its place may have given it.
            let stored = try db.first("SELECT \(IncidentRow.columns) FROM incidents i WHERE i.number = ?", [incident.number.text], IncidentRow.incident)
            try self.addDeliveries(of: stored ?? incident, db)
        }
    }

    public func importIncidents(_ incidents: [Incident], replacing: Bool) async throws -> ImportCount {
        for incident in incidents { try IncidentRow.check(incident, operation: "import incident '\(incident.number)'") }
        return try await file.write("import \(incidents.count) incidents") { db in
            var count = ImportCount()
            let grids = GridResolver(db)
            for incident in incidents {
                guard let id = try Self.id(of: incident.number, db) else {
                    try Self.insert(incident, grids, db)
                    count.added += 1
                    continue
                }
                guard replacing else {
                    count.skipped += 1
                    continue
                }
                try Self.update(id, to: incident, grids, db)
                count.updated += 1
            }
            return count
        }
    }

    public func updateIncident(_ incident: Incident, by account: AccountName?) async throws {
        let operation = "change incident '\(incident.number)'"
        try IncidentRow.check(incident, operation: operation)
        try await file.write(operation) { db in
            guard let id = try Self.id(of: incident.number, db) else { throw Self.unknownIncident(incident.number, operation) }
            try Self.update(id, to: incident, GridResolver(db), db)
            try self.steps.add(CaseStep(incident: incident.number, kind: .changed, at: incident.updatedAt, by: account), db)
        }
    }

    public func incident(_ number: IncidentNumber) async throws -> Incident? {
        try await file.readOnce("read incident '\(number)'") { db in
            try db.first("SELECT \(IncidentRow.columns) FROM incidents i WHERE i.number = ?", [number.text], IncidentRow.incident)
        }
    }

    public func incidents(_ filter: IncidentFilter, after: IncidentNumber?, limit: Int) async throws -> [Incident] {
        try await file.read("list incidents") { db in
            var conditions = Conditions()
            if let after {
                let last = try db.first("SELECT posted_at_us FROM incidents WHERE number = ?", [after.text]) { $0[0] as Int64 }
                guard let last else { throw Self.unknownIncident(after, "list incidents after '\(after)'") }
                conditions.add("(i.posted_at_us, i.number) < (?, ?)", last, after.text)
            }
            conditions.add(filter)
            return try db.all(
                """
                SELECT \(IncidentRow.columns) FROM incidents i \(conditions.sql)
                ORDER BY i.posted_at_us DESC, i.number DESC LIMIT ?
                """, StatementArguments(conditions.arguments + [max(0, limit)]), IncidentRow.incident)
        }
    }

    public func incidentCount() async throws -> Int {
        try await file.readOnce("count incidents") { db in try db.first("SELECT count(*) FROM incidents") { $0[0] } ?? 0 }
    }
}

// MARK: - Rows

extension SQLiteRecordStore {
    static func id(of number: IncidentNumber, _ db: Database) throws -> Int64? {
        try db.first("SELECT id FROM incidents WHERE number = ?", [number.text]) { $0[0] }
    }

    static func unknownIncident(_ number: IncidentNumber, _ operation: String) -> CaselightError {
        CaselightError(
            .notFound, operation, because: "no incident with number '\(number)' is posted",
            remedy: "Check the number: caselight incident list.")
    }

    private static func insert(_ incident: Incident, _ grids: GridResolver, _ db: Database) throws {
        let grid = try grids.grid(stated: incident.grid, at: incident.position)
        try db.run(
            IncidentRow.insertSQL,
            StatementArguments(
                [
                    incident.number.text, incident.postedAt.microseconds, incident.steppedAt.microseconds, incident.postedBy?.text,
                    incident.state.rawValue,
                ]
                    + IncidentRow.values(incident, grid: grid)))
    }

    /// An incident's state and when and by whom it was posted are the board's: an import of the register again must not set them back.
    private static func update(_ id: Int64, to incident: Incident, _ grids: GridResolver, _ db: Database) throws {
        // A derived grid comes back with the incident that is read, changed and stored; it is no statement of anybody's.
        let isDerived = try db.finds("SELECT 1 FROM incidents WHERE id = ? AND grid IS ? AND grid_source = 'derived'", [id, incident.grid])
        let grid = try grids.grid(stated: isDerived ? nil : incident.grid, at: incident.position)
        try db.run(IncidentRow.updateSQL, StatementArguments(IncidentRow.values(incident, grid: grid) + [id]))
    }
}
