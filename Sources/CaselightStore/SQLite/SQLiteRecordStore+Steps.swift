public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    public func addStep(_ step: CaseStep) async throws -> CaseStep {
        let operation = "note what was done for incident '\(step.incident)'"
        try checkText(step.text, step.object, operation: operation)
        return try await file.write(operation) { db in
            var stored = step
            stored.id = try self.steps.add(step, db)
            return stored
        }
    }

    public func steps(of incident: IncidentNumber?, after id: Int64, limit: Int) async throws -> [CaseStep] {
        var conditions = Conditions("s.id > ?", id)
        if let incident { conditions.add("i.number = ?", incident.text) }
        return try await steps(conditions, limit: limit)
    }

    public func steps(of incident: IncidentNumber, kind: CaseStepKind) async throws -> [CaseStep] {
        var conditions = Conditions("i.number = ?", incident.text)
        conditions.add("s.kind = ?", kind.rawValue)
        return try await steps(conditions, limit: .max)
    }

    public func lastStepID() async throws -> Int64 {
        try await file.readOnce("read the newest step") { db in try db.first("SELECT max(id) FROM steps") { $0[0] as Int64? ?? 0 } ?? 0 }
    }

    public func stepNews() -> AsyncStream<Void> { steps.news() }

    private func steps(_ conditions: Conditions, limit: Int) async throws -> [CaseStep] {
        let sql = """
            SELECT s.id, i.number, s.kind, s.at_us, s.account, s.camera_code, s.started_at_us, s.ended_at_us, s.object, s.text
            FROM steps s JOIN incidents i ON i.id = s.incident_id \(conditions.sql) ORDER BY s.id LIMIT ?
            """
        let arguments = StatementArguments(conditions.arguments + [max(0, limit)])
        return try await file.readOnce("read the steps of incidents") { db in
            try db.all(sql, arguments) { row in
                CaseStep(
                    id: row[0], incident: try IncidentNumber(row[1] as String), kind: try row.choice(2, "steps.kind"), at: row.time(3),
                    by: try row.account(4), camera: try row.optionalCode(5), span: (row[6] as Int64?) == nil ? nil : try row.span(6),
                    object: row[8], text: row[9])
            }
        }
    }
}
