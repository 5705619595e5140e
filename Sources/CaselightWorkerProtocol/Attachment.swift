import Synchronization

/// Bytes of a message that travel behind its JSON and not in it, where each would be a number of up to four letters:
/// keyframes and pictures.
package struct Attachment: Hashable, Sendable {
    package var bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }
}

extension Attachment: Codable {
    /// In the JSON stands where the bytes are: their offset behind it, and their count.
    package func encode(to encoder: any Encoder) throws {
        guard let collector = encoder.userInfo[.attachments] as? AttachmentCollector else {
            throw EncodingError.invalidValue(
                bytes, .init(codingPath: encoder.codingPath, debugDescription: "attachments travel in framed messages alone"))
        }
        var container = encoder.unkeyedContainer()
        try container.encode(collector.add(bytes))
        try container.encode(bytes.count)
    }

    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        let (offset, count) = (try container.decode(Int.self), try container.decode(Int.self))
        guard let all = decoder.userInfo[.attachments] as? ArraySlice<UInt8>, offset >= 0, count >= 0, offset <= all.count,
            count <= all.count - offset
        else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "\(count) bytes at \(offset) are not in the message"))
        }
        bytes = Array(all[(all.startIndex + offset)...].prefix(count))
    }
}

/// Gathers a message's attachments while its JSON is written.
final class AttachmentCollector: Sendable {
    private let gathered = Mutex<[UInt8]>([])

    /// - Returns: the offset of the bytes.
    func add(_ bytes: [UInt8]) -> Int {
        gathered.withLock { gathered in
            defer { gathered += bytes }
            return gathered.count
        }
    }

    var bytes: [UInt8] { gathered.withLock { $0 } }
}

extension CodingUserInfoKey {
    /// Its name is no secret and no text of a user, so it is never refused.
    static var attachments: CodingUserInfoKey {
        guard let key = CodingUserInfoKey(rawValue: "attachments") else { preconditionFailure("any text is a key") }
        return key
    }
}
