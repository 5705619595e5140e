import CaselightModel
import HTTPTypes
import Hummingbird
import Metrics
import Logging

extension API {
    /// A browser's video element cannot send a header, so it shows the token once and plays with a cookie.
    var sessionRoutes: [Route] {
        [
            Route(.post, "/api/v1/session", access: .session, handler: signIn),
            Route(.delete, "/api/v1/session", access: .session, handler: signOut),
        ]
    }

    private func signIn(_ call: Call) async throws -> Response {
        // A form on another site can send a body, but not with this type: without it nobody is signed in by a foreign page.
        guard call.request.headers[.contentType] != nil else {
            throw CaselightError(.unsupportedMedia, "sign in", because: "the request has no content type and must be application/json")
        }
        var fields = try await call.fields(of: "sign-in", limits: limits)
        let token = try fields.text("token", limit: 4096)
        try fields.finish()
        guard let token = token.value, gatekeeper.isToken(token) else {
            ServerMetrics.refusedLogins.increment()
            throw CaselightError(.unauthenticated, "sign in", because: "the token is not the right one")
        }
        let id = gatekeeper.sessions.open()
        logger.notice("signed in", metadata: ["request": "\(call.context.id)"])
        return Response(status: .noContent, headers: [.setCookie: cookie(id, maxAgeSeconds: nil)])
    }

    private func signOut(_ call: Call) async throws -> Response {
        if let id = call.request.cookies[SessionStore.cookieName]?.value {
            _ = try gatekeeper.principal(of: call.request)
            gatekeeper.sessions.close(id)
        }
        return Response(status: .noContent, headers: [.setCookie: cookie("", maxAgeSeconds: 0)])
    }

    private func cookie(_ value: String, maxAgeSeconds: Int?) -> String {
        let age = maxAgeSeconds.map { "; Max-Age=\($0)" } ?? ""
        return "\(SessionStore.cookieName)=\(value); Path=/; HttpOnly; SameSite=Strict\(age)"
    }
}
