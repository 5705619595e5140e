import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import CaselightServer

/// Asks routes and reads what they answer.
struct Client: Sendable {
    let client: any TestClientProtocol

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, type: String? = "application/json",
        headers: HTTPFields = [:], token: String? = Installation.token
    ) async throws -> Answer {
        var fields = headers
        if let token { fields[.authorization] = "Bearer \(token)" }
        if body != nil, let type { fields[.contentType] = type }
        return Answer(try await client.executeRequest(uri: path, method: method, headers: fields, body: body.map { ByteBuffer(string: $0) }))
    }

    func send(_ method: HTTPRequest.Method, _ path: String, bytes: [UInt8], headers: HTTPFields = [:]) async throws -> Answer {
        var fields = headers
        fields[.authorization] = "Bearer \(Installation.token)"
        return Answer(try await client.executeRequest(uri: path, method: method, headers: fields, body: ByteBuffer(bytes: bytes)))
    }

    func get(_ path: String, headers: HTTPFields = [:]) async throws -> Answer { try await send(.get, path, headers: headers) }
    func post(_ path: String, _ body: String) async throws -> Answer { try await send(.post, path, body) }
}

struct Answer: Sendable {
    let response: TestResponse

    init(_ response: TestResponse) { self.response = response }

    var status: Int { response.status.code }
    var headers: HTTPFields { response.headers }
    var bytes: [UInt8] { Array(buffer: response.body) }
    var text: String { String(buffer: response.body) }

    /// The body's JSON.
    var json: JSONValue {
        get throws { try JSONValue.parse(Data(bytes), what: "answer") }
    }

    var problem: Problem {
        get throws { try JSONDecoder().decode(Problem.self, from: Data(bytes)) }
    }

    /// Status and code, or the text where it is no problem: what a table of refusals compares.
    var refusal: String {
        guard let problem = try? problem else { return "\(status) \(text.prefix(200))" }
        return "\(status) \(problem.code)"
    }
}

extension JSONValue {
    subscript(name: String) -> JSONValue {
        if case .object(let members) = self { members[name] ?? .null } else { .null }
    }

    subscript(index: Int) -> JSONValue {
        if case .array(let list) = self, list.indices.contains(index) { list[index] } else { .null }
    }

    var count: Int { if case .array(let list) = self { list.count } else { 0 } }
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var double: Double? { if case .number(let digits) = self { Double(digits) } else { nil } }
    var int: Int? { if case .number(let digits) = self { Int(digits) } else { nil } }
    var names: Set<String> { if case .object(let members) = self { Set(members.keys) } else { [] } }
}
