public import CaselightModel
import Foundation
import GRDB

extension SQLiteRecordStore {
    public func addAccount(_ account: Account, password: PasswordHash?) async throws {
        let operation = "add account '\(account.name)'"
        try AccountRow.check(account, operation: operation)
        try await file.write(operation) { db in
            guard try Self.id(of: account.name, db) == nil else {
                throw CaselightError(
                    .duplicate, operation, because: "an account with this name exists", remedy: "Change that one, or choose another name.")
            }
            try db.run(
                AccountRow.insertSQL,
                StatementArguments([account.name.text, account.createdAt.microseconds] + (try AccountRow.values(account))))
            let id = db.lastInsertedRowID
            try Self.store(account.groups, of: id, operation, db)
            if let password { try Self.store(password, of: id, db) }
        }
    }

    public func updateAccount(_ account: Account, password: PasswordHash?) async throws {
        let operation = "change account '\(account.name)'"
        try AccountRow.check(account, operation: operation)
        try await file.write(operation) { db in
            guard let id = try Self.id(of: account.name, db) else { throw Self.unknownAccount(account.name, operation) }
            try Self.keepingAnAdministrator(operation, db) {
                try db.run(AccountRow.updateSQL, StatementArguments(try AccountRow.values(account) + [id]))
            }
            try db.run("DELETE FROM account_groups WHERE account_id = ?", [id])
            try Self.store(account.groups, of: id, operation, db)
            if let password { try Self.store(password, of: id, db) }
        }
    }

    public func removeAccount(_ name: AccountName) async throws {
        let operation = "remove account '\(name)'"
        try await file.write(operation) { db in
            try Self.keepingAnAdministrator(operation, db) {
                // Its groups and tokens go along.
                try db.run("DELETE FROM accounts WHERE name = ?", [name.text])
                guard db.changesCount > 0 else { throw Self.unknownAccount(name, operation) }
            }
        }
    }

    public func account(_ name: AccountName) async throws -> Account? {
        try await file.readOnce("read account '\(name)'") { db in
            try db.first("SELECT \(AccountRow.columns) FROM accounts a WHERE a.name = ?", [name.text], AccountRow.account)
        }
    }

    public func accounts() async throws -> [Account] {
        try await file.readOnce("list accounts") { db in
            try db.all("SELECT \(AccountRow.columns) FROM accounts a ORDER BY a.name", [], AccountRow.account)
        }
    }

    public func passwordHash(of name: AccountName) async throws -> PasswordHash? {
        try await file.readOnce("read how account '\(name)' signs in") { db in
            try db.first("SELECT \(AccountRow.passwordColumns) FROM accounts a WHERE a.name = ?", [name.text], AccountRow.password) ?? nil
        }
    }
}

// MARK: - Rows

extension SQLiteRecordStore {
    static func id(of name: AccountName, _ db: Database) throws -> Int64? {
        try db.first("SELECT id FROM accounts WHERE name = ?", [name.text]) { $0[0] }
    }

    static func unknownAccount(_ name: AccountName, _ operation: String) -> CaselightError {
        CaselightError(.notFound, operation, because: "there is no account '\(name)'", remedy: "Check the name.")
    }

    /// Runs a change, and refuses it where it leaves an installation that had somebody to keep its accounts without anybody.
    private static func keepingAnAdministrator(_ operation: String, _ db: Database, _ change: () throws -> Void) throws {
        let before = try hasAdministrator(db)
        try change()
        guard try !before || hasAdministrator(db) else {
            throw CaselightError(
                .conflict, operation, because: "no enabled account would hold the role '\(Role.admin.rawValue)' any more",
                remedy: "Give the role to another account first.")
        }
    }

    private static func hasAdministrator(_ db: Database) throws -> Bool {
        try db.finds(
            "SELECT 1 FROM accounts a WHERE a.is_enabled = 1 AND EXISTS (SELECT 1 FROM json_each(a.roles) r WHERE r.value = ?)",
            [Role.admin.rawValue])
    }

    private static func store(_ groups: [String], of account: Int64, _ operation: String, _ db: Database) throws {
        for (position, code) in groups.enumerated() {
            guard let group = try db.first("SELECT id FROM camera_groups WHERE code = ?", [code], { $0[0] as Int64 }) else {
                throw unknownGroup(code, operation)
            }
            try db.run("INSERT INTO account_groups (account_id, position, group_id) VALUES (?, ?, ?)", [account, position, group])
        }
    }

    private static func store(_ password: PasswordHash, of account: Int64, _ db: Database) throws {
        try db.run(
            """
            UPDATE accounts SET scrypt_rounds = ?, scrypt_block_size = ?, scrypt_parallelism = ?, scrypt_salt = ?, scrypt_key = ?
            WHERE id = ?
            """,
            [password.rounds, password.blockSize, password.parallelism, Data(password.salt), Data(password.key), account])
    }
}
