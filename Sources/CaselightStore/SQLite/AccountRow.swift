import CaselightModel
import GRDB

/// An account in the columns of `accounts`.
enum AccountRow {
    /// What `account(_:)` reads, of accounts named `a`.
    static let columns = """
        a.name, a.display_name, a.unit, a.roles, a.self_granted_roles, a.is_enabled, a.created_at_us, a.updated_at_us,
        (SELECT json_group_array(code) FROM (SELECT g.code FROM account_groups m JOIN camera_groups g ON g.id = m.group_id
        WHERE m.account_id = a.id ORDER BY m.position))
        """

    static func account(_ row: Row) throws -> Account {
        var account = Account(
            name: try AccountName(row[0] as String), roles: try JSONText.value(row[3], in: "accounts.roles"), createdAt: row.time(6))
        account.displayName = row[1]
        account.unit = row[2]
        account.selfGrantedRoles = try JSONText.value(row[4], in: "accounts.self_granted_roles")
        account.isEnabled = row[5]
        account.updatedAt = row.time(7)
        account.groups = try JSONText.value(row[8], in: "account_groups")
        return account
    }

    static let passwordColumns = "a.scrypt_rounds, a.scrypt_block_size, a.scrypt_parallelism, a.scrypt_salt, a.scrypt_key"

    static func password(_ row: Row) throws -> PasswordHash? {
        guard let rounds = row[0] as Int? else { return nil }
        return PasswordHash(
            rounds: rounds, blockSize: row[1], parallelism: row[2], salt: try row.bytes(3), key: try row.bytes(4))
    }

    /// What an update changes: all but the name, the time it was made, groups and password.
    private static let fields = ["display_name", "unit", "roles", "self_granted_roles", "is_enabled", "updated_at_us"]

    /// The values of `fields`, in their order.
    static func values(_ account: Account) throws -> [(any DatabaseValueConvertible)?] {
        let roles = Role.allCases.filter(account.roles.contains)
        return [
            account.displayName, account.unit, try JSONText.of(roles),
            try JSONText.of(roles.filter(account.selfGrantedRoles.contains)), account.isEnabled, account.updatedAt.microseconds,
        ]
    }

    static let insertSQL = """
        INSERT INTO accounts (name, created_at_us, \(fields.joined(separator: ", ")))
        VALUES (?, ?, \(fields.map { _ in "?" }.joined(separator: ", ")))
        """
    static let updateSQL = "UPDATE accounts SET \(fields.map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?"

    static func check(_ account: Account, operation: String) throws(CaselightError) {
        try checkText(account.displayName, account.unit, operation: operation)
        guard Set(account.groups).count == account.groups.count else {
            throw CaselightError(.invalidValue, operation, because: "it names a group of cameras twice")
        }
    }
}
