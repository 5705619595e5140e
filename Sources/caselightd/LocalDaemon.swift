import AsyncHTTPClient
import CaselightModel
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// The daemon that runs on this machine, asked through its own socket: whoever may open that is the machine's administrator.
struct LocalDaemon {
    private let socketPath: String

    private static let answerLimitBytes = 1 << 20
    private static let timeoutSeconds: Int64 = 30

    /// `nil` where none runs.
    init?(_ settings: Settings) {
        guard Self.answers(settings.socketPath) else { return nil }
        socketPath = settings.socketPath
    }

    /// Sends JSON, and reads JSON.
    ///
    /// - Throws: what the daemon answered where it said no.
    func send(_ method: String, _ path: String, _ body: some Encodable) async throws -> Data {
        let encoded = socketPath.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        var request = HTTPClientRequest(url: "http+unix://\(encoded)\(path)")
        request.method = .init(rawValue: method)
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(data: try JSONEncoder().encode(body)))
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(Self.timeoutSeconds))
        let bytes = Data(buffer: try await response.body.collect(upTo: Self.answerLimitBytes))
        guard (200..<300).contains(response.status.code) else {
            let problem = try? JSONDecoder().decode(Refusal.self, from: bytes)
            throw CommandFailure(text: problem?.detail ?? "the daemon answered \(response.status.code)")
        }
        return bytes
    }

    private struct Refusal: Decodable { let detail: String }

    /// Whether somebody listens there: a socket's file outlives a daemon that was killed.
    private static func answers(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, var address = SystemdNotifier.address(path) else { return false }
        defer { close(descriptor) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 }
        }
    }
}

/// What a command says when it cannot do it, as it is printed.
struct CommandFailure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
