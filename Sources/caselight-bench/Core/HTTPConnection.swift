import Foundation

/// One HTTP/1.1 connection to our own daemon, used by one thread, that blocks.
///
/// Made of plain socket calls, since a client with event loops of its own would take from the cores it is to measure. It knows what
/// the daemon sends: status, `Content-Length` or chunks, and keep-alive.
final class HTTPConnection {
    struct Answer {
        let status: Int
        let body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    private static let pieceBytes = 256 << 10
    private static let silenceLimitSeconds = 120

    private let descriptor: Int32
    private let token: String
    private var received: [UInt8] = []
    private var position = 0

    /// - Throws: `Trouble` when nothing listens there.
    init(port: Int, token: String) throws {
        self.token = token
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Trouble("cannot open a socket: \(String(cString: strerror(errno)))") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let failed = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) } != 0
        }
        if failed {
            let cause = String(cString: strerror(errno))
            close(descriptor)
            throw Trouble("cannot connect to port \(port): \(cause)")
        }
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: Self.silenceLimitSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    func request(_ method: String, _ path: String, body: [UInt8] = [], type: String = "application/json") throws -> Answer {
        try send(head(method, path, type, body.isEmpty ? nil : Int64(body.count)) + body)
        return try answer()
    }

    /// - Throws: `Trouble` with the answer's text where it is not 2xx.
    @discardableResult
    func get(_ path: String) throws -> [UInt8] { try checked("GET", path, try request("GET", path)) }

    @discardableResult
    func post(_ path: String, _ body: [UInt8]) throws -> [UInt8] { try checked("POST", path, try request("POST", path, body: body)) }

    /// Sends a file as a request's body.
    func upload(_ file: String, to path: String) throws -> [UInt8] {
        let source = open(file, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { throw Trouble("cannot read \(file): \(String(cString: strerror(errno)))") }
        defer { close(source) }
        let size = lseek(source, 0, SEEK_END)
        lseek(source, 0, SEEK_SET)
        try send(head("POST", path, "application/octet-stream", Int64(size)))
        var rest = Int(size)
        while rest > 0 {
            let count = sendfile(descriptor, source, nil, rest)
            guard count > 0 else { throw Trouble("cannot send \(file): \(String(cString: strerror(errno)))") }
            rest -= count
        }
        return try checked("POST", path, try answer())
    }

    private func checked(_ method: String, _ path: String, _ answer: Answer) throws -> [UInt8] {
        guard (200..<300).contains(answer.status) else {
            throw Trouble("\(method) \(path) answered \(answer.status): \(answer.text.prefix(400))")
        }
        return answer.body
    }

    private func head(_ method: String, _ path: String, _ type: String, _ length: Int64?) -> [UInt8] {
        let content = length.map { "Content-Type: \(type)\r\nContent-Length: \($0)\r\n" } ?? ""
        return Array("\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n\(content)\r\n".utf8)
    }

    private func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + sent }, bytes.count - sent) }
            guard count > 0 else { throw Trouble("cannot send a request: \(String(cString: strerror(errno)))") }
            sent += count
        }
    }

    // MARK: - Answers

    private func answer() throws -> Answer {
        let status = try line()
        guard status.hasPrefix("HTTP/1."), let code = Int(status.split(separator: " ").dropFirst().first ?? "") else {
            throw Trouble("the daemon answered '\(status.prefix(80))'")
        }
        var (length, isChunked) = (0, false)
        while case let field = try line().lowercased(), !field.isEmpty {
            let value = field.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
            if field.hasPrefix("content-length:") { length = Int(value) ?? 0 }
            if field.hasPrefix("transfer-encoding:") { isChunked = value == "chunked" }
        }
        guard isChunked else { return Answer(status: code, body: try take(length)) }
        var body: [UInt8] = []
        while let size = Int(try line(), radix: 16), size > 0 {
            body += try take(size)
            _ = try line()
        }
        _ = try line()
        return Answer(status: code, body: body)
    }

    private func line() throws -> String {
        while true {
            if let end = received[position...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { position = end + 1 }
                return String(decoding: received[position..<end].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
            }
            try receive()
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while received.count - position < count { try receive() }
        defer { position += count }
        return Array(received[position..<position + count])
    }

    private func receive() throws {
        received.removeFirst(position)
        position = 0
        var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
        let count = read(descriptor, &piece, piece.count)
        guard count > 0 else {
            throw Trouble("the daemon's answer broke off: \(count == 0 ? "it closed the connection" : String(cString: strerror(errno)))")
        }
        received.append(contentsOf: piece[..<count])
    }
}
