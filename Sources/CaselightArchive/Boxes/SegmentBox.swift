internal import CaselightModel
import Foundation

/// The `uuid` boxes in which a segment's file says what it is: JSON, the same for people and programs.
enum SegmentBox {
    /// A header or trailer is a few kilobytes; a larger box is not ours.
    static let lengthLimitBytes = 1 << 20

    static func encode(_ header: SegmentHeader) throws -> [UInt8] { try encode(header, uuid: SegmentHeader.boxUUID) }
    static func encode(_ trailer: SegmentTrailer) throws -> [UInt8] { try encode(trailer, uuid: SegmentTrailer.boxUUID) }

    /// - Parameter content: what follows the box's size and type.
    static func header(_ content: ArraySlice<UInt8>) -> SegmentHeader? { decode(content, uuid: SegmentHeader.boxUUID) }
    static func trailer(_ content: ArraySlice<UInt8>) -> SegmentTrailer? { decode(content, uuid: SegmentTrailer.boxUUID) }

    private static func encode(_ value: some Encodable, uuid: [UInt8]) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = [UInt8](try encoder.encode(value))
        let byteCount = 8 + uuid.count + body.count
        guard byteCount <= lengthLimitBytes else {
            throw CaselightError(
                .tooLarge, "write what a segment says of itself", because: "it takes \(byteCount) bytes and may take \(lengthLimitBytes)")
        }
        var box: [UInt8] = []
        box.reserveCapacity(byteCount)
        withUnsafeBytes(of: UInt32(byteCount).bigEndian) { box.append(contentsOf: $0) }
        box.append(contentsOf: Array("uuid".utf8))
        box.append(contentsOf: uuid)
        box.append(contentsOf: body)
        return box
    }

    private static func decode<Value: Decodable>(_ content: ArraySlice<UInt8>, uuid: [UInt8]) -> Value? {
        guard content.starts(with: uuid) else { return nil }
        return try? JSONDecoder().decode(Value.self, from: Data(content.dropFirst(uuid.count)))
    }
}
