import Foundation
import Synchronization

/// Cameras that let everybody connect and never say a word: the worst a network of cameras does to a start.
///
/// One thread accepts and reads; the counts are behind a mutex.
final class SilentCameras: Sendable {
    struct Count {
        var open = 0
        var mostAtOnce = 0
        var total = 0
    }

    let port: Int
    private let count = Mutex(Count())

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socket in
                bind(listener, socket, length) != 0 || listen(listener, 4096) != 0 || getsockname(listener, socket, &length) != 0
            }
        }
        guard listener >= 0, !failed else { throw Trouble("cannot listen: \(String(cString: strerror(errno)))") }
        port = Int(UInt16(bigEndian: address.sin_port))
        let thread = Thread { [self] in serve(listener) }
        thread.start()
    }

    var counts: Count { count.withLock { $0 } }
    func reset() { count.withLock { $0 = Count(open: $0.open, mostAtOnce: $0.open, total: 0) } }

    private func serve(_ listener: Int32) {
        var watched = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
        var bytes = [UInt8](repeating: 0, count: 4096)
        while poll(&watched, nfds_t(watched.count), -1) > 0 || errno == EINTR {
            for place in watched.indices.dropFirst() where watched[place].revents != 0 {
                guard read(watched[place].fd, &bytes, bytes.count) <= 0 else { continue }
                close(watched[place].fd)
                watched[place].fd = -1
                count.withLock { $0.open -= 1 }
            }
            watched.removeAll { $0.fd < 0 }
            guard watched[0].revents != 0 else { continue }
            let accepted = accept(listener, nil, nil)
            guard accepted >= 0 else { continue }
            watched.append(pollfd(fd: accepted, events: Int16(POLLIN), revents: 0))
            count.withLock { count in
                count.open += 1
                count.total += 1
                count.mostAtOnce = max(count.mostAtOnce, count.open)
            }
        }
    }
}
