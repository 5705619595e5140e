import CaselightModel
import CaselightStore
import HTTPTypes
import Hummingbird
import Logging

extension API {
    /// A browser's video element cannot send a header, so people sign in and play with a cookie.
    var sessionRoutes: [Route] {
        [
            Route(.post, "/api/v1/session", .signIn, act: .signIn, handler: signIn),
            Route(.get, "/api/v1/session", .signedIn, handler: showSession),
            Route(.delete, "/api/v1/session", .signIn, act: .signOut, handler: signOut),
        ]
    }

    private struct SessionReply: Encodable {
        let account: Account
        /// Seconds without a request after which the session ends; `nil` for a token.
        let idleSeconds: Int?
    }

    private func signIn(_ call: Call) async throws -> Response {
        // A form on another site can send a body, but not with this type: without it nobody is signed in by a foreign page.
        guard call.request.headers[.contentType] != nil else {
            throw CaselightError(.unsupportedMedia, "sign in", because: "the request has no content type and must be application/json")
        }
        var fields = try await call.fields(of: "sign-in", limits: limits)
        let (name, password) = (try fields.text("name", limit: 64), try fields.text("password", limit: PasswordHasher.lengthLimit))
        try fields.finish()
        guard let name = name.value else { throw fields.missing("name") }
        guard let password = password.value else { throw fields.missing("password") }
        let account = try await checked(name, password, call)
        var actor = call.actor
        (actor.who, actor.unit, actor.roles) = (account.name.text, account.unit, account.roles)
        try await services.book.append(LoggedAct(.signIn, by: actor))
        let id = gatekeeper.sessions.open(for: account.name)
        return try JSONReply.response(
            SessionReply(account: account, idleSeconds: limits.sessionIdleSeconds), headers: [.setCookie: cookie(id, maxAgeSeconds: nil)])
    }

    /// A refused sign-in is logged by the account it was tried with; a lock-out once, when it begins. A name that no account has is
    /// not kept: people type their password there.
    private func checked(_ name: String, _ password: String, _ call: Call) async throws -> Account {
        let wasLocked = gatekeeper.signIns.isLocked(name)
        do {
            return try await gatekeeper.account(name: name, password: password)
        } catch let error as CaselightError {
            let known = try await knownName(name)
            let detail = known == nil ? "\(error.code.rawValue), no account has the name" : error.code.rawValue
            await consultations.refused(LoggedAct(.signIn, by: call.actor, object: known, detail: detail))
            if error.code == .lockedOut, !wasLocked { try await noteLockOut(of: known) }
            throw error
        }
    }

    private func knownName(_ text: String) async throws -> String? {
        guard let name = try? AccountName(text) else { return nil }
        return try await services.accounts.account(name)?.name.text
    }

    private func noteLockOut(of known: String?) async throws {
        logger.warning("locked out", metadata: ["account": "\(known ?? "none")"])
        try await services.book.append(LoggedAct(.lockedOut, by: .daemon, outcome: .done, object: known))
    }

    private func showSession(_ call: Call) async throws -> Response {
        let principal = try call.principal()
        return try JSONReply.response(
            SessionReply(account: principal.account, idleSeconds: principal.means == .session ? limits.sessionIdleSeconds : nil))
    }

    private func signOut(_ call: Call) async throws -> Response {
        if let id = call.request.cookies[SessionStore.cookieName]?.value {
            let principal = try await gatekeeper.principal(of: call.request, call.context)
            gatekeeper.sessions.close(id)
            try await services.book.append(LoggedAct(.signOut, by: principal.actor(from: call.context.clientAddress)))
        }
        return Response(status: .noContent, headers: [.setCookie: cookie("", maxAgeSeconds: 0)])
    }

    private func cookie(_ value: String, maxAgeSeconds: Int?) -> String {
        let age = maxAgeSeconds.map { "; Max-Age=\($0)" } ?? ""
        return "\(SessionStore.cookieName)=\(value); Path=/; HttpOnly; SameSite=Strict\(age)"
    }
}
