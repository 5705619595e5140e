public import CaselightModel
import Foundation
import GRDB
import Synchronization

extension SQLiteRecordStore: PushStore {
    private static func secretName(_ recipient: String) -> String { "webhook of \(recipient)" }

    public func putRecipient(_ recipient: Recipient, webhook: Webhook?) async throws {
        let operation = "store recipient '\(recipient.name)'"
        try checkText(recipient.name, recipient.place, operation: operation)
        for text in recipient.categories + recipient.grids { try checkText(text, operation: operation) }
        let name = Self.secretName(recipient.name)
        let plain = try webhook.map { Array(try JSONText.of($0).utf8) }
        try await file.write(operation) { [self] db in
            if try !db.finds("SELECT 1 FROM recipients WHERE name = ?", [recipient.name]) {
                guard plain != nil else {
                    throw CaselightError(.invalidValue, operation, because: "it is new, and no url is given")
                }
                let count = try db.first("SELECT count(*) FROM recipients") { $0[0] as Int } ?? 0
                guard count < Recipient.countLimit else {
                    throw CaselightError(.tooLarge, operation, because: "there are \(count) recipients, the most there may be")
                }
            }
            try db.run(
                """
                INSERT INTO recipients (name, role, categories, grids, place, is_enabled) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET role = excluded.role, categories = excluded.categories, grids = excluded.grids,
                place = excluded.place, is_enabled = excluded.is_enabled
                """,
                [
                    recipient.name, recipient.role.rawValue, try JSONText.of(recipient.categories), try JSONText.of(recipient.grids),
                    recipient.place, recipient.isEnabled,
                ])
            if let plain {
                // Here, so that no rotation of the keys comes between.
                let sealed = Data(try sealer.withLock { $0 }.seal(plain, of: .installation(name)))
                try db.run("INSERT OR REPLACE INTO secrets (name, sealed) VALUES (?, ?)", [name, sealed])
            }
            steps.tellAfter(db)
        }
    }

    public func removeRecipient(_ name: String, at time: WallTime) async throws {
        let operation = "remove recipient '\(name)'"
        try await file.write(operation) { db in
            try db.run("DELETE FROM recipients WHERE name = ?", [name])
            guard db.changesCount > 0 else { throw Self.unknownRecipient(name, operation) }
            try db.run("DELETE FROM secrets WHERE name = ?", [Self.secretName(name)])
            let waiting = try db.all("SELECT id FROM deliveries WHERE state = 'waiting' AND recipient = ? ORDER BY id", [name]) { $0[0] as Int64 }
            for id in waiting { try self.record(id, .givenUp("the recipient was removed"), at: time, countsAttempt: false, operation, db) }
        }
    }

    public func recipients() async throws -> [Recipient] {
        try await file.readOnce("list recipients", Self.recipients)
    }

    static func recipients(_ db: Database) throws -> [Recipient] {
        try db.all("SELECT name, role, categories, grids, place, is_enabled FROM recipients ORDER BY name") { row in
            Recipient(
                name: row[0], role: try row.choice(1, "recipients.role"), categories: try JSONText.value(row[2], in: "recipients.categories"),
                grids: try JSONText.value(row[3], in: "recipients.grids"), place: row[4], isEnabled: row[5])
        }
    }

    public func webhook(of recipient: String) async throws -> Webhook {
        let operation = "read the address of recipient '\(recipient)'"
        guard let bytes = try await secret(named: Self.secretName(recipient)) else {
            guard try await recipients().contains(where: { $0.name == recipient }) else { throw Self.unknownRecipient(recipient, operation) }
            throw CaselightError(
                .conflict, operation, because: "it was sealed with a key that is lost",
                remedy: "Give both again: caselight recipient set \(recipient) --url URL --secret.")
        }
        return try JSONText.value(String(decoding: bytes, as: UTF8.self), in: "secrets.sealed")
    }

    static func unknownRecipient(_ name: String, _ operation: String) -> CaselightError {
        CaselightError(.notFound, operation, because: "there is no recipient '\(name)'", remedy: "Check its name: caselight recipient list.")
    }
}
