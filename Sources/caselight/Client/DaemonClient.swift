import AsyncHTTPClient
import CaselightModel
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Speaks HTTP to the daemon, and says its refusals in the daemon's own words.
struct DaemonClient: Sendable {
    let address: DaemonAddress
    private let http: HTTPClient

    /// A reply that is not streamed. The largest page of clips stays far below it.
    static let replyLimitBytes = 64 << 20
    static let connectTimeout = TimeAmount.seconds(5)
    /// How long an answer may take to begin; the daemon's own limits are shorter.
    static let replyTimeout = TimeAmount.seconds(60)
    /// An upload lasts as long as it lasts; silence for so long ends it.
    static let silenceTimeout = TimeAmount.minutes(10)

    /// Lends a client whose connections are closed afterwards.
    static func with<Result>(_ address: DaemonAddress, _ body: (DaemonClient) async throws -> Result) async throws -> Result {
        var configuration = HTTPClient.Configuration()
        // A redirect would carry the token elsewhere.
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: connectTimeout, read: silenceTimeout)
        configuration.maximumUsesPerConnection = nil
        return try await HTTPClient.withHTTPClient(configuration: configuration) { http in
            try await body(DaemonClient(address: address, http: http))
        }
    }

    func get(_ path: String, _ query: Query = []) async throws -> JSON {
        try Self.json(try await data(.GET, path, query))
    }

    /// - Returns: `null` where the answer has no body.
    @discardableResult
    func send(_ method: HTTPMethod, _ path: String, _ query: Query = [], _ body: JSON? = nil) async throws -> JSON {
        try Self.json(try await data(method, path, query, body: body))
    }

    /// The answer's body as it came.
    func data(_ method: HTTPMethod, _ path: String, _ query: Query = [], body: JSON? = nil) async throws -> Data {
        var request = request(method, path, query)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        }
        let response = try await execute(request, deadline: .now() + Self.replyTimeout)
        return try await whole(response)
    }

    /// A client that speaks for whoever signed in.
    func signedIn(_ nameAndPassword: JSON) async throws -> DaemonClient {
        var request = request(.POST, "/api/v1/session", [])
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(nameAndPassword)))
        let response = try await execute(request, deadline: .now() + Self.replyTimeout)
        _ = try await whole(response)
        guard let cookie = response.headers.first(name: "Set-Cookie")?.prefix(while: { $0 != ";" }) else {
            throw oddAnswer("it signed nobody in")
        }
        var signedIn = address
        signedIn.cookie = String(cookie)
        return DaemonClient(address: signedIn, http: http)
    }

    /// An answer's body piece by piece, from byte `offset` of the resource where it can be resumed, and what the answer says of it.
    func download(
        _ path: String, _ query: Query = [], from offset: Int64 = 0, ifTag tag: String? = nil, accept: String = "*/*",
        _ body: (HTTPClientResponse) async throws -> Void
    ) async throws {
        var request = request(.GET, path, query)
        if accept != "*/*" { request.headers.replaceOrAdd(name: "Accept", value: accept) }
        if offset > 0 {
            request.headers.add(name: "Range", value: "bytes=\(offset)-")
            if let tag { request.headers.add(name: "If-Range", value: tag) }
        }
        let response = try await execute(request, deadline: .distantFuture)
        guard (200..<300).contains(response.status.code) else {
            _ = try await whole(response)
            return
        }
        do {
            try await body(response)
        } catch let failure as ClientFailure {
            throw failure
        } catch let error as CaselightError {
            throw error
        } catch {
            throw unreachable(error)
        }
    }

    /// An answer's body and one of its headers.
    func picture(_ path: String, _ query: Query, header: String) async throws -> (Data, String?) {
        let response = try await execute(request(.GET, path, query), deadline: .now() + Self.replyTimeout)
        return (try await whole(response), response.headers.first(name: header))
    }

    /// Sends a file, and hands over the lines of JSON that come back.
    func upload(_ pieces: FilePieces, _ path: String, _ query: Query, type: String, line: (JSON) -> Void) async throws {
        var request = request(.POST, path, query)
        request.headers.add(name: "Content-Type", value: type)
        request.body = .stream(pieces, length: .known(pieces.byteCount))
        let response = try await execute(request, deadline: .distantFuture)
        guard (200..<300).contains(response.status.code) else {
            _ = try await whole(response)
            return
        }
        var rest = ByteBuffer()
        do {
            for try await var piece in response.body {
                rest.writeBuffer(&piece)
                while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
                    let bytes = rest.readBytes(length: end + 1 - rest.readerIndex) ?? []
                    if bytes.count > 1 { line(try Self.json(Data(bytes))) }
                }
                guard rest.readableBytes <= Self.replyLimitBytes else { throw oddAnswer("its answer has no end") }
                rest.discardReadBytes()
            }
        } catch let failure as ClientFailure {
            throw failure
        } catch {
            throw unreachable(error)
        }
        if rest.readableBytes > 0 { line(try Self.json(Data(rest.readableBytesView))) }
    }

    private func request(_ method: HTTPMethod, _ path: String, _ query: Query) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: address.url(path, query))
        request.method = method
        request.headers.add(name: "User-Agent", value: "caselight")
        request.headers.add(name: "Accept", value: "*/*")
        if let cookie = address.cookie {
            request.headers.add(name: "Cookie", value: cookie)
            // A session's writes say that no foreign page made them.
            request.headers.add(name: "X-Caselight", value: "1")
        } else if let authorization = address.authorization { request.headers.add(name: "Authorization", value: authorization) }
        return request
    }

    private func execute(_ request: HTTPClientRequest, deadline: NIODeadline) async throws -> HTTPClientResponse {
        do {
            return try await http.execute(request, deadline: deadline)
        } catch let failure as ClientFailure {
            throw failure
        } catch let error as HTTPClientError where error == .bodyLengthMismatch {
            throw ClientFailure(.refused, "cannot send the file: it changed while it was read. Wait until it is complete.")
        } catch {
            throw unreachable(error)
        }
    }

    private func whole(_ response: HTTPClientResponse) async throws -> Data {
        let body: Data
        do {
            body = Data(buffer: try await response.body.collect(upTo: Self.replyLimitBytes))
        } catch {
            throw unreachable(error)
        }
        guard (200..<300).contains(response.status.code) else {
            throw refusal(status: Int(response.status.code), body: body)
        }
        return body
    }

    /// The daemon's refusal in one line: the detail of its problem document (RFC 9457).
    private func refusal(status: Int, body: Data) -> ClientFailure {
        let problem = (try? Self.json(body)) ?? .null
        guard let detail = problem["detail"].text else {
            return oddAnswer("it answered \(status), and not as caselightd does")
        }
        let hint =
            status == 401 && !address.hasToken ? " Set CASELIGHT_TOKEN: 'caselight user token NAME --name laptop' makes one, with your password." : ""
        var failure = ClientFailure(.refused, detail + hint, code: problem["code"].text)
        failure.notes = ImportReport.rowNotes(problem)
        return failure
    }

    private func oddAnswer(_ what: String) -> ClientFailure {
        ClientFailure(.refused, "cannot understand \(address.base): \(what). Does CASELIGHT_URL name caselightd?")
    }

    private func unreachable(_ error: any Error) -> ClientFailure {
        ClientFailure(
            .unreachable,
            "cannot reach caselightd at \(address.base): \(Self.cause(error)). Is it running, and does CASELIGHT_URL say where?")
    }

    /// The network's errors in words. Their own descriptions are for programmers.
    static func cause(_ error: any Error) -> String {
        let text = String(describing: error)
        let known = [
            ("errno: 111", "connection refused"), ("refused", "connection refused"), ("errno: 113", "no route to the host"),
            ("connectTimeout", "no answer within \(connectTimeout.nanoseconds / 1_000_000_000) s"),
            ("deadlineExceeded", "its answer took too long"),
            ("readTimeout", "it fell silent"), ("remoteConnectionClosed", "it closed the connection"),
            ("errno: 104", "it closed the connection"),
            ("errno: 32", "it closed the connection"), ("dnsNotFound", "its name is unknown"),
            ("SocketAddressError", "its name is unknown"),
            ("handshake", "TLS failed"), ("CERTIFICATE", "its certificate is not trusted"),
        ]
        return known.first { text.localizedCaseInsensitiveContains($0.0) }?.1 ?? Terminal.oneLine(text)
    }

    private static func json(_ data: Data) throws -> JSON {
        if data.isEmpty { return .null }
        do {
            return try JSONDecoder().decode(JSON.self, from: data)
        } catch {
            throw ClientFailure(.refused, "cannot understand the daemon's answer: it is not JSON. Does CASELIGHT_URL name caselightd?")
        }
    }
}
