import CaselightModel
import NIOCore

/// JSON written straight into the bytes that are sent, for the answers asked for most.
///
/// Writes what `JSONReply.response(_: some Encodable)` writes, byte for byte where members are named in the order of their names, in a tenth
/// of the time: Foundation's encoder makes an object for each value before it writes the first byte.
struct JSONText {
    private(set) var buffer = ByteBufferAllocator().buffer(capacity: 16 << 10)
    /// Whether the next member or element follows another.
    private var needsComma = false
    /// JSON has no number for what is not finite; a reply that holds one is our mistake.
    private(set) var holdsNoNumber = false

    static func of(_ value: some JSONWritable) -> JSONText {
        var text = JSONText()
        value.write(to: &text)
        return text
    }

    /// Members in braces.
    mutating func object(_ members: (inout JSONText) -> Void) {
        open("{")
        members(&self)
        close("}")
    }

    mutating func member(_ name: StaticString, _ value: some JSONWritable) {
        separate()
        buffer.writeInteger(Self.quote)
        buffer.writeStaticString(name)
        buffer.writeStaticString("\":")
        needsComma = false
        value.write(to: &self)
        needsComma = true
    }

    /// Left out where there is no value.
    mutating func member(_ name: StaticString, _ value: (some JSONWritable)?) {
        if let value { member(name, value) }
    }

    mutating func elements(_ values: [some JSONWritable]) {
        open("[")
        for value in values {
            separate()
            needsComma = false
            value.write(to: &self)
            needsComma = true
        }
        close("]")
    }

    mutating func integer(_ value: some FixedWidthInteger) { buffer.writeString(String(value)) }

    /// The shortest digits that read back as the same number.
    mutating func number(_ value: Double) {
        guard value.isFinite else { return holdsNoNumber = true }
        let digits = value.description
        buffer.writeSubstring(digits.hasSuffix(".0") ? digits.dropLast(2) : digits[...])
    }

    mutating func string(_ text: String) {
        buffer.writeInteger(Self.quote)
        if text.utf8.allSatisfy(Self.standsForItself) {
            buffer.writeString(text)
        } else {
            for byte in text.utf8 { escape(byte) }
        }
        buffer.writeInteger(Self.quote)
    }

    /// A string that needs no escape.
    mutating func plain(_ text: String) {
        buffer.writeInteger(Self.quote)
        buffer.writeString(text)
        buffer.writeInteger(Self.quote)
    }

    /// As `rfc3339()` has it: an answer holds dozens, and its pieces of text cost more than all the rest.
    mutating func time(_ time: WallTime) {
        let civil = Civil(time)
        guard (0...9999).contains(civil.year) else { return plain(time.rfc3339()) }
        buffer.writeInteger(Self.quote)
        digits(civil.year, from: 1000, after: "")
        digits(civil.month, from: 10, after: "-")
        digits(civil.day, from: 10, after: "-")
        digits(civil.hour, from: 10, after: "T")
        digits(civil.minute, from: 10, after: ":")
        digits(civil.second, from: 10, after: ":")
        if civil.microsecond % 1000 != 0 {
            digits(civil.microsecond, from: 100_000, after: ".")
        } else if civil.microsecond != 0 {
            digits(civil.microsecond / 1000, from: 100, after: ".")
        }
        buffer.writeStaticString("Z\"")
    }

    /// - Parameter highest: the worth of the first digit.
    private mutating func digits(_ value: Int, from highest: Int, after mark: StaticString) {
        buffer.writeStaticString(mark)
        var worth = highest
        while worth > 0 {
            buffer.writeInteger(UInt8(ascii: "0") + UInt8(value / worth % 10))
            worth /= 10
        }
    }

    private mutating func open(_ bracket: StaticString) {
        buffer.writeStaticString(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: StaticString) {
        buffer.writeStaticString(bracket)
        needsComma = true
    }

    private mutating func separate() { if needsComma { buffer.writeStaticString(",") } }

    private static let quote = UInt8(ascii: "\"")

    private static func standsForItself(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != quote && byte != UInt8(ascii: "\\") }

    /// RFC 8259, section 7.
    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case Self.quote: buffer.writeStaticString("\\\"")
        case UInt8(ascii: "\\"): buffer.writeStaticString("\\\\")
        case 0x08: buffer.writeStaticString("\\b")
        case 0x09: buffer.writeStaticString("\\t")
        case 0x0A: buffer.writeStaticString("\\n")
        case 0x0C: buffer.writeStaticString("\\f")
        case 0x0D: buffer.writeStaticString("\\r")
        case ..<0x20:
            buffer.writeStaticString(byte < 0x10 ? "\\u000" : "\\u00")
            buffer.writeString(String(byte, radix: 16))
        default: buffer.writeInteger(byte)
        }
    }
}

/// A value that writes itself as JSON.
protocol JSONWritable {
    func write(to json: inout JSONText)
}

extension String: JSONWritable {
    func write(to json: inout JSONText) { json.string(self) }
}

extension Int: JSONWritable {
    func write(to json: inout JSONText) { json.integer(self) }
}

extension Double: JSONWritable {
    func write(to json: inout JSONText) { json.number(self) }
}

extension Array: JSONWritable where Element: JSONWritable {
    func write(to json: inout JSONText) { json.elements(self) }
}
