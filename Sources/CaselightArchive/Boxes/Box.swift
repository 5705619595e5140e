/// A box's four-letter type.
struct FourCharacterCode: Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    let value: UInt32

    init(_ value: UInt32) { self.value = value }

    init(stringLiteral text: StaticString) {
        precondition(text.utf8CodeUnitCount == 4, "a box type has four letters")
        value = UnsafeBufferPointer(start: text.utf8Start, count: 4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// For messages and codec names: unprintable bytes become `?`.
    var description: String {
        let letters = (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
        return String(decoding: letters.map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}

/// The first bytes of a box (ISO/IEC 14496-12, 4.2).
struct BoxHeader: Hashable {
    /// 16 bytes hold any header but a `uuid`'s extended type.
    static let lengthLimitBytes = 16

    let type: FourCharacterCode
    let headerByteCount: Int
    /// Header included.
    let byteCount: Int64

    /// - Throws: also for a box that runs to the file's end (size 0): we never write one, and zero-filled tails look like it.
    init(_ cursor: inout ByteCursor) throws(BoxDamage) {
        let size = try cursor.number32()
        type = FourCharacterCode(try cursor.number32())
        if size == 1 {
            headerByteCount = 16
            guard let large = Int64(exactly: try cursor.number64()) else { throw BoxDamage(cause: "a box is too large") }
            byteCount = large
        } else {
            headerByteCount = 8
            byteCount = Int64(size)
        }
        guard byteCount >= Int64(headerByteCount) else {
            throw BoxDamage(cause: "box '\(type)' claims \(byteCount) bytes")
        }
    }
}

struct Box {
    let type: FourCharacterCode
    /// Where the box begins, in bytes from the start of what holds it all.
    let offset: Int
    let headerByteCount: Int
    let content: ArraySlice<UInt8>

    var byteCount: Int { headerByteCount + content.count }
}

extension ByteCursor {
    /// The next box, whole; `nil` at the end.
    mutating func nextBox() throws(BoxDamage) -> Box? {
        guard remainingCount > 0 else { return nil }
        let offset = position
        let header = try BoxHeader(&self)
        let contentByteCount = header.byteCount - Int64(header.headerByteCount)
        guard contentByteCount <= Int64(remainingCount) else {
            throw BoxDamage(cause: "box '\(header.type)' claims \(header.byteCount) bytes and has fewer")
        }
        return Box(
            type: header.type, offset: offset, headerByteCount: header.headerByteCount, content: try take(Int(contentByteCount)))
    }

    /// The version and flags that begin a full box.
    mutating func versionAndFlags() throws(BoxDamage) -> (version: UInt8, flags: UInt32) {
        let word = try number32()
        return (UInt8(truncatingIfNeeded: word >> 24), word & 0xFF_FFFF)
    }
}
