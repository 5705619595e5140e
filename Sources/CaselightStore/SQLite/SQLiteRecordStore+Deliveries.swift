public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    private static let columns = """
        d.id, d.message_id, i.number, d.recipient, d.state, d.attempt_count, d.created_at_us, d.next_at_us, d.failure, d.ended_at_us
        """

    private static func delivery(_ row: Row) throws -> Delivery {
        Delivery(
            id: row[0], messageID: row[1], incident: try IncidentNumber(row[2] as String), recipient: row[3],
            state: try row.choice(4, "deliveries.state"), attemptCount: row[5], createdAt: row.time(6), nextAt: row.optionalTime(7),
            failure: row[8], endedAt: row.optionalTime(9))
    }

    /// One for each recipient that the incident, stored before in the same transaction, is for.
    func addDeliveries(of incident: Incident, _ db: Database) throws {
        for recipient in try Self.recipients(db) where recipient.wants(incident) {
            let body = try JSONText.of(PushedEvent(event: "incident.posted", role: recipient.role, incident: incident))
            try db.run(
                """
                INSERT INTO deliveries (message_id, incident_id, recipient, body, state, attempt_count, created_at_us, next_at_us)
                SELECT ?, id, ?, ?, 'waiting', 0, ?, ? FROM incidents WHERE number = ?
                """,
                [
                    "msg_\(Hold.randomID())", recipient.name, body, incident.postedAt.microseconds, incident.postedAt.microseconds,
                    incident.number.text,
                ])
        }
    }

    public func deliveries(
        in state: DeliveryState?, of incident: IncidentNumber?, before id: Int64?, limit: Int
    ) async throws -> [Delivery] {
        var conditions = Conditions()
        if let state { conditions.add("d.state = ?", state.rawValue) }
        if let incident { conditions.add("i.number = ?", incident.text) }
        if let id { conditions.add("d.id < ?", id) }
        let sql = """
            SELECT \(Self.columns) FROM deliveries d JOIN incidents i ON i.id = d.incident_id \(conditions.sql) ORDER BY d.id DESC LIMIT ?
            """
        let arguments = StatementArguments(conditions.arguments + [max(0, limit)])
        return try await file.readOnce("list deliveries") { db in try db.all(sql, arguments, Self.delivery) }
    }

    public func delivery(_ id: Int64) async throws -> Delivery? {
        try await file.readOnce("read delivery \(id)") { db in try Self.delivery(id, db) }
    }

    public func dueDeliveries(at time: WallTime, within reach: Microseconds) async throws -> [Delivery] {
        try await file.readOnce("look for deliveries that are due") { db in
            try db.all(
                """
                SELECT \(Self.columns) FROM (
                  SELECT (SELECT min(w.id) FROM deliveries w WHERE w.state = 'waiting' AND w.recipient = r.name) AS head
                  FROM recipients r WHERE r.is_enabled) h
                JOIN deliveries d ON d.id = h.head JOIN incidents i ON i.id = d.incident_id
                WHERE d.next_at_us <= ? OR d.next_at_us > ? ORDER BY d.id
                """, [time.microseconds, (time + reach).microseconds], Self.delivery)
        }
    }

    public func deliveryBody(_ id: Int64) async throws -> [UInt8] {
        let body = try await file.readOnce("read delivery \(id)") { db in
            try db.first("SELECT body FROM deliveries WHERE id = ?", [id]) { $0[0] as String }
        }
        guard let body else { throw Self.unknownDelivery(id, "read delivery \(id)") }
        return Array(body.utf8)
    }

    public func recordAttempt(_ id: Int64, _ outcome: DeliveryOutcome, at time: WallTime) async throws {
        let operation = "note what came of delivery \(id)"
        try await file.write(operation) { db in try self.record(id, outcome, at: time, countsAttempt: true, operation, db) }
    }

    func record(
        _ id: Int64, _ outcome: DeliveryOutcome, at time: WallTime, countsAttempt: Bool, _ operation: String, _ db: Database
    ) throws {
        let (state, next, failure): (DeliveryState, WallTime?, String?) =
            switch outcome {
            case .arrived: (.delivered, nil, nil)
            case .failed(let failure, let nextAt): (.waiting, nextAt, failure)
            case .givenUp(let failure): (.dead, nil, failure)
            }
        try db.run(
            """
            UPDATE deliveries SET state = ?, next_at_us = ?, failure = ?, ended_at_us = ?, attempt_count = attempt_count + ?
            WHERE id = ? AND state = 'waiting'
            """,
            [state.rawValue, next?.microseconds, failure, state == .waiting ? nil : time.microseconds, countsAttempt ? 1 : 0, id])
        guard db.changesCount > 0 else { throw Self.unknownDelivery(id, operation) }
        guard state != .waiting, let delivery = try Self.delivery(id, db) else { return }
        try steps.add(
            CaseStep(
                incident: delivery.incident, kind: state == .delivered ? .delivered : .undeliverable, at: time, by: nil, object: "\(id)",
                text: failure.map { "\(delivery.recipient): \($0)" } ?? delivery.recipient), db)
    }

    private static func delivery(_ id: Int64, _ db: Database) throws -> Delivery? {
        try db.first("SELECT \(columns) FROM deliveries d JOIN incidents i ON i.id = d.incident_id WHERE d.id = ?", [id], delivery)
    }

    public func resendDelivery(_ id: Int64, at time: WallTime) async throws -> Delivery {
        let operation = "send delivery \(id) again"
        return try await file.write(operation) { db in
            guard let delivery = try Self.delivery(id, db) else { throw Self.unknownDelivery(id, operation) }
            guard delivery.state == .dead else {
                throw CaselightError(.conflict, operation, because: "it is \(delivery.state.rawValue), not dead")
            }
            guard try db.finds("SELECT 1 FROM recipients WHERE name = ?", [delivery.recipient]) else {
                throw Self.unknownRecipient(delivery.recipient, operation)
            }
            try db.run(
                "UPDATE deliveries SET state = 'waiting', next_at_us = ?, created_at_us = ?, ended_at_us = NULL, attempt_count = 0 WHERE id = ?",
                [time.microseconds, time.microseconds, id])
            self.steps.tellAfter(db)
            return try Self.delivery(id, db) ?? delivery
        }
    }

    public func deliveryCounts() async throws -> DeliveryCounts {
        try await file.readOnce("count deliveries") { db in
            let waiting = try db.first("SELECT count(*), min(created_at_us) FROM deliveries WHERE state = 'waiting'") {
                ($0[0] as Int, $0.optionalTime(1))
            }
            let dead = try db.first("SELECT count(*) FROM deliveries WHERE state = 'dead'") { $0[0] as Int }
            return DeliveryCounts(waiting: waiting?.0 ?? 0, dead: dead ?? 0, oldestAt: waiting?.1)
        }
    }

    public func forgetDeliveries(endedBefore time: WallTime) async throws -> Int {
        try await file.write("forget old deliveries") { db in
            try db.run("DELETE FROM deliveries WHERE ended_at_us < ?", [time.microseconds])
            return db.changesCount
        }
    }

    private static func unknownDelivery(_ id: Int64, _ operation: String) -> CaselightError {
        CaselightError(.notFound, operation, because: "there is none that it could be", remedy: "Check its id: caselight delivery list.")
    }
}
