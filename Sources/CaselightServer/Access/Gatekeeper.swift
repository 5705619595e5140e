import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Hummingbird
import Metrics

/// Decides who asks: by a personal token, by the cookie of a session, or by having come through the machine's own socket.
struct Gatekeeper: Sendable {
    let accounts: any AccountStore
    let directory: AccountDirectory
    let sessions: SessionStore
    let signIns: SignInGuard
    let hasher: PasswordHasher
    let clock: any WallClock

    init(accounts: any AccountStore, limits: ServerLimits, clock: any WallClock) {
        self.accounts = accounts
        self.clock = clock
        directory = AccountDirectory(store: accounts)
        sessions = SessionStore(countLimit: limits.sessionCount, idleSeconds: limits.sessionIdleSeconds, clock: clock)
        signIns = SignInGuard(clock: clock)
        hasher = PasswordHasher()
    }

    /// - Throws: `unauthenticated`; `forbidden` for a write that a foreign page may have sent with the browser's cookie.
    func principal(of request: Request, _ context: APIContext) async throws -> Principal {
        if let header = request.headers[.authorization] { return try await bearer(header) }
        if context.isFromMachine, let machine = Principal.machine(at: clock.now()) { return machine }
        guard let id = request.cookies[SessionStore.cookieName]?.value else { throw refusal("the request carries no token") }
        guard let name = sessions.use(id), let entry = try await directory.entry(name) else { throw refusal("the session has ended") }
        let isRead = request.method == .get || request.method == .head
        guard isRead || isOwnPage(request) else {
            throw CaselightError(
                .forbidden, "take this change from a browser", because: "the request does not say that it comes from our own pages",
                remedy: "Send the header 'X-Caselight: 1'.")
        }
        return Principal(account: entry.account, scope: entry.scope, means: .session)
    }

    /// Checks a name and a password, at the same cost whether the name exists or not.
    ///
    /// - Throws: `unauthenticated`, `lockedOut`, `busy`.
    func account(name: String, password: String) async throws -> Account {
        guard !signIns.isLocked(name) else { throw Self.lockedOut }
        let known = try? AccountName(name)
        var entry: AccountDirectory.Entry?
        var hash: PasswordHash?
        if let known {
            entry = try await directory.entry(known)
            hash = try await accounts.passwordHash(of: known)
        }
        let isRight = try await hasher.verify(password, against: hash)
        guard isRight, let entry else {
            ServerMetrics.refusedLogins.increment()
            if signIns.failed(name) { throw Self.lockedOut }
            throw CaselightError(.unauthenticated, "sign in", because: "the name or the password is not right")
        }
        signIns.clear(name)
        return entry.account
    }

    private static let lockedOut = CaselightError(
        .lockedOut, "sign in", because: "\(SignInGuard.failureLimit) sign-ins with this name failed within 15 minutes",
        remedy: "Wait 15 minutes, or ask an administrator to unlock it.")

    private func bearer(_ header: String) async throws -> Principal {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", let text = TokenText(parts[1]), let token = try await directory.token(text),
            token.expiresAt > clock.now(), let entry = try await directory.entry(token.account)
        else { throw refusal("the Authorization header holds no valid bearer token") }
        return Principal(account: entry.account, scope: entry.scope, means: .token(token.id))
    }

    /// Another site's page can make a browser send our cookie, but neither this header nor our origin.
    private func isOwnPage(_ request: Request) -> Bool {
        if request.headers[.caselight] == "1" { return true }
        guard let origin = request.headers[.origin], let host = request.head.authority ?? request.headers[.host] else { return false }
        return origin == "http://\(host)" || origin == "https://\(host)"
    }

    private func refusal(_ cause: String) -> CaselightError {
        ServerMetrics.refusedLogins.increment()
        return CaselightError(
            .unauthenticated, "answer", because: cause,
            remedy: "Send 'Authorization: Bearer TOKEN'; 'caselight user token' makes one.")
    }
}
