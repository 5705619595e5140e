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

    static func segment(_ row: Row) throws -> Segment {
        let isDetailed = row.count > 14
        var audio: AudioSibling?
        if let codec = row[9] as String? {
            audio = AudioSibling(
                codec: codec, byteCount: row[10] ?? 0, initializationByteCount: row[11] ?? 0, sha256: HexDigest.text(try row.bytes(13)))
        }
        return Segment(
            id: SegmentID(run: RunID(stored: row[0]), sequence: row[1]), camera: try row.code(2), span: try row.span(3),
            policy: try RecordingPolicy(number: row[5]), byteCount: row[6], initializationByteCount: row[7],
            sha256: HexDigest.text(try row.bytes(12)),
            endReason: (row[8] as String?) == nil ? nil : try row.choice(8, "segments.end_reason"), audio: audio,
            keyframes: isDetailed ? KeyframeTable(packed: try row.bytes(14)) : .empty,
            activity: isDetailed ? ActivityTable(packed: try row.bytes(15)) : .empty)
    }
}

/// Digests: text in the model, bytes in the database.
enum HexDigest {
    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ bytes: [UInt8]) -> String? {
        guard !bytes.isEmpty else { return nil }
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
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
