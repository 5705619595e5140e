import Glibc

extension SystemSocket {
    /// Connects to the first of a host's addresses that answers.
    static func connect(host: String, port: Int, timeoutUs: Int64, patience: Patience) throws(RTSPFailure) -> (SystemSocket, SocketAddress)
    {
        let deadline = Monotonic.nowUs + timeoutUs
        if patience.isInterrupted() { throw .interrupted }
        let addresses = try SocketAddress.resolve(host, port: port)
        var failure = RTSPFailure.unknownHost
        for (index, address) in addresses.enumerated() {
            let now = Monotonic.nowUs
            let share = max(0, deadline - now) / Int64(addresses.count - index)
            do {
                return (try connect(to: address, untilUs: now + share, patience: patience), address)
            } catch .interrupted {
                throw .interrupted
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private static func connect(to address: SocketAddress, untilUs: Int64, patience: Patience) throws(RTSPFailure) -> SystemSocket {
        let socket = try open(family: address.family, type: SOCK_STREAM)
        socket.set(Int32(IPPROTO_TCP), TCP_NODELAY, to: 1)
        let status = address.withSystemAddress { Glibc.connect(socket.descriptor, $0, $1) }
        if status != 0 {
            guard errno == EINPROGRESS || errno == EINTR else { throw .unreachable(errno: errno) }
            try patience.wait(for: socket, POLLOUT, untilUs: untilUs)
            let error = socket.option(SOL_SOCKET, SO_ERROR)
            guard error == 0 else { throw .unreachable(errno: error) }
        }
        return socket
    }
}
