#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What is taken for how much moved. Nothing is decoded for either.
public enum ActivityMeasure: String, Hashable, Sendable, Codable, CaseIterable {
    /// Bytes of non-key frames, each times its quantizer's step: a frame of `n` bytes at quantizer `q` counts for n × 2^((q − 32) / 6). An
    /// encoder that holds its rate spends no more on a busy second than on an idle one, only more coarsely; this tells them apart. Of each
    /// half second its calmest frames count for all, since such an encoder also spends what it has left over on a picture that stands still.
    case weightedBytes
    /// Bytes of non-key frames alone, where no quantizer can be read: codecs other than H.264 and H.265, and damaged headers. Where the
    /// encoder holds its rate this tells little.
    case bytes
}

/// How much moved, second by second: one byte for each second of a segment, from its start, on a logarithmic scale.
///
/// Bytes have 12 steps an octave (6 % a step), which reach 2.5 MB a second. Weighted bytes have 32 (2 %) over the eight octaves below the
/// segment's busiest second: what creeps through a quiet picture adds a tenth. Two bytes before them say so, the second the lowest
/// octave; the first is 1, which no whole number of bytes makes, so that a table of bytes never begins with it.
public struct ActivityTable: Hashable, Sendable {
    public private(set) var packed: [UInt8]

    public static let empty = ActivityTable(packed: [])
    /// Steps an octave of `levels`, whatever the measure.
    public static let stepsPerOctave = 32

    private static let weightedMark: UInt8 = 1
    private static let headCount = 2
    /// Levels 1 to 255 reach so far.
    private static let reachOctaves = 254.0 / Double(stepsPerOctave)

    public init(packed: [UInt8]) { self.packed = packed }

    /// - Parameter bytesPerSecond: non-key frame bytes of each second.
    public init(bytesPerSecond: [Int]) {
        packed = bytesPerSecond.map { UInt8(min(255, (12 * log2(1 + Double(max(0, $0)))).rounded())) }
    }

    /// - Parameter weightedBytesPerSecond: of each second; 0 where there was no frame between keyframes.
    public init(weightedBytesPerSecond values: [Double]) {
        let highest = log2(max(1, values.max() ?? 0))
        let base = min(255, max(0, (highest - Self.reachOctaves).rounded(.up)))
        packed =
            [Self.weightedMark, UInt8(base)]
            + values.map { value in
                guard value > 0 else { return 0 }
                return UInt8(min(255, max(1, ((log2(value) - base) * Double(Self.stepsPerOctave)).rounded() + 1)))
            }
    }

    /// What its values count.
    public var measure: ActivityMeasure { isWeighted ? .weightedBytes : .bytes }

    private var isWeighted: Bool { packed.count >= Self.headCount && packed[0] == Self.weightedMark }

    /// How many seconds it tells of.
    public var secondCount: Int { packed.count - (isWeighted ? Self.headCount : 0) }

    /// The values back, rounded to the scale.
    public var perSecond: [Int] {
        guard isWeighted else { return packed.map { Int((exp2(Double($0) / 12) - 1).rounded()) } }
        return levels.map { $0 == 0 ? 0 : max(1, Int(clamping: Int64(min(1e18, exp2(Double($0 - 1) / Double(Self.stepsPerOctave)))))) }
    }

    /// Each second's place on one scale for all tables: 0 for nothing, then 1 + 32 × log2 of the value. Comparing levels compares ratios.
    public var levels: [Int] {
        guard isWeighted else { return packed.map { $0 == 0 ? 0 : 1 + Int((Double($0) * Double(Self.stepsPerOctave) / 12).rounded()) } }
        let base = Int(packed[1]) * Self.stepsPerOctave
        return packed.dropFirst(Self.headCount).map { $0 == 0 ? 0 : base + Int($0) }
    }
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
