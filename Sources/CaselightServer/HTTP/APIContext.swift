import Hummingbird
import NIOCore

/// What travels with a request.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who asks; `nil` on the routes that ask nobody.
    var principal: Principal?

    /// Where the request comes from; a proxy's address where one stands between.
    let clientAddress: String?

    init(source: Source) {
        coreContext = .init(source: source)
        clientAddress = source.channel.remoteAddress?.ipAddress
    }
}

/// Who asks. Until there are accounts, everybody who holds the token.
enum Principal: Hashable, Sendable {
    case token
    /// A browser that showed the token once.
    case session

    var name: String {
        switch self {
        case .token: "token"
        case .session: "session"
        }
    }
}
