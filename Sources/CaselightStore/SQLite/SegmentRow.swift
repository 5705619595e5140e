import CaselightModel
import Foundation
import GRDB

/// A segment in the columns of `segments` and `segment_details`.
enum SegmentRow {
    /// What `segment(_:)` reads, of segments named `s`.
    static func columns(detailed: Bool) -> String {
        """
        r.run_id, s.sequence, c.code, s.started_at_us, s.ended_at_us, s.policy, s.byte_count, s.initialization_byte_count,
        s.end_reason, s.audio_codec, s.audio_byte_count, s.audio_initialization_byte_count, d.sha256, d.audio_sha256
        \(detailed ? ", d.keyframes, d.activity" : "")
        """
    }

    /// CROSS JOIN keeps the segments first, in the order asked for.
    static let tables = """
        segments s CROSS JOIN runs r ON r.key = s.run_key CROSS JOIN cameras c ON c.id = s.camera_id
        LEFT JOIN segment_details d ON d.run_key = s.run_key AND d.sequence = s.sequence
        """

    /// Lists what `sql` finds, with `arguments` bound in their order.
    static func segments(_ sql: String, _ arguments: [Int64], _ db: Database) throws -> [Segment] {
        try db.quickly(sql) { statement in
            for (position, argument) in arguments.enumerated() { try statement.bind(argument, at: Int32(position + 1)) }
            var found: [Segment] = []
            while try statement.step() { found.append(try segment(statement, after: found.last)) }
            return found
        }
    }

    /// - Parameter previous: the row before, which is most often of the same camera.
    private static func segment(_ row: QuickStatement, after previous: Segment?) throws -> Segment {
        let isDetailed = row.columnCount > 14
        let code = row.text(2)
        let camera = if let previous, previous.camera.text == code { previous.camera } else { try CameraCode(code) }
        var audio: AudioSibling?
        if let codec = row.optionalText(9) {
            audio = AudioSibling(
                codec: codec, byteCount: row.integer(10), initializationByteCount: Int(row.integer(11)), sha256: HexDigest.text(row.bytes(13)))
        }
        return Segment(
            id: SegmentID(run: RunID(stored: row.integer(0)), sequence: try number(row.integer(1), "segments.sequence")), camera: camera,
            span: try row.span(3), policy: try RecordingPolicy(number: try number(row.integer(5), "segments.policy")),
            byteCount: row.integer(6), initializationByteCount: Int(row.integer(7)), sha256: HexDigest.text(row.bytes(12)),
            endReason: try row.optionalText(8).map(endReason), audio: audio,
            keyframes: isDetailed ? KeyframeTable(packed: row.bytes(14)) : .empty,
            activity: isDetailed ? ActivityTable(packed: row.bytes(15)) : .empty)
    }

    private static func number<Number: FixedWidthInteger>(_ value: Int64, _ column: String) throws -> Number {
        guard let number = Number(exactly: value) else { throw StoreFailure.unexpected(value, in: column) }
        return number
    }

    private static func endReason(_ text: String) throws -> EndReason {
        guard let reason = EndReason(rawValue: text) else { throw StoreFailure.unexpected(text, in: "segments.end_reason") }
        return reason
    }
}

/// Digests: text in the model, bytes in the database.
enum HexDigest {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty else { return nil }
        return String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
            for (position, byte) in bytes.enumerated() {
                text[2 * position] = digits[Int(byte >> 4)]
                text[2 * position + 1] = digits[Int(byte & 15)]
            }
            return 2 * bytes.count
        }
    }

    /// - Throws: `invalidValue` unless it is lower-case hexadecimal of whole bytes: what is kept must come back the same.
    static func bytes(_ text: String?) throws(CaselightError) -> Data? {
        guard let text else { return nil }
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text.utf8 {
            guard let value = digits.firstIndex(of: character).map(UInt8.init) else { throw refusal(text) }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        guard high == nil, !bytes.isEmpty else { throw refusal(text) }
        return Data(bytes)
    }

    private static func refusal(_ text: String) -> CaselightError {
        CaselightError(.invalidValue, "index a digest of \(text.utf8.count) characters", because: "it is not lower-case hexadecimal")
    }
}
