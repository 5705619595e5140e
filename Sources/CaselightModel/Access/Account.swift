/// The name an account signs in with: 1 to 64 of `A-Z a-z 0-9 . _ -`, not dots alone. Letters' case counts.
public struct AccountName: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let text: String

    /// - Throws: `CaselightError` with code `invalidCode`.
    public init(_ text: String) throws(CaselightError) {
        try checkIdentifier(text, what: "account name", limit: 64, extra: "._-")
        self.text = text
    }

    public var description: String { text }
    public static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}

extension AccountName: TextIdentifier {
    public static func parse(_ text: String) throws -> Self { try Self(text) }
}

/// What somebody may do. A person may hold several.
public enum Role: String, Hashable, Sendable, Codable, CaseIterable {
    /// Finds, watches, links, holds and exports footage for an incident or a stated purpose.
    case investigator
    /// Posts incidents.
    case dispatcher
    /// Registers feeds; sees no footage but a still for alignment.
    case cameraAdmin
    /// Reads the whole log; sees no footage.
    case auditor
    /// Keeps accounts and settings; sees no footage and cannot touch the log.
    case admin
}

/// Somebody who may sign in.
public struct Account: Hashable, Sendable, Codable {
    public var name: AccountName
    /// As reports name the person; may be empty.
    public var displayName: String
    /// The person's unit, as every entry of the log names it; may be empty.
    public var unit: String
    /// Without repeats, in the order of `Role.allCases`.
    public var roles: [Role]
    /// Those among `roles` that the account's holder granted to the account: shown wherever the account is.
    public var selfGrantedRoles: [Role]
    /// Codes of the camera groups it is limited to; empty sees every camera.
    public var groups: [String]
    /// `false` keeps the account and its history, and lets nobody in.
    public var isEnabled: Bool
    public var createdAt: WallTime
    public var updatedAt: WallTime

    public init(name: AccountName, roles: [Role], createdAt: WallTime) {
        self.name = name
        displayName = ""
        unit = ""
        self.roles = Role.allCases.filter(roles.contains)
        selfGrantedRoles = []
        groups = []
        isEnabled = true
        self.createdAt = createdAt
        updatedAt = createdAt
    }
}

/// A password as it is kept: scrypt (RFC 7914), never the password itself. Never printed.
public struct PasswordHash: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The cost N, a power of two.
    public let rounds: Int
    /// The block size r.
    public let blockSize: Int
    /// The parallelization p.
    public let parallelism: Int
    public let salt: [UInt8]
    /// 32 bytes.
    public let key: [UInt8]

    public init(rounds: Int, blockSize: Int, parallelism: Int, salt: [UInt8], key: [UInt8]) {
        self.rounds = rounds
        self.blockSize = blockSize
        self.parallelism = parallelism
        self.salt = salt
        self.key = key
    }

    public var description: String { "<password>" }
    public var debugDescription: String { "<password>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A personal token for a program: speaks for its account until it expires or is revoked.
public struct AccessToken: Hashable, Sendable, Codable {
    /// 16 hexadecimal digits: names the token, and opens nothing.
    public var id: String
    public var account: AccountName
    /// What its owner calls it: `laptop`.
    public var name: String
    public var createdAt: WallTime
    public var expiresAt: WallTime

    public init(id: String, account: AccountName, name: String, createdAt: WallTime, expiresAt: WallTime) {
        self.id = id
        self.account = account
        self.name = name
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
