import CaselightModel
import Foundation
import Hummingbird
import NIOCore

/// One request on its way to a route: who asks is known, its query checked, its purpose stated where the route asks for one.
struct Call: Sendable {
    let request: Request
    let context: APIContext
    let query: QueryReader
    let disclosure: Disclosure?
    /// What was written into the consultation log for it.
    let acts = ActBook()

    /// Who asks. Every route but those that ask for nobody has one.
    func principal() throws(CaselightError) -> Principal {
        guard let principal = context.principal else {
            throw CaselightError(.unauthenticated, "answer", because: "nobody is signed in")
        }
        return principal
    }

    /// As the consultation log names who asks.
    var actor: LogActor { context.actor }

    func cameraCode() throws -> CameraCode { try CameraCode(try parameter("code")) }
    func incidentNumber() throws -> IncidentNumber { try IncidentNumber(try parameter("number")) }

    func parameter(_ name: String) throws -> String {
        guard let text = context.parameters.get(name)?.removingPercentEncoding else {
            throw CaselightError(.invalidValue, "read the request's path", because: "its '\(name)' is not percent-encoded UTF-8")
        }
        return text
    }

    /// The body whole, up to a limit.
    func body(limitBytes: Int, what: String) async throws -> ByteBuffer {
        if let text = request.headers[.contentLength], let length = Int(text), length > limitBytes {
            throw Call.tooLarge(what, limitBytes)
        }
        do {
            return try await request.body.collect(upTo: limitBytes)
        } catch is NIOTooManyBytesError {
            throw Call.tooLarge(what, limitBytes)
        } catch {
            throw Call.broken(what)
        }
    }

    /// The body as a JSON object.
    func fields(of what: String, limits: ServerLimits) async throws -> FieldReader {
        if let type = request.headers[.contentType], !Call.isJSON(type) {
            throw CaselightError(
                .unsupportedMedia, "read the \(what)", because: "its content type is '\(type.prefix(60))' and must be application/json")
        }
        let buffer = try await body(limitBytes: limits.jsonBodyBytes, what: what)
        let value = try JSONValue.parse(Data(buffer.readableBytesView), what: what)
        guard case .object(let members) = value else {
            throw CaselightError(.invalidValue, "read the \(what)", because: "its JSON is \(value.kind) and must be an object")
        }
        return FieldReader(members, what: what)
    }

    private static func isJSON(_ type: String) -> Bool {
        let name = type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        return name == "application/json" || name.hasSuffix("+json")
    }

    /// The client went away, or sent what is no HTTP: the world misbehaved, not we.
    static func broken(_ what: String) -> CaselightError {
        CaselightError(.interrupted, "read the \(what)", because: "the request's body broke off")
    }

    static func tooLarge(_ what: String, _ limitBytes: Int) -> CaselightError {
        ServerMetrics.limitReached("bodyBytes")
        return CaselightError(.tooLarge, "read the \(what)", because: "it is longer than \(limitBytes) bytes")
    }
}
