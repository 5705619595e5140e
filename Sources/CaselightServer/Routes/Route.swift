import CaselightModel
import HTTPTypes
import Hummingbird

/// One route: what it answers, whom, and which query it understands.
struct Route: Sendable {
    enum Access: Sendable {
        /// Health: asks for nothing.
        case open
        /// Signs in or out: asks for no principal yet.
        case session
        /// Asks for the token.
        case authenticated
        /// Shows footage, or where it is for a case: asks for an incident or a purpose too.
        case footage
    }

    let method: HTTPRequest.Method
    let path: String
    let access: Access
    /// Query parameters it understands; the disclosure's come on top where it shows footage.
    let query: [String]
    let required: [String]
    let handler: @Sendable (Call) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String, access: Access = .authenticated, query: [String] = [], required: [String] = [],
        handler: @escaping @Sendable (Call) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.query = access == .footage ? query + Disclosure.queryNames : query
        self.required = required
        self.handler = handler
    }

    var shape: RouteShape { RouteShape(method: method, path: path) }
}
