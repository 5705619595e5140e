import AsyncHTTPClient
import CaselightModel
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Sends something to another machine by HTTP: a checkpoint to where it is kept, a request to a timestamp authority.
///
/// Follows no redirect, and reads so much of an answer and no more.
struct OutgoingPost: Sendable {
    let url: String
    let contentType: String

    private static let answerLimitBytes = 1 << 20
    private static let timeoutSeconds: Int64 = 10

    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))

    /// What may be told of the address: some have a key in their path or query.
    var place: String {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme, let host = parts.host else { return "?" }
        return "\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? "")"
    }

    /// - Returns: the answer's body.
    /// - Throws: `unreachable`, `timedOut`, with the host and no more of the address.
    func send(_ bytes: [UInt8]) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: contentType)
        request.body = .bytes(ByteBuffer(bytes: bytes))
        let host = URL(string: url)?.host ?? "?"
        do {
            let response = try await Self.client.execute(request, timeout: .seconds(Self.timeoutSeconds))
            let body = try await response.body.collect(upTo: Self.answerLimitBytes)
            guard (200..<300).contains(response.status.code) else {
                throw CaselightError(.unreachable, "post to \(host)", because: "it answered \(response.status.code)")
            }
            return Array(buffer: body)
        } catch let error as CaselightError {
            throw error
        } catch {
            throw CaselightError(.unreachable, "post to \(host)", because: "\(error)")
        }
    }
}
