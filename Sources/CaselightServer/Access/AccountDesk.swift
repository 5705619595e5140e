import CaselightModel
import CaselightStore
import Crypto
import Foundation

/// Changes accounts, groups and tokens: each change is logged first, then made, and holds from the moment this returns.
package struct AccountDesk: Sendable {
    let store: any AccountStore
    let log: any ConsultationLog
    let hasher: PasswordHasher
    let clock: any WallClock
    /// Told after each change; whose sessions end where a name is given.
    let onChange: @Sendable (_ endingSessionsOf: AccountName?) -> Void

    /// Tokens one account may hold.
    static let tokenLimit = 50
    package static let tokenDaysLimit = 366
    package static let tokenDaysDefault = 90

    package init(
        store: any AccountStore, log: any ConsultationLog, hasher: PasswordHasher, clock: any WallClock,
        onChange: @escaping @Sendable (_ endingSessionsOf: AccountName?) -> Void = { _ in }
    ) {
        self.store = store
        self.log = log
        self.hasher = hasher
        self.clock = clock
        self.onChange = onChange
    }

    /// - Throws: `duplicate`, `notFound` for a group, `invalidValue` for a password or a reserved name, `logUnwritable`.
    package func add(_ account: Account, password: String?, by actor: LogActor) async throws {
        guard ReservedName(rawValue: account.name.text) == nil else {
            throw CaselightError(.invalidValue, "add account '\(account.name)'", because: "the log uses this name for somebody else")
        }
        let hash = try await hash(password)
        try await log.append(LoggedAct(.accountAdded, by: actor, object: account.name.text, detail: Self.text(account)))
        try await failing(.accountAdded, actor, account.name.text) { try await store.addAccount(account, password: hash) }
        onChange(nil)
    }

    /// What a change of an account may change; `nil` leaves it.
    package struct Change: Sendable {
        package var displayName: String?
        package var unit: String?
        package var roles: [Role]?
        package var groups: [String]?
        package var isEnabled: Bool?
        package var password: String?

        package init() {}
    }

    /// A role that somebody grants to himself is marked so on the account, until another admin takes it away.
    package func change(_ name: AccountName, _ change: Change, by actor: LogActor) async throws -> Account {
        guard var account = try await store.account(name) else { throw Self.unknown(name) }
        let before = account
        account.displayName = change.displayName ?? account.displayName
        account.unit = change.unit ?? account.unit
        account.groups = change.groups ?? account.groups
        account.isEnabled = change.isEnabled ?? account.isEnabled
        account.updatedAt = clock.now()
        var note = ""
        if let roles = change.roles {
            account.roles = Role.allCases.filter(roles.contains)
            let granted = account.roles.filter { !before.roles.contains($0) }
            account.selfGrantedRoles = account.selfGrantedRoles.filter(account.roles.contains)
            if actor.who == name.text, !granted.isEmpty {
                account.selfGrantedRoles = Role.allCases.filter { granted.contains($0) || account.selfGrantedRoles.contains($0) }
                note = "; granted to oneself: \(granted.map(\.rawValue).joined(separator: ", "))"
            }
        }
        let hash = try await hash(change.password)
        if hash != nil { note += "; new password" }
        let changed = account
        try await log.append(LoggedAct(.accountChanged, by: actor, object: name.text, detail: Self.text(changed) + note))
        try await failing(.accountChanged, actor, name.text) { try await store.updateAccount(changed, password: hash) }
        let endsSessions = hash != nil || !account.isEnabled || account.roles != before.roles || account.groups != before.groups
        onChange(endsSessions ? name : nil)
        return account
    }

    package func remove(_ name: AccountName, by actor: LogActor) async throws {
        try await log.append(LoggedAct(.accountRemoved, by: actor, object: name.text))
        try await failing(.accountRemoved, actor, name.text) { try await store.removeAccount(name) }
        onChange(name)
    }

    func put(_ group: CameraGroup, by actor: LogActor) async throws {
        let detail = "classes \(group.classes.map { "\($0.rawValue)" }); grids \(group.grids); owners \(group.owners)"
        try await log.append(LoggedAct(.groupChanged, by: actor, object: group.code, detail: String(detail.prefix(500))))
        try await failing(.groupChanged, actor, group.code) { try await store.putGroup(group) }
        onChange(nil)
    }

    func removeGroup(_ code: String, by actor: LogActor) async throws {
        try await log.append(LoggedAct(.groupRemoved, by: actor, object: code))
        try await failing(.groupRemoved, actor, code) { try await store.removeGroup(code) }
        onChange(nil)
    }

    /// - Returns: the token as its owner must keep it: it is told this once and stored nowhere.
    package func makeToken(for account: AccountName, name: String, days: Int, by actor: LogActor) async throws -> (AccessToken, text: String) {
        guard (1...Self.tokenDaysLimit).contains(days) else {
            throw CaselightError(.invalidValue, "make a token", because: "it would last \(days) days and may last 1 to \(Self.tokenDaysLimit)")
        }
        guard try await store.tokens(of: account).count < Self.tokenLimit else {
            throw CaselightError(
                .conflict, "make a token", because: "the account has \(Self.tokenLimit) already", remedy: "Revoke one that is not used.")
        }
        let (text, now) = (TokenText(), clock.now())
        let token = AccessToken(id: text.id, account: account, name: name, createdAt: now, expiresAt: now + .days(Int64(days)))
        try await log.append(LoggedAct(.tokenMade, by: actor, object: "\(account) \(text.id)", detail: "\(name), \(days) days"))
        try await failing(.tokenMade, actor, text.id) { try await store.addToken(token, digest: text.digest) }
        onChange(nil)
        return (token, text.text)
    }

    func revokeToken(_ id: String, of account: AccountName, by actor: LogActor) async throws {
        try await log.append(LoggedAct(.tokenRevoked, by: actor, object: "\(account) \(id)"))
        try await failing(.tokenRevoked, actor, id) { try await store.removeToken(id, of: account) }
        onChange(nil)
    }

    static func unknown(_ name: AccountName) -> CaselightError {
        CaselightError(.notFound, "find account '\(name)'", because: "there is none of this name", remedy: "'caselight user list' lists them.")
    }

    private func hash(_ password: String?) async throws -> PasswordHash? {
        guard let password else { return nil }
        return try await hasher.hash(password)
    }

    /// What was allowed and then failed is said in a second entry.
    private func failing(_ action: LogAction, _ actor: LogActor, _ object: String, _ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch {
            let cause = (error as? CaselightError)?.code.rawValue ?? "internalFailure"
            try await log.append(LoggedAct(action, by: actor, outcome: .failed, object: object, detail: cause))
            throw error
        }
    }

    private static func text(_ account: Account) -> String {
        let roles = account.roles.map(\.rawValue).joined(separator: ", ")
        let groups = account.groups.isEmpty ? "all cameras" : "groups \(account.groups.joined(separator: ", "))"
        return "roles \(roles.isEmpty ? "none" : roles); \(groups)\(account.isEnabled ? "" : "; disabled")"
    }
}
