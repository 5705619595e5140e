import Foundation
import Glibc
import Synchronization

/// Many who listen to what happens, each on a connection of its own; one thread reads them all and notes when an event was whole.
///
/// Safe from any thread: what was read is behind a mutex, and descriptors are opened and closed by the test's own thread alone.
final class Subscribers: Sendable {
    private struct Subscriber {
        var descriptor: Int32
        var bytes: [UInt8] = []
        /// Up to where its bytes were searched for ends of events.
        var searched = 0
        /// When each event was whole.
        var arrivals: [ContinuousClock.Instant] = []
        var isOpen = false
    }

    private let port: Int
    private let state: Mutex<[Subscriber]>
    private let isOver = Atomic(false)
    private let done = DispatchSemaphore(value: 0)

    init(_ count: Int, port: Int) {
        self.port = port
        state = Mutex((0..<count).map { _ in Subscriber(descriptor: -1) })
        Thread.detachNewThread { [self] in
            while !isOver.load(ordering: .relaxed) { read() }
            done.signal()
        }
    }

    func end() {
        isOver.store(true, ordering: .relaxed)
        done.wait()
        state.withLock { all in for one in all where one.descriptor >= 0 { close(one.descriptor) } }
    }

    /// Begins to listen; what was heard before is kept.
    func connect(_ index: Int, cookie: String, lastEventID: Int64? = nil) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { throw Trouble("subscriber \(index) cannot connect: \(errno)") }
        let last = lastEventID.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        let request = Array("GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nCookie: \(cookie)\r\n\(last)\r\n".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { throw Trouble("subscriber \(index) cannot ask") }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        state.withLock { all in (all[index].descriptor, all[index].isOpen) = (descriptor, false) }
    }

    /// As a network does it: whatever is on the way is lost. What was not a whole event is forgotten.
    func drop(_ index: Int) {
        state.withLock { all in
            close(all[index].descriptor)
            all[index].descriptor = -1
            all[index].bytes.removeSubrange(all[index].searched...)
        }
    }

    /// Those of which the stream's first line has come.
    var openCount: Int { state.withLock { all in all.count(where: \.isOpen) } }

    func arrivals(_ index: Int) -> [ContinuousClock.Instant] { state.withLock { $0[index].arrivals } }

    /// The ids of all whole events, in the order in which they came.
    func ids(_ index: Int) -> [Int64] {
        let bytes = state.withLock { $0[index].bytes[..<$0[index].searched] }
        return String(decoding: bytes, as: UTF8.self).matches(of: #/id: (\d+)\nevent: step\n/#).compactMap { Int64($0.output.1) }
    }

    // MARK: Reading

    private func read() {
        var polled = state.withLock { all in all.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) } }
        guard poll(&polled, nfds_t(polled.count), 20) > 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        for (index, one) in polled.enumerated() where one.revents != 0 {
            state.withLock { all in
                guard all[index].descriptor == one.fd, one.fd >= 0 else { return }
                let count = recv(one.fd, &buffer, buffer.count, 0)
                if count > 0 { Self.take(buffer[..<count], &all[index]) }
                if count == 0 { all[index].descriptor = -1 }
            }
        }
    }

    private static let endMark = Array("\n\n".utf8)
    private static let eventMark = Array("\nevent: step\n".utf8)

    private static func take(_ bytes: ArraySlice<UInt8>, _ subscriber: inout Subscriber) {
        subscriber.bytes += bytes
        let now = ContinuousClock.now
        while let end = position(of: endMark, in: subscriber.bytes, from: subscriber.searched) {
            if position(of: eventMark, in: subscriber.bytes, from: subscriber.searched).map({ $0 < end }) == true {
                subscriber.arrivals.append(now)
            } else {
                subscriber.isOpen = true
            }
            subscriber.searched = end + 2
        }
    }

    /// By memchr(3) and memcmp(3): a debug build's own loop would take longer than what is measured.
    private static func position(of mark: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        bytes.withUnsafeBytes { all in
            guard let base = all.baseAddress else { return nil }
            var place = start
            while place + mark.count <= all.count, let found = memchr(base + place, Int32(mark[0]), all.count - place - mark.count + 1) {
                place = UnsafeRawPointer(found) - base
                if memcmp(base + place, mark, mark.count) == 0 { return place }
                place += 1
            }
            return nil
        }
    }
}
