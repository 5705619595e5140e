import Foundation
package import CaselightModel

/// Messages on a pipe: two lengths of four bytes each, most significant first, then JSON of the first length, then attachments of
/// the second.
package enum MessageFraming {
    /// A still of a 12-megapixel keyframe fits; nothing sensible is longer.
    package static let lengthLimitBytes = 36 << 20
    static let headByteCount = 8

    package static func encode(_ message: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        let collector = AttachmentCollector()
        encoder.userInfo[.attachments] = collector
        let body = try encoder.encode(message)
        let attachments = collector.bytes
        let byteCount = body.count + attachments.count
        precondition(byteCount <= lengthLimitBytes, "a message is longer than its limit")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headByteCount + byteCount)
        for count in [body.count, attachments.count] {
            withUnsafeBytes(of: UInt32(count).bigEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.append(contentsOf: body)
        bytes.append(contentsOf: attachments)
        return bytes
    }
}

/// Cuts a stream of bytes back into messages.
package struct MessageReader<Message: Decodable> {
    private var buffer: [UInt8] = []
    private var position = 0

    package init() {}

    /// What came from the pipe, in any pieces.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if position > 0 {
            buffer.removeSubrange(..<position)
            position = 0
        }
        buffer.append(contentsOf: bytes)
    }

    package mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    /// The next whole message; `nil` until more bytes come.
    ///
    /// - Throws: `CaselightError` with code `workerFailed` when the stream is not of our messages: there is no way on from there.
    package mutating func next() throws(CaselightError) -> Message? {
        guard buffer.count - position >= MessageFraming.headByteCount else { return nil }
        let (bodyCount, attachedCount) = (length(at: position), length(at: position + 4))
        let count = bodyCount + attachedCount
        guard count <= MessageFraming.lengthLimitBytes else {
            throw broken("a message claims \(count) bytes and may have \(MessageFraming.lengthLimitBytes)")
        }
        let start = position + MessageFraming.headByteCount
        guard buffer.count - start >= count else {
            // A large one grows in place.
            if start + count > buffer.capacity { buffer.reserveCapacity(start + count) }
            return nil
        }
        position = start + count
        let decoder = JSONDecoder()
        if attachedCount > 0 { decoder.userInfo[.attachments] = buffer[start + bodyCount..<start + count] }
        do {
            return try decoder.decode(Message.self, from: Data(buffer[start..<start + bodyCount]))
        } catch {
            throw broken("a message does not decode: \(error)")
        }
    }

    private func length(at offset: Int) -> Int { buffer[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }

    private func broken(_ cause: String) -> CaselightError {
        CaselightError(
            .workerFailed, "read the other side's messages", because: cause,
            remedy: "caselightd and caselight-media must be of the same version.")
    }
}
