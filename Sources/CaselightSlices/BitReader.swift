/// Reads a NAL unit's payload bit by bit, and passes over the bytes that keep start codes out of it (ITU-T H.264, 7.4.1).
///
/// A camera sent these bytes: nothing is read beyond their end, and no number is larger than its caller allows.
struct BitReader {
    private let bytes: UnsafeRawBufferPointer
    private var place: Int
    private var zeroCount = 0
    private var current: UInt8 = 0
    private var bitsLeft = 0

    /// - Parameter place: of the first byte of the payload, after the NAL unit's header.
    init(_ bytes: UnsafeRawBufferPointer, from place: Int) {
        self.bytes = bytes
        self.place = place
    }

    mutating func bit() throws(SliceDamage) -> Int {
        if bitsLeft == 0 { try nextByte() }
        bitsLeft -= 1
        return Int(current >> UInt8(bitsLeft)) & 1
    }

    mutating func flag() throws(SliceDamage) -> Bool { try bit() == 1 }

    /// u(n) of the standards. - Parameter count: at most 32.
    mutating func bits(_ count: Int) throws(SliceDamage) -> Int {
        var value = 0
        for _ in 0..<count { value = try value << 1 | bit() }
        return value
    }

    mutating func skip(_ count: Int) throws(SliceDamage) { for _ in 0..<count { _ = try bit() } }

    /// ue(v): 0 to `limit`.
    mutating func unsigned(atMost limit: Int = Int(UInt32.max) - 1) throws(SliceDamage) -> Int {
        var zeros = 0
        while try bit() == 0 {
            zeros += 1
            if zeros > 32 { throw .damaged }
        }
        let value = try (1 << zeros) - 1 + bits(zeros)
        guard value <= limit else { throw .damaged }
        return value
    }

    /// se(v).
    mutating func signed() throws(SliceDamage) -> Int {
        let value = try unsigned()
        return value & 1 == 1 ? (value + 1) / 2 : -(value / 2)
    }

    private mutating func nextByte() throws(SliceDamage) {
        guard place < bytes.count else { throw .damaged }
        var byte = bytes[place]
        place += 1
        if zeroCount >= 2, byte == 3 {
            zeroCount = 0
            guard place < bytes.count else { throw .damaged }
            byte = bytes[place]
            place += 1
        }
        zeroCount = byte == 0 ? zeroCount + 1 : 0
        (current, bitsLeft) = (byte, 8)
    }
}

/// Why a slice's quantizer cannot be told.
enum SliceDamage: Error {
    /// It contradicts itself, is cut off, or names what was never given.
    case damaged
    /// It uses a rare tool that is not read.
    case unsupported
}
