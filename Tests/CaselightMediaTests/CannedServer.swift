import Foundation
import Glibc
import Synchronization

/// A server on loopback that gives the same answer to every request, and remembers what was asked.
final class CannedServer: Sendable {
    let port: Int
    private let listener: Int32
    private let seen = Seen()

    private final class Seen: Sendable {
        let requests = Mutex<[String]>([])
        func add(_ text: String) { requests.withLock { $0.append(text) } }
    }

    var requests: [String] { seen.requests.withLock { $0 } }

    /// - Parameter answer: from a request's text; `nil` stays silent and keeps the connection.
    init(_ answer: @Sendable @escaping (String) -> String?) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) == 0 && listen(listener, 16) == 0 && getsockname(listener, address, &size) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = Int(UInt16(bigEndian: address.sin_port))
        let thread = Thread { [seen] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else {
                    // Not before: another server would get the number, and this thread its connections.
                    close(listener)
                    return
                }
                seen.add("connected")
                Self.serve(connection, seen, answer)
            }
        }
        thread.start()
    }

    /// Ends listening, and with it the thread.
    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private static func serve(_ connection: Int32, _ seen: Seen, _ answer: (String) -> String?) {
        var buffer = [UInt8](repeating: 0, count: 8192)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            let request = String(decoding: buffer[..<count], as: UTF8.self)
            seen.add(request)
            guard let text = answer(request) else { continue }
            let bytes = Array(text.utf8)
            send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            if text.hasPrefix("HTTP") { break }
        }
        close(connection)
    }

    /// The `CSeq` header's line of an RTSP request.
    static func sequence(of request: String) -> String {
        request.split(separator: "\r\n").first { $0.hasPrefix("CSeq") }.map(String.init) ?? "CSeq: 0"
    }
}
