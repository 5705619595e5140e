import Foundation
import Hummingbird
import NIOCore

/// Values of ours as JSON responses.
enum JSONReply {
    /// Encoding a reply cannot fail but by our own mistake, such as a number that is not finite; then the reply says so.
    static func buffer(_ value: some Encodable) -> ByteBuffer {
        do {
            return ByteBuffer(bytes: try encoded(value))
        } catch {
            return ByteBuffer(string: #"{"code":"internalFailure","status":500,"title":"Internal failure","detail":"a reply could not be encoded"}"#)
        }
    }

    static func response(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        var fields = headers
        fields[.contentType] = "application/json; charset=utf-8"
        return Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: try encoded(value))))
    }

    /// One line of a stream of JSON lines.
    static func line(_ value: some Encodable) -> ByteBuffer {
        var bytes = buffer(value)
        bytes.writeString("\n")
        return bytes
    }

    /// `JSONEncoder` is a class with settings, not with state: making one costs little beside encoding, and sharing one needs a lock.
    private static func encoded(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        return try encoder.encode(value)
    }
}
