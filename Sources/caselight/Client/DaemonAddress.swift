import Foundation

/// Where the daemon listens, and what it knows us by.
struct DaemonAddress: Sendable {
    /// Without a slash at its end.
    let base: String
    private let token: String?
    /// The cookie of a session, where somebody signed in with a password.
    var cookie: String?

    static let standard = "http://127.0.0.1:8480"

    /// - Throws: `ClientFailure` with `usage` for an address or token that cannot be sent.
    init(option: String?, environment: [String: String]) throws {
        let given = option ?? environment["CASELIGHT_URL"] ?? ""
        let text = given.isEmpty ? Self.standard : given
        let name = option == nil ? "CASELIGHT_URL" : "--daemon"
        guard let parts = URLComponents(string: text), ["http", "https"].contains(parts.scheme?.lowercased() ?? ""),
            parts.host?.isEmpty == false
        else {
            throw ClientFailure(.usage, "cannot use \(name): it must be an address such as \(Self.standard)")
        }
        guard parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil else {
            throw ClientFailure(
                .usage, "cannot use \(name): it must hold no user, password or query. The token goes into CASELIGHT_TOKEN.")
        }
        base = String(text.reversed().drop { $0 == "/" }.reversed())
        let token = (environment["CASELIGHT_TOKEN"] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
        guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ClientFailure(.usage, "cannot use CASELIGHT_TOKEN: it has characters that no token has")
        }
        self.token = token.isEmpty ? nil : token
    }

    var hasToken: Bool { token != nil }
    var authorization: String? { token.map { "Bearer \($0)" } }

    /// The address of `path`, which begins with a slash and is percent-encoded, with `query`; parts without a value are left out.
    func url(_ path: String, _ query: Query) -> String {
        let parts = query.filter { $0.1 != nil }.map { "\($0.0)=\(Self.encoded($0.1 ?? ""))" }
        return base + path + (parts.isEmpty ? "" : "?" + parts.joined(separator: "&"))
    }

    /// One segment of a path, or one value of a query.
    static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    /// RFC 3986, 2.3.
    private static let unreserved = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}

/// Names and values of a query, in order.
typealias Query = [(String, String?)]
