public import CaselightModel
import GRDB

extension SQLiteRecordStore: BoardStore {
    public func claim(_ number: IncidentNumber, by account: AccountName, takingOver: Bool, at time: WallTime) async throws -> Incident {
        let operation = "claim incident '\(number)'"
        return try await file.write(operation) { db in
            let incident = try Self.openIncident(number, operation, db)
            guard incident.claimedBy != account else { return incident }
            if let other = incident.claimedBy, !takingOver {
                throw CaselightError(.conflict, operation, because: "\(other) has claimed it", remedy: "Say that you take it over.")
            }
            try db.run(
                """
                UPDATE incidents SET claimed_by = ?, claimed_at_us = ifnull(claimed_at_us, ?),
                state = iif(state = 'posted', 'claimed', state) WHERE number = ?
                """, [account.text, time.microseconds, number.text])
            try self.steps.add(
                CaseStep(incident: number, kind: incident.claimedBy == nil ? .claimed : .takenOver, at: time, by: account), db)
            return try Self.known(number, operation, db)
        }
    }

    public func addLead(_ lead: Lead) async throws -> Lead {
        let operation = "add a lead to incident '\(lead.incident)'"
        try checkText(lead.toward, lead.note, operation: operation)
        return try await file.write(operation) { db in
            _ = try Self.openIncident(lead.incident, operation, db)
            if let camera = lead.camera, try !db.finds("SELECT 1 FROM cameras WHERE code = ?", [camera.text]) {
                throw Self.unknownCamera(camera, operation)
            }
            try db.run(
                """
                INSERT INTO leads (incident_id, camera_code, seen_at_us, latitude_deg, longitude_deg, bearing_deg, toward, note, account, at_us)
                SELECT id, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM incidents WHERE number = ?
                """,
                [
                    lead.camera?.text, lead.seenAt.microseconds, lead.position.latitude, lead.position.longitude, lead.bearingDegrees,
                    lead.toward, lead.note, lead.by?.text, lead.at.microseconds, lead.incident.text,
                ])
            var stored = lead
            stored.id = db.lastInsertedRowID
            try db.run(
                "UPDATE incidents SET state = 'lead', lead_at_us = ifnull(lead_at_us, ?) WHERE number = ?",
                [lead.at.microseconds, lead.incident.text])
            try self.steps.add(
                CaseStep(
                    incident: lead.incident, kind: .leadFound, at: lead.at, by: lead.by, camera: lead.camera, object: "\(stored.id)",
                    text: lead.toward), db)
            return stored
        }
    }

    public func leads(of incident: IncidentNumber) async throws -> [Lead] {
        try await file.readOnce("read the leads of incident '\(incident)'") { db in
            try db.all(
                """
                SELECT l.id, l.camera_code, l.seen_at_us, l.latitude_deg, l.longitude_deg, l.bearing_deg, l.toward, l.note, l.account, l.at_us
                FROM incidents i JOIN leads l ON l.incident_id = i.id WHERE i.number = ? ORDER BY l.id
                """, [incident.text]
            ) { row in
                Lead(
                    id: row[0], incident: incident, camera: try row.optionalCode(1), seenAt: row.time(2),
                    position: GeoPoint(unchecked: row[3], row[4]), bearingDegrees: row[5], toward: row[6], note: row[7],
                    by: try row.account(8), at: row.time(9))
            }
        }
    }

    public func closeIncident(
        _ number: IncidentNumber, _ outcome: Outcome, by account: AccountName, at time: WallTime
    ) async throws -> Incident {
        let operation = "close incident '\(number)'"
        try checkText(outcome.text, operation: operation)
        return try await file.write(operation) { db in
            _ = try Self.openIncident(number, operation, db)
            try db.run(
                "UPDATE incidents SET state = 'closed', closed_at_us = ?, outcome = ?, outcome_text = ? WHERE number = ?",
                [time.microseconds, outcome.result.rawValue, outcome.text, number.text])
            try self.steps.add(
                CaseStep(incident: number, kind: .closed, at: time, by: account, object: outcome.result.rawValue, text: outcome.text), db)
            return try Self.known(number, operation, db)
        }
    }

    public func reopenIncident(_ number: IncidentNumber, by account: AccountName, at time: WallTime) async throws -> Incident {
        let operation = "reopen incident '\(number)'"
        return try await file.write(operation) { db in
            guard try Self.known(number, operation, db).state == .closed else {
                throw CaselightError(.conflict, operation, because: "it is not closed")
            }
            try db.run(
                """
                UPDATE incidents SET closed_at_us = NULL, outcome = NULL, outcome_text = '',
                state = CASE WHEN lead_at_us IS NOT NULL THEN 'lead' WHEN claimed_by IS NOT NULL THEN 'claimed' ELSE 'posted' END
                WHERE number = ?
                """, [number.text])
            try self.steps.add(CaseStep(incident: number, kind: .reopened, at: time, by: account), db)
            return try Self.known(number, operation, db)
        }
    }

    private static func known(_ number: IncidentNumber, _ operation: String, _ db: Database) throws -> Incident {
        let found = try db.first("SELECT \(IncidentRow.columns) FROM incidents i WHERE i.number = ?", [number.text], IncidentRow.incident)
        guard let found else { throw unknownIncident(number, operation) }
        return found
    }

    private static func openIncident(_ number: IncidentNumber, _ operation: String, _ db: Database) throws -> Incident {
        let incident = try known(number, operation, db)
        guard incident.state != .closed else {
            throw CaselightError(.conflict, operation, because: "it is closed", remedy: "Reopen it first.")
        }
        return incident
    }
}
