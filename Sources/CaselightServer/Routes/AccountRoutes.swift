import CaselightModel
import CaselightStore
import HTTPTypes
import Hummingbird

extension API {
    /// Who may sign in, with what, and which cameras they may know of.
    var accountRoutes: [Route] {
        [
            Route(.get, "/api/v1/accounts", Self.admins, handler: listAccounts),
            Route(.post, "/api/v1/accounts", Self.admins, act: .accountAdded, handler: addAccount),
            Route(.get, "/api/v1/accounts/{name}", .ownAccount, handler: showAccount),
            Route(.patch, "/api/v1/accounts/{name}", .ownAccount, act: .accountChanged, handler: changeAccount),
            Route(.delete, "/api/v1/accounts/{name}", Self.admins, act: .accountRemoved, handler: removeAccount),
            Route(.post, "/api/v1/accounts/{name}/unlock", Self.admins, act: .accountChanged, handler: unlockAccount),
            Route(.get, "/api/v1/accounts/{name}/tokens", .ownAccount, handler: listTokens),
            Route(.post, "/api/v1/accounts/{name}/tokens", .ownAccount, act: .tokenMade, handler: makeToken),
            Route(.delete, "/api/v1/accounts/{name}/tokens/{id}", .ownAccount, act: .tokenRevoked, handler: revokeToken),
        ]
    }

    static var admins: AccessRule { .roles([.admin]) }

    private struct AccountReply: Encodable {
        let account: Account
        let isLocked: Bool

        private enum CodingKeys: String, CodingKey { case isLocked }

        func encode(to encoder: any Encoder) throws {
            try account.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(isLocked, forKey: .isLocked)
        }
    }

    private struct AccountPage: Encodable { let accounts: [AccountReply] }
    private struct TokenPage: Encodable { let tokens: [AccessToken] }

    private struct MadeToken: Encodable {
        let details: AccessToken
        /// Told this once.
        let token: String
    }

    private func reply(_ account: Account) -> AccountReply {
        AccountReply(account: account, isLocked: gatekeeper.signIns.isLocked(account.name.text))
    }

    private func listAccounts(_ call: Call) async throws -> Response {
        try JSONReply.response(AccountPage(accounts: try await services.accounts.accounts().map(reply)))
    }

    private func showAccount(_ call: Call) async throws -> Response { try JSONReply.response(reply(try await namedAccount(call))) }

    private func addAccount(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "account", limits: limits)
        let name = try fields.text("name", limit: 64)
        let change = try AccountInput.change(&fields)
        try fields.finish()
        guard let name = name.value else { throw fields.missing("name") }
        var account = Account(name: try AccountName(name), roles: change.roles ?? [], createdAt: services.clock.now())
        account.displayName = change.displayName ?? ""
        account.unit = change.unit ?? ""
        account.groups = change.groups ?? []
        account.isEnabled = change.isEnabled ?? true
        try await desk.add(account, password: change.password, by: call.actor)
        return try JSONReply.response(reply(account), status: .created, headers: [.location: "/api/v1/accounts/\(account.name)"])
    }

    /// An admin changes anything; anybody changes his own password, showing the one he has.
    private func changeAccount(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "account", limits: limits)
        let current = try fields.text("currentPassword", limit: PasswordHasher.lengthLimit)
        let change = try AccountInput.change(&fields)
        try fields.finish()
        let (principal, account) = (try call.principal(), try await namedAccount(call))
        if !principal.has(.admin) {
            guard change.isOnlyPassword else {
                throw CaselightError(.forbidden, "change account '\(account.name)'", because: "only its password is yours to change")
            }
            guard let current = current.value else { throw fields.missing("currentPassword") }
            _ = try await gatekeeper.account(name: account.name.text, password: current)
        }
        return try JSONReply.response(reply(try await desk.change(account.name, change, by: call.actor)))
    }

    private func removeAccount(_ call: Call) async throws -> Response {
        try await desk.remove(try await namedAccount(call).name, by: call.actor)
        return Response(status: .noContent)
    }

    private func unlockAccount(_ call: Call) async throws -> Response {
        let account = try await namedAccount(call)
        try await consultations.allow(.accountChanged, call, object: account.name.text, detail: "unlocked")
        gatekeeper.signIns.clear(account.name.text)
        return try JSONReply.response(reply(account))
    }

    private func listTokens(_ call: Call) async throws -> Response {
        try JSONReply.response(TokenPage(tokens: try await services.accounts.tokens(of: try await namedAccount(call).name)))
    }

    /// A token speaks for its account, so nobody makes one for another, and no token makes a token.
    private func makeToken(_ call: Call) async throws -> Response {
        var fields = try await call.fields(of: "token", limits: limits)
        let name = try fields.text("name", limit: 64)
        let days = try fields.whole("days", in: 1...AccountDesk.tokenDaysLimit)
        try fields.finish()
        guard let name = name.value else { throw fields.missing("name") }
        let (principal, account) = (try call.principal(), try await namedAccount(call))
        guard principal.means == .machine || (principal.means == .session && principal.account.name == account.name) else {
            throw CaselightError(
                .forbidden, "make a token for '\(account.name)'", because: "whoever holds it speaks for the account",
                remedy: "The account's holder signs in with the password and makes it.")
        }
        let (token, text) = try await desk.makeToken(for: account.name, name: name, days: days.value ?? AccountDesk.tokenDaysDefault, by: call.actor)
        return try JSONReply.response(MadeToken(details: token, token: text), status: .created)
    }

    private func revokeToken(_ call: Call) async throws -> Response {
        try await desk.revokeToken(try call.parameter("id"), of: try await namedAccount(call).name, by: call.actor)
        return Response(status: .noContent)
    }

    private func namedAccount(_ call: Call) async throws -> Account {
        let name = try AccountName(try call.parameter("name"))
        guard let account = try await services.accounts.account(name) else { throw AccountDesk.unknown(name) }
        return account
    }
}

/// What a request says about an account, but for its name.
enum AccountInput {
    static let groupCountLimit = 64

    static func change(_ fields: inout FieldReader) throws(CaselightError) -> AccountDesk.Change {
        var change = AccountDesk.Change()
        change.displayName = try fields.text("displayName", limit: TextRule.nameLimit).value
        change.unit = try fields.text("unit", limit: TextRule.nameLimit).value
        change.password = try fields.text("password", limit: PasswordHasher.lengthLimit).value
        change.isEnabled = try fields.flag("isEnabled").value
        change.groups = try fields.texts("groups", countLimit: groupCountLimit, limit: 64).value
        if let names = try fields.texts("roles", countLimit: Role.allCases.count, limit: 64).value {
            var roles: [Role] = []
            for name in names {
                guard let role = Role(rawValue: name) else {
                    throw fields.wrong("roles", "holds '\(name)', and there are \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                roles.append(role)
            }
            change.roles = roles
        }
        return change
    }
}

extension AccountDesk.Change {
    fileprivate var isOnlyPassword: Bool {
        password != nil && displayName == nil && unit == nil && roles == nil && groups == nil && isEnabled == nil
    }
}
