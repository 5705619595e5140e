/// Why bytes are not what a parser of ours expects. Stays inside this module; callers see a `CaselightError`.
struct BoxDamage: Error {
    let cause: String
}

/// Reads numbers, most significant byte first, and never past the end of what it was given.
struct ByteCursor {
    private let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var remainingCount: Int { bytes.endIndex - position }

    mutating func number(byteCount: Int) throws(BoxDamage) -> UInt64 {
        guard remainingCount >= byteCount else { throw BoxDamage(cause: "a box ends within a number") }
        var value: UInt64 = 0
        for index in position..<position + byteCount { value = value << 8 | UInt64(bytes[index]) }
        position += byteCount
        return value
    }

    mutating func byte() throws(BoxDamage) -> UInt8 { UInt8(truncatingIfNeeded: try number(byteCount: 1)) }
    mutating func number32() throws(BoxDamage) -> UInt32 { UInt32(truncatingIfNeeded: try number(byteCount: 4)) }
    mutating func number64() throws(BoxDamage) -> UInt64 { try number(byteCount: 8) }

    mutating func take(_ count: Int) throws(BoxDamage) -> ArraySlice<UInt8> {
        guard count >= 0, remainingCount >= count else { throw BoxDamage(cause: "a box ends before its content") }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func skip(_ count: Int) throws(BoxDamage) { _ = try take(count) }

    /// The rest, without moving.
    var rest: ArraySlice<UInt8> { bytes[position...] }
}
