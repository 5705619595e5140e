import CaselightModel
import Crypto
import Foundation
import HTTPTypes
import Metrics
import Hummingbird

/// Decides who asks: by bearer token, or by the cookie of a session.
struct Gatekeeper: Sendable {
    private let tokenDigest: SHA256Digest
    let sessions: SessionStore

    init(token: String, sessions: SessionStore) {
        tokenDigest = SHA256.hash(data: Data(token.utf8))
        self.sessions = sessions
    }

    /// Compares digests, whose comparison takes the same time wherever they differ.
    func isToken(_ text: some StringProtocol) -> Bool {
        SHA256.hash(data: Data(text.utf8)) == tokenDigest
    }

    /// - Throws: `unauthenticated`; `forbidden` for a write that a foreign page may have sent with the browser's cookie.
    func principal(of request: Request) throws(CaselightError) -> Principal {
        if let header = request.headers[.authorization] {
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer", isToken(parts[1]) else {
                throw refusal("the Authorization header holds no valid bearer token")
            }
            return .token
        }
        guard let id = request.cookies[SessionStore.cookieName]?.value else {
            throw refusal("the request carries no token")
        }
        guard sessions.use(id) else { throw refusal("the session has ended") }
        let isRead = request.method == .get || request.method == .head
        guard isRead || isOwnPage(request) else {
            throw CaselightError(
                .forbidden, "take this change from a browser", because: "the request does not say that it comes from our own pages",
                remedy: "Send the header 'X-Caselight: 1'.")
        }
        return .session
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
            remedy: "Send 'Authorization: Bearer TOKEN'; caselightd wrote the token to its state folder at first start.")
    }
}
