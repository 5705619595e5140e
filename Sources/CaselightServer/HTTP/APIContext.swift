import CaselightModel
import Hummingbird
import NIOCore

/// What travels with a request.
struct APIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Who asks; `nil` on the routes that ask nobody.
    var principal: Principal?

    /// Where the request comes from; a proxy's address where one stands between.
    let clientAddress: String?
    /// Whether it came through the daemon's own socket, which only the machine's administrator may open.
    let isFromMachine: Bool

    init(source: Source) {
        coreContext = .init(source: source)
        isFromMachine = source.channel.localAddress?.protocol == .unix
        clientAddress = isFromMachine ? "machine" : source.channel.remoteAddress?.ipAddress
    }

    /// As the consultation log names who asks.
    var actor: LogActor {
        principal?.actor(from: clientAddress) ?? LogActor(who: ReservedName.nobody.rawValue, address: clientAddress)
    }
}
