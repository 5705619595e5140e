import Glibc

/// Two neighbouring ports that a camera sends a medium's RTP and RTCP to (RFC 3550, 11). Belongs to one thread.
final class DatagramPair {
    let port: Int
    private let media: SystemSocket
    private let control: SystemSocket
    private let peer: SocketAddress
    /// Where the camera sends from, if it said so.
    var serverPorts: TransportHeader.Pair?
    private(set) var foreignCount = 0

    /// Opens a pair at the address that the camera is reached from.
    init(local: SocketAddress, peer: SocketAddress) throws(RTSPFailure) {
        self.peer = peer
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<RTSPLimits.portAttempts {
            let port = 2 * Int.random(in: 8192..<32_000, using: &generator)
            if let media = try Self.bound(to: local.with(port: port)), let control = try Self.bound(to: local.with(port: port + 1)) {
                (self.port, self.media, self.control) = (port, media, control)
                return
            }
        }
        throw .unreachable(errno: EADDRINUSE)
    }

    /// Whether the system granted the buffer asked for.
    var hasLargeBuffer: Bool { media.option(SOL_SOCKET, SO_RCVBUF) >= Int32(RTSPLimits.socketBufferBytes) }

    /// Reads all that has come, while there is room.
    ///
    /// - Parameter channel: what RTP is marked with; RTCP with the one after it.
    /// - Returns: whether that was all.
    func receive(into buffer: inout ReceiveBuffer, channel: UInt8) throws(RTSPFailure) -> Bool {
        guard try receive(media, into: &buffer, channel: channel) else { return false }
        return try receive(control, into: &buffer, channel: channel + 1)
    }

    func sendControl(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let serverPorts else { return false }
        return send(bytes, from: control, to: serverPorts.control)
    }

    /// Opens the way through a firewall or an address translation for what the camera will send.
    func knock() {
        guard let serverPorts else { return }
        let packet: [UInt8] = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let report: [UInt8] = [0x80, 201, 0, 1, 0, 0, 0, 0]
        _ = packet.withUnsafeBytes { send($0, from: media, to: serverPorts.media) }
        _ = report.withUnsafeBytes { send($0, from: control, to: serverPorts.control) }
    }

    func close() {
        media.close()
        control.close()
    }

    private func send(_ bytes: UnsafeRawBufferPointer, from socket: SystemSocket, to port: Int) -> Bool {
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let sent = peer.with(port: port).withSystemAddress { sendto(socket.descriptor, bytes.baseAddress, bytes.count, flags, $0, $1) }
        return sent == bytes.count
    }

    private func receive(_ socket: SystemSocket, into buffer: inout ReceiveBuffer, channel: UInt8) throws(RTSPFailure) -> Bool {
        while true {
            // A datagram that does not fit would be cut.
            while buffer.freeCount < RTSPLimits.datagramBytes + 4 {
                if !buffer.grow() { return false }
            }
            var isForeign = false
            let count = buffer.appendDatagram(channel: channel) { memory in
                var received = -1
                let sender = SocketAddress { address, size in
                    received = recvfrom(socket.descriptor, memory.baseAddress, memory.count, Int32(MSG_DONTWAIT), address, size)
                    return received < 0 ? -1 : 0
                }
                guard received >= 0 else { return -1 }
                isForeign = sender.map { !$0.isSameHost(as: peer) } ?? true
                return isForeign ? 0 : received
            }
            if isForeign { foreignCount += 1 }
            if count < 0 {
                // A refusal of something sent before is told by the next call.
                if errno == EINTR || errno == ECONNREFUSED { continue }
                guard errno == EAGAIN || errno == EWOULDBLOCK else { throw .unreachable(errno: errno) }
                return true
            }
        }
    }

    private static func bound(to address: SocketAddress) throws(RTSPFailure) -> SystemSocket? {
        let socket = try SystemSocket.open(family: address.family, type: SOCK_DGRAM)
        socket.set(SOL_SOCKET, SO_RCVBUF, to: Int32(RTSPLimits.socketBufferBytes))
        return address.withSystemAddress { Glibc.bind(socket.descriptor, $0, $1) } == 0 ? socket : nil
    }
}
