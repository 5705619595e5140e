/// A keyframe and where its bytes stand.
public struct Keyframe: Hashable, Sendable {
    public let time: WallTime
    /// From the start of the segment's file.
    public let offset: Int64
    public let byteCount: Int

    public init(time: WallTime, offset: Int64, byteCount: Int) {
        self.time = time
        self.offset = offset
        self.byteCount = byteCount
    }
}

/// A segment's keyframes, packed: at 2 s intervals about 7 bytes each, so that a camera-day stays under 300 KB.
///
/// Per keyframe three variable-length numbers (7 bits a byte, low first): the change of its time step in µs (zigzag),
/// its distance in bytes from the end of the keyframe before, and its size. Times start from the segment's.
public struct KeyframeTable: Hashable, Sendable {
    public private(set) var packed: [UInt8]
    public private(set) var count: Int

    public static let empty = KeyframeTable()

    public init() {
        packed = []
        count = 0
    }

    /// - Parameter keyframes: in the order of their offsets.
    public init(_ keyframes: [Keyframe], from start: WallTime) {
        var bytes: [UInt8] = []
        var (time, step, end): (Int64, Int64, Int64) = (start.microseconds, 0, 0)
        for keyframe in keyframes {
            // Wrapping, as the way back does: a hostile file may claim any times.
            let nextStep = keyframe.time.microseconds &- time
            let change = nextStep &- step
            PackedNumbers.append(UInt64(bitPattern: (change << 1) ^ (change >> 63)), to: &bytes)
            PackedNumbers.append(UInt64(max(0, keyframe.offset &- end)), to: &bytes)
            PackedNumbers.append(UInt64(max(0, keyframe.byteCount)), to: &bytes)
            (time, step, end) = (keyframe.time.microseconds, nextStep, keyframe.offset &+ Int64(keyframe.byteCount))
        }
        packed = bytes
        count = keyframes.count
    }

    /// Takes a table as it was stored. Damaged bytes end the table where the damage begins.
    public init(packed: [UInt8]) {
        self.packed = packed
        count = 0
        count = keyframes(from: WallTime(microseconds: 0)).count
    }

    /// The keyframes with their wall times, in order, in a segment that begins at `start`.
    public func keyframes(from start: WallTime) -> [Keyframe] {
        var result: [Keyframe] = []
        var reader = PackedNumbers(packed)
        var (time, step, end): (Int64, Int64, Int64) = (start.microseconds, 0, 0)
        while let zigzag = reader.next(), let distance = reader.next(), let size = reader.next(),
            let gap = Int64(exactly: distance), let byteCount = Int(exactly: size)
        {
            step &+= Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
            time &+= step
            let offset = end &+ gap
            result.append(Keyframe(time: WallTime(microseconds: time), offset: offset, byteCount: byteCount))
            end = offset &+ Int64(byteCount)
        }
        return result
    }
}

/// Unsigned numbers of variable length, 7 bits a byte, low bits first.
struct PackedNumbers {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func next() -> UInt64? {
        var (value, shift): (UInt64, UInt64) = (0, 0)
        while let byte = rest.popFirst(), shift < 64 {
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// In messages and JSON: its packed bytes.
extension KeyframeTable: Codable {
    public init(from decoder: any Decoder) throws {
        self.init(packed: try decoder.singleValueContainer().decode([UInt8].self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(packed)
    }
}
