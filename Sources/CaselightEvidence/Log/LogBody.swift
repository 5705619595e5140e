package import CaselightModel
import Foundation

/// An entry's bytes: JSON in UTF-8, keys sorted, no spaces, slashes not escaped.
package enum LogBody {
    /// What an entry may weigh.
    package static let byteLimit = 64 << 10

    /// - Throws: `tooLarge` past `byteLimit`.
    package static func bytes(of entry: LogEntry) throws(CaselightError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes: [UInt8]
        do { bytes = Array(try encoder.encode(entry)) } catch {
            throw CaselightError(.internalFailure, "write an entry of the consultation log", because: "it is no JSON: \(error)")
        }
        guard bytes.count <= byteLimit else {
            throw CaselightError(
                .tooLarge, "write an entry of the consultation log", because: "it has \(bytes.count) bytes and may have \(byteLimit)",
                remedy: "Shorten its texts.")
        }
        return bytes
    }

    /// - Throws: `evidenceBroken` where they are no entry.
    package static func entry(_ bytes: [UInt8]) throws(CaselightError) -> LogEntry {
        do { return try JSONDecoder().decode(LogEntry.self, from: Data(bytes)) } catch {
            throw CaselightError(
                .evidenceBroken, "read an entry of the consultation log", because: "it is none: its form is not that of an entry",
                remedy: "Run 'caselight log verify'.")
        }
    }
}

/// What binds an entry to its place: read from the end of its bytes, where sorted keys put it, without decoding the rest.
///
/// Backward from the last brace, through three strings that hold no quote, what is read can only belong to the outermost object.
package struct LogBodyTail: Hashable, Sendable {
    package let at: WallTime
    package let previous: MerkleHash
    package let sequence: Int64

    /// `nil` where the bytes do not end as an entry does.
    package init?(_ body: UnsafeRawBufferPointer) {
        var reader = BackwardReader(body)
        guard body.first == UInt8(ascii: "{"), reader.skip("}"), let digits = reader.take(while: { (0x30...0x39).contains($0) }),
            let sequence = Int64(digits), digits == String(sequence), reader.skip("\"sequence\":"), reader.skip("\","),
            let previous = reader.take(while: Self.isPlain).flatMap({ MerkleHash(hex: Array($0.utf8)) }), reader.skip("\"previous\":\""),
            reader.skip("\","), reader.take(while: Self.isPlain) != nil, reader.skip("\"operation\":\""), reader.skip("\","),
            let time = reader.take(while: Self.isPlain), let at = try? WallTime(rfc3339: time), at.rfc3339() == time,
            reader.skip("},\"at\":\"")
        else { return nil }
        self.at = at
        self.previous = previous
        self.sequence = sequence
    }

    private static func isPlain(_ byte: UInt8) -> Bool { byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte >= 0x20 }
}

/// Walks back over bytes.
private struct BackwardReader {
    /// No string of an entry's end is longer.
    private static let wordLimit = 64

    private let bytes: UnsafeRawBufferPointer
    private var end: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        end = bytes.count
    }

    mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard end >= count else { return false }
        for place in 0..<count where bytes[end - count + place] != text.utf8Start[place] { return false }
        end -= count
        return true
    }

    /// The longest stretch, at least one byte; `nil` where there is none or too much.
    mutating func take(while isPart: (UInt8) -> Bool) -> String? {
        var start = end
        while start > 0, isPart(bytes[start - 1]) {
            start -= 1
            guard end - start <= Self.wordLimit else { return nil }
        }
        guard start < end else { return nil }
        defer { end = start }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}
