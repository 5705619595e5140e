public import CaselightModel
import Foundation
import GRDB

extension SQLiteRecordStore {
    public func addToken(_ token: AccessToken, digest: [UInt8]) async throws {
        let operation = "make token '\(token.id)' of account '\(token.account)'"
        try checkText(token.id, token.name, operation: operation)
        try await file.write(operation) { db in
            guard let account = try Self.id(of: token.account, db) else { throw Self.unknownAccount(token.account, operation) }
            guard try !db.finds("SELECT 1 FROM access_tokens WHERE id = ?", [token.id]) else {
                throw CaselightError(.duplicate, operation, because: "a token with this id exists", remedy: "Draw another one.")
            }
            try db.run(
                "INSERT INTO access_tokens (id, account_id, name, digest, created_at_us, expires_at_us) VALUES (?, ?, ?, ?, ?, ?)",
                [token.id, account, token.name, Data(digest), token.createdAt.microseconds, token.expiresAt.microseconds])
        }
    }

    public func token(_ id: String) async throws -> (AccessToken, digest: [UInt8])? {
        try await file.readOnce("read token '\(id)'") { db in
            try db.first("SELECT \(Self.tokenColumns), t.digest \(Self.tokenSource) WHERE t.id = ?", [id]) { row in
                (try Self.token(row), digest: try row.bytes(5))
            }
        }
    }

    public func tokens(of name: AccountName) async throws -> [AccessToken] {
        try await file.readOnce("list the tokens of account '\(name)'") { db in
            try db.all(
                "SELECT \(Self.tokenColumns) \(Self.tokenSource) WHERE a.name = ? ORDER BY t.created_at_us, t.id", [name.text], Self.token)
        }
    }

    public func removeToken(_ id: String, of name: AccountName) async throws {
        let operation = "revoke token '\(id)' of account '\(name)'"
        try await file.write(operation) { db in
            try db.run(
                "DELETE FROM access_tokens WHERE id = ? AND account_id = (SELECT id FROM accounts WHERE name = ?)", [id, name.text])
            guard db.changesCount > 0 else {
                throw CaselightError(.notFound, operation, because: "the account has no such token", remedy: "Check its id.")
            }
        }
    }

    private static let tokenColumns = "t.id, a.name, t.name, t.created_at_us, t.expires_at_us"
    private static let tokenSource = "FROM access_tokens t JOIN accounts a ON a.id = t.account_id"

    private static func token(_ row: Row) throws -> AccessToken {
        AccessToken(
            id: row[0], account: try AccountName(row[1] as String), name: row[2], createdAt: row.time(3), expiresAt: row.time(4))
    }
}
