import Glibc

/// An address of the system's: family, host and port.
struct SocketAddress {
    private var storage: sockaddr_storage
    private let size: socklen_t

    /// Copies what the resolver found.
    init?(_ info: addrinfo) {
        guard let address = info.ai_addr, Int(info.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size else { return nil }
        storage = sockaddr_storage()
        size = info.ai_addrlen
        withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen))) }
    }

    /// Lets a call of the system's write it. `nil` when the call fails.
    init?(_ fill: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { fill($0, &size) }
        }
        guard status >= 0, Int(size) <= MemoryLayout<sockaddr_storage>.size else { return nil }
        (self.storage, self.size) = (storage, size)
    }

    var family: Int32 { Int32(storage.ss_family) }

    func withSystemAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }

    func with(port: Int) -> SocketAddress {
        var copy = self
        // Both families keep the port behind the family, in network order.
        withUnsafeMutableBytes(of: &copy.storage) { bytes in
            bytes[2] = UInt8(port >> 8 & 0xFF)
            bytes[3] = UInt8(port & 0xFF)
        }
        return copy
    }

    /// Whether it is the same host, whatever the port.
    func isSameHost(as other: SocketAddress) -> Bool {
        guard family == other.family else { return false }
        let range = family == AF_INET6 ? 8..<24 : 4..<8
        return withUnsafeBytes(of: storage) { mine in
            withUnsafeBytes(of: other.storage) { theirs in range.allSatisfy { mine[$0] == theirs[$0] } }
        }
    }

    /// The host in numbers.
    var host: String {
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = withSystemAddress { getnameinfo($0, $1, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) }
        guard status == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Asks the system's resolver, which has time limits of its own.
    static func resolve(_ host: String, port: Int) throws(RTSPFailure) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        guard status == 0 else { throw .unknownHost }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = list
        while let info = next, found.count < RTSPLimits.addressCount {
            if let address = SocketAddress(info.pointee) { found.append(address) }
            next = info.pointee.ai_next
        }
        guard !found.isEmpty else { throw .unknownHost }
        return found
    }
}
