import Foundation
import Glibc
import Synchronization

/// A camera on loopback that does what a test tells it, on a real socket and a thread of its own.
final class ScriptedCamera: Sendable {
    struct Request: Sendable {
        var method: String
        var address: String
        var headers: [String: String]
        var sequence: String { headers["cseq"] ?? "0" }
    }

    /// One connection. Used by the camera's thread alone.
    final class Connection {
        fileprivate let descriptor: Int32
        fileprivate let camera: ScriptedCamera
        private var received: [UInt8] = []

        init(_ descriptor: Int32, _ camera: ScriptedCamera) { (self.descriptor, self.camera) = (descriptor, camera) }

        func send(_ bytes: some Collection<UInt8>) {
            let all = Array(bytes)
            var sent = 0
            while sent < all.count {
                let count = all.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress.map { $0 + sent }, all.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        }

        func send(_ text: String) { send(text.utf8) }

        /// The next request; interleaved packets are noted in between. `nil` when the other side has closed.
        func request() -> Request? {
            while true {
                if received.first == 0x24, received.count >= 4 {
                    let size = 4 + (Int(received[2]) << 8 | Int(received[3]))
                    if received.count >= size {
                        camera.noted.withLock { $0.packets.append(Array(received[..<size])) }
                        received.removeFirst(size)
                        continue
                    }
                } else if let end = received.indices.first(where: { received[$0...].starts(with: [13, 10, 13, 10]) }) {
                    let request = Self.parse(received[..<end])
                    received.removeFirst(end + 4)
                    camera.noted.withLock { $0.requests.append(request) }
                    return request
                }
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return nil }
                received += buffer[..<count]
            }
        }

        func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

        private static func parse(_ head: ArraySlice<UInt8>) -> Request {
            let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
            let words = lines[0].split(separator: " ").map(String.init)
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                let pair = line.split(separator: ":", maxSplits: 1).map(String.init)
                if pair.count == 2 { headers[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces) }
            }
            return Request(method: words.first ?? "", address: words.count > 1 ? words[1] : "", headers: headers)
        }
    }

    struct Noted {
        var requests: [Request] = []
        var packets: [[UInt8]] = []
        var connectionCount = 0
    }

    let port: Int
    private let listener: Int32
    fileprivate let noted = Mutex(Noted())

    /// - Parameter script: what to do with each connection, which is closed when it returns.
    init(_ script: @escaping @Sendable (Connection) -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 ? getsockname(listener, $0, &size) : -1
            }
        }
        guard status == 0, listen(listener, 8) == 0 else { throw POSIXError(.EADDRINUSE) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                var one: Int32 = 1
                setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
                noted.withLock { $0.connectionCount += 1 }
                Thread.detachNewThread { [self] in
                    script(Connection(client, self))
                    shutdown(client, Int32(SHUT_RDWR))
                    Glibc.close(client)
                }
            }
        }
    }

    /// Ends listening, and with it the thread.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    var requests: [Request] { noted.withLock { $0.requests } }
    var methods: [String] { requests.map(\.method) }
    var packets: [[UInt8]] { noted.withLock { $0.packets } }
    var connectionCount: Int { noted.withLock { $0.connectionCount } }
}

/// What an ordinary camera answers.
enum Scripts {
    static let description =
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=Test\r\nt=0 0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=control:track1\r\n"
        + "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\nm=audio 0 RTP/AVP 8\r\na=control:track2\r\na=rtpmap:8 PCMA/8000\r\n"
    static let videoOnly =
        "v=0\r\ns=Test\r\nm=video 0 RTP/AVP 96\r\na=control:track1\r\na=rtpmap:96 H264/90000\r\n"

    static func answer(_ request: ScriptedCamera.Request, _ status: String = "200 OK", _ headers: [String] = [], body: String = "")
        -> String
    {
        var lines = ["RTSP/1.0 \(status)", "CSeq: \(request.sequence)"] + headers
        if !body.isEmpty { lines.append("Content-Length: \(body.utf8.count)") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// The answer of a camera that does all right.
    static func ordinary(_ request: ScriptedCamera.Request, timeout: Int = 60, body: String = description) -> String {
        switch request.method {
        case "OPTIONS": answer(request, "200 OK", ["Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"])
        case "DESCRIBE": answer(request, "200 OK", ["Content-Type: application/sdp"], body: body)
        case "SETUP": answer(request, "200 OK", ["Transport: \(request.headers["transport"] ?? "")", "Session: 4711;timeout=\(timeout)"])
        default: answer(request, "200 OK", ["Session: 4711"])
        }
    }

    /// Answers until PLAY is answered, then does `then`, and answers on until the other side closes.
    static func camera(
        timeout: Int = 60, body: String = description, then: @escaping @Sendable (ScriptedCamera.Connection) -> Void = { _ in }
    ) throws -> ScriptedCamera {
        try ScriptedCamera { connection in
            while let request = connection.request() {
                connection.send(ordinary(request, timeout: timeout, body: body))
                if request.method == "PLAY" { then(connection) }
            }
        }
    }

    /// A camera that answers what `special` says, and else as usual.
    static func camera(special: @escaping @Sendable (ScriptedCamera.Request, Int) -> String?) throws -> ScriptedCamera {
        try ScriptedCamera { connection in
            var count = 0
            while let request = connection.request() {
                connection.send(special(request, count) ?? ordinary(request))
                count += 1
            }
        }
    }
}
