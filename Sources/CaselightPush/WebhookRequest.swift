import AsyncHTTPClient
import CaselightModel
import Crypto
import Foundation
import NIOCore
import NIOHTTP1

/// Why an attempt failed.
struct SendFailure: Hashable, Sendable {
    /// One line, without the address.
    let text: String
    /// The receiver says that it is there no more: 410.
    let isFinal: Bool
}

/// One request to a receiver, signed as the Standard Webhooks specification has it.
struct WebhookRequest: Sendable {
    let webhook: Webhook
    let messageID: String
    let body: [UInt8]

    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // Trying again is the deliverer's, which counts and tells of it.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
    /// Of an answer's body nothing is used; so much is read for so long, that the connection can be kept.
    private static let answerLimitBytes = 1 << 16
    private static let answerPatience = Duration.seconds(1)

    /// `v1,` and the base64 of HMAC-SHA256 over id, timestamp and body, with points between.
    static func signature(_ webhook: Webhook, id: String, timestamp: String, body: [UInt8]) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: key(of: webhook.secret)))
        code.update(data: Data("\(id).\(timestamp).".utf8))
        code.update(data: Data(body))
        return "v1," + Data(code.finalize()).base64EncodedString()
    }

    private static let secretPrefix = "whsec_"

    private static func key(of secret: String) -> Data {
        guard secret.hasPrefix(secretPrefix), let key = Data(base64Encoded: String(secret.dropFirst(secretPrefix.count))) else {
            return Data(secret.utf8)
        }
        return key
    }

    /// - Returns: `nil` where the receiver took it: it answered with 2xx.
    func send(at time: WallTime, timeout: Microseconds) async -> SendFailure? {
        var request = HTTPClientRequest(url: webhook.url)
        request.method = .POST
        let timestamp = "\(time.microseconds / 1_000_000)"
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "caselight/\(CaselightVersion.current)")
        request.headers.add(name: "webhook-id", value: messageID)
        request.headers.add(name: "webhook-timestamp", value: timestamp)
        request.headers.add(
            name: "webhook-signature", value: Self.signature(webhook, id: messageID, timestamp: timestamp, body: body))
        request.body = .bytes(ByteBuffer(bytes: body))
        do {
            let response = try await Self.client.execute(request, timeout: .microseconds(timeout.value))
            let status = response.status.code
            await Self.drain(response.body)
            guard !(200..<300).contains(status) else { return nil }
            return SendFailure(text: "it answered \(status)", isFinal: status == 410)
        } catch {
            return SendFailure(text: Self.reason(error, timeout), isFinal: false)
        }
    }

    /// What it says beyond its status is not for us, and neither is a failure to say it: one that never ends must not hold up its queue.
    private static func drain(_ body: HTTPClientResponse.Body) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await body.collect(upTo: answerLimitBytes) }
            group.addTask { try? await Task.sleep(for: answerPatience) }
            await group.next()
            group.cancelAll()
        }
    }

    /// In words that hold no address.
    private static func reason(_ error: any Error, _ timeout: Microseconds) -> String {
        switch error {
        case let error as HTTPClientError where error == .deadlineExceeded || error == .connectTimeout || error == .readTimeout:
            "no answer within \(Int(timeout.seconds.rounded())) s"
        case let error as HTTPClientError where error == .remoteConnectionClosed: "it closed the connection"
        case let error as HTTPClientError: error.shortDescription
        case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
        default:
            // NIO puts the attempts at each address of a host into one error.
            "\(error)".contains("refused") ? "connection refused" : "no connection (\(type(of: error)))"
        }
    }
}
