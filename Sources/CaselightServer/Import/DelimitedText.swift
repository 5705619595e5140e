import CaselightModel

/// Reads text with separated columns (RFC 4180), byte by byte.
///
/// Byte by byte because a reader over `Character` loses columns: a combining mark after a comma makes one character of both.
/// Lenient where lists in the wild are: line ends of any kind, a quote within an unquoted field, rows of uneven length.
struct DelimitedText {
    static let columnLimit = 1000
    static let fieldLimitBytes = 1 << 20

    private let bytes: [UInt8]
    private let delimiter: UInt8
    private var position = 0
    /// The line the next row begins on, from 1.
    private(set) var line = 1

    init(_ text: String) {
        bytes = Array(text.utf8)
        delimiter = Self.likeliestDelimiter(bytes)
    }

    /// The next row that is not blank; `nil` at the end.
    ///
    /// - Throws: `CaselightError` with code `invalidValue` for a quote that never closes, or a row beyond the limits.
    mutating func next() throws(CaselightError) -> (line: Int, fields: [String])? {
        while position < bytes.count {
            let start = line
            let fields = try row()
            if fields.count > 1 || fields[0].contains(where: { !$0.isWhitespace }) { return (start, fields) }
        }
        return nil
    }

    private mutating func row() throws(CaselightError) -> [String] {
        var fields: [String] = []
        while true {
            fields.append(try field())
            guard fields.count <= Self.columnLimit else { throw problem("has over \(Self.columnLimit) columns", at: line) }
            guard position < bytes.count else { return fields }
            let end = bytes[position]
            position += 1
            if end == delimiter {
                if position == bytes.count { return fields + [""] }
                continue
            }
            // A line's end: \n, \r\n, or the \r of old Macs.
            if end == Self.carriageReturn, position < bytes.count, bytes[position] == Self.lineFeed { position += 1 }
            line += 1
            return fields
        }
    }

    private mutating func field() throws(CaselightError) -> String {
        var text: [UInt8] = []
        if position < bytes.count, bytes[position] == Self.quote { try quoted(into: &text) }
        while position < bytes.count, bytes[position] != delimiter, bytes[position] != Self.lineFeed, bytes[position] != Self.carriageReturn {
            text.append(bytes[position])
            position += 1
        }
        guard text.count <= Self.fieldLimitBytes else { throw problem("has a field of over \(Self.fieldLimitBytes) bytes", at: line) }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func quoted(into text: inout [UInt8]) throws(CaselightError) {
        let start = line
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == Self.quote {
                guard position < bytes.count, bytes[position] == Self.quote else { return }
                position += 1
            } else if byte == Self.lineFeed || byte == Self.carriageReturn && !(position < bytes.count && bytes[position] == Self.lineFeed) {
                line += 1
            }
            text.append(byte)
        }
        throw problem("has a quote that never closes", at: start)
    }

    private func problem(_ cause: String, at line: Int) -> CaselightError {
        CaselightError(.invalidValue, "read the list", because: "the row at line \(line) \(cause)")
    }

    /// The one that stands most often in the first line, outside quotes.
    private static func likeliestDelimiter(_ bytes: [UInt8]) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes.prefix(64 << 10) {
            if byte == quote { isQuoted.toggle() }
            if !isQuoted, byte == lineFeed || byte == carriageReturn { break }
            if !isQuoted { counts[byte, default: 0] += 1 }
        }
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        return candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? candidates[0]
    }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")
}
