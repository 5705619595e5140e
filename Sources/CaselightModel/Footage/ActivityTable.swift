#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How much moved, second by second: one byte for each second of a segment, from its start.
///
/// The measure is the bytes an encoder spent on non-key frames in that second, kept on a logarithmic scale of
/// 12 steps an octave (6 % a step), which reaches 2.5 MB a second.
public struct ActivityTable: Hashable, Sendable {
    public private(set) var packed: [UInt8]

    public static let empty = ActivityTable(packed: [])

    public init(packed: [UInt8]) { self.packed = packed }

    /// - Parameter bytesPerSecond: non-key frame bytes of each second.
    public init(bytesPerSecond: [Int]) {
        packed = bytesPerSecond.map { UInt8(min(255, (12 * log2(1 + Double(max(0, $0)))).rounded())) }
    }

    /// The values back, rounded to the scale.
    public var bytesPerSecond: [Int] { packed.map { Int((exp2(Double($0) / 12) - 1).rounded()) } }
}

/// In messages and JSON: its packed bytes.
extension ActivityTable: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(packed: try decoder.singleValueContainer().decode([UInt8].self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(packed)
    }
}
