import CaselightModel
import HTTPTypes
import Hummingbird

/// One route: what it answers, whom, and which query it understands.
struct Route: Sendable {
    /// Whom it speaks to, and so how it says that something went wrong.
    enum Kind: Sendable {
        /// Programs: JSON and problem details.
        case api
        /// People: HTML; see `Route.page`.
        case page
        /// Browsers that show a page: styles and modules.
        case asset
    }

    let method: HTTPRequest.Method
    let path: String
    let access: AccessRule
    let kind: Kind
    /// What a refused attempt at it is called in the log.
    let act: LogAction
    /// Query parameters it understands; the disclosure's come on top where it shows footage.
    let query: [String]
    let required: [String]
    let handler: @Sendable (Call) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: AccessRule, kind: Kind = .api, act: LogAction = .lookUp, query: [String] = [],
        required: [String] = [], handler: @escaping @Sendable (Call) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.kind = kind
        self.act = act
        self.query = access.showsFootage ? query + Disclosure.queryNames : query
        self.required = required
        self.handler = handler
    }

    var shape: RouteShape { RouteShape(method: method, path: path) }
}
