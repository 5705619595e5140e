import Foundation
package import CaselightModel

/// Messages on a pipe: four bytes of length, most significant first, then that many bytes of JSON.
package enum MessageFraming {
    /// A still of a 12-megapixel keyframe fits; nothing sensible is longer.
    package static let lengthLimitBytes = 32 << 20

    package static func encode(_ message: some Encodable) throws -> [UInt8] {
        let body = try JSONEncoder().encode(message)
        precondition(body.count <= lengthLimitBytes, "a message is longer than its limit")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(body.count + 4)
        withUnsafeBytes(of: UInt32(body.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: body)
        return bytes
    }
}

/// Cuts a stream of bytes back into messages.
package struct MessageReader<Message: Decodable> {
    private var buffer: [UInt8] = []
    private var position = 0

    package init() {}

    package mutating func append(_ bytes: some Sequence<UInt8>) {
        if position > 0 {
            buffer.removeSubrange(..<position)
            position = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole message; `nil` until more bytes come.
    ///
    /// - Throws: `CaselightError` with code `workerFailed` when the stream is not of our messages: there is no way on from there.
    package mutating func next() throws(CaselightError) -> Message? {
        guard buffer.count - position >= 4 else { return nil }
        let length = buffer[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
        guard length <= MessageFraming.lengthLimitBytes else {
            throw broken("a message claims \(length) bytes and may have \(MessageFraming.lengthLimitBytes)")
        }
        guard buffer.count - position - 4 >= length else { return nil }
        let body = buffer[position + 4..<position + 4 + length]
        position += 4 + length
        do {
            return try JSONDecoder().decode(Message.self, from: Data(body))
        } catch {
            throw broken("a message does not decode: \(error)")
        }
    }

    private func broken(_ cause: String) -> CaselightError {
        CaselightError(
            .workerFailed, "read the other side's messages", because: cause,
            remedy: "caselightd and caselight-media must be of the same version.")
    }
}
