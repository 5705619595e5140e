import Glibc

/// A socket that never blocks. Belongs to one thread; closed once.
final class SystemSocket {
    private(set) var descriptor: Int32

    init(adopting descriptor: Int32) { self.descriptor = descriptor }

    deinit { close() }

    /// - Throws: `unreachable` with the system's error number.
    static func open(family: Int32, type: __socket_type) throws(RTSPFailure) -> SystemSocket {
        let flags = Int32(type.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, flags, 0)
        guard descriptor >= 0 else { throw .unreachable(errno: errno) }
        return SystemSocket(adopting: descriptor)
    }

    func close() {
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        descriptor = -1
    }

    func set(_ level: Int32, _ name: Int32, to value: Int32) {
        var value = value
        setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    func option(_ level: Int32, _ name: Int32) -> Int32 {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, level, name, &value, &size) == 0 ? value : 0
    }

    /// Sends once, without waiting and without a signal.
    ///
    /// - Returns: how many bytes went, or a negative number and `errno`.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }

    var localAddress: SocketAddress? { SocketAddress { getsockname(descriptor, $0, $1) } }
}

/// Waits on sockets, in slices that look whether the wait is still wanted.
struct Patience {
    let isInterrupted: () -> Bool

    /// Waits until `socket` is ready.
    func wait(for socket: SystemSocket, _ events: Int32, untilUs: Int64) throws(RTSPFailure) {
        while true {
            if isInterrupted() { throw .interrupted }
            let leftUs = untilUs - Monotonic.nowUs
            guard leftUs > 0 else { throw .timedOut }
            var entry = pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)
            let count = poll(&entry, 1, Int32(min(leftUs + 999, RTSPLimits.sliceUs) / 1000))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw .unreachable(errno: errno) }
        }
    }

    /// Sleeps, in equal parts of a nap at most.
    func sleep(_ us: Int64) throws(RTSPFailure) {
        let parts = (us + RTSPLimits.napUs - 1) / RTSPLimits.napUs
        guard parts > 0 else { return }
        for _ in 0..<parts {
            if isInterrupted() { throw .interrupted }
            let part = us / parts
            var time = timespec(tv_sec: Int(part / 1_000_000), tv_nsec: Int(part % 1_000_000) * 1000)
            nanosleep(&time, nil)
        }
        if isInterrupted() { throw .interrupted }
    }
}
