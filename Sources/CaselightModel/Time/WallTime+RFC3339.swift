extension WallTime {
    /// Reads an RFC 3339 date-time with an offset, such as `2026-03-02T14:05:00+08:00`.
    ///
    /// A fraction may have any number of digits; those past the sixth are dropped. A leap second reads as the second after it.
    /// - Throws: `CaselightError` with code `invalidTime` that names what is wrong.
    public init(rfc3339 text: String) throws(CaselightError) {
        var reader = TimeReader(text)
        let year = try reader.number(digits: 4, name: "year", in: 1900...9999)
        try reader.expect("-", after: "the year")
        let month = try reader.number(digits: 2, name: "month", in: 1...12)
        try reader.expect("-", after: "the month")
        let day = try reader.number(digits: 2, name: "day", in: 1...Civil.daysInMonth(year: year, month: month))
        try reader.expectSeparator()
        let hour = try reader.number(digits: 2, name: "hour", in: 0...23)
        try reader.expect(":", after: "the hour")
        let minute = try reader.number(digits: 2, name: "minute", in: 0...59)
        try reader.expect(":", after: "the minute")
        let second = try reader.number(digits: 2, name: "second", in: 0...60)
        let fraction = try reader.fractionMicroseconds()
        let offsetSeconds = try reader.offsetSeconds()
        let days = Civil.days(year: year, month: month, day: day)
        let seconds = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second) - Int64(offsetSeconds)
        self.init(microseconds: seconds * 1_000_000 + Int64(fraction))
    }

    /// Writes RFC 3339 with as many fraction digits as the value needs: none, three or six.
    ///
    /// - Parameter offsetSeconds: seconds east of UTC, a whole number of minutes; 0 writes `Z`.
    public func rfc3339(offsetSeconds: Int = 0) -> String {
        let civil = Civil(self, offsetSeconds: offsetSeconds)
        var text = "\(padded(civil.year, 4))-\(padded(civil.month, 2))-\(padded(civil.day, 2))"
        text += "T\(padded(civil.hour, 2)):\(padded(civil.minute, 2)):\(padded(civil.second, 2))"
        if civil.microsecond != 0 {
            text += civil.microsecond % 1000 == 0 ? ".\(padded(civil.microsecond / 1000, 3))" : ".\(padded(civil.microsecond, 6))"
        }
        if offsetSeconds == 0 { return text + "Z" }
        let minutes = abs(offsetSeconds) / 60
        return text + (offsetSeconds < 0 ? "-" : "+") + "\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
    }
}

extension WallTime: Codable {
    public init(from decoder: any Decoder) throws {
        try self.init(rfc3339: try decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rfc3339())
    }
}

extension WallTime: CustomStringConvertible {
    public var description: String { rfc3339() }
}

private struct TimeReader {
    private let text: String
    private var rest: Substring.UTF8View

    init(_ text: String) {
        self.text = text
        rest = text[...].utf8
    }

    func problem(_ what: String) -> CaselightError {
        CaselightError(
            .invalidTime, "read '\(text.clipped(40))' as a time", because: what,
            remedy: "Example: 2026-03-02T14:05:00+08:00")
    }

    mutating func number(digits: Int, name: String, in range: ClosedRange<Int>) throws(CaselightError) -> Int {
        let part = rest.prefix(digits)
        guard part.count == digits, part.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw problem("the \(name) must be \(digits) digits")
        }
        rest = rest.dropFirst(digits)
        let value = part.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard range.contains(value) else {
            throw problem("the \(name) must be \(padded(range.lowerBound, 2)) to \(padded(range.upperBound, 2))")
        }
        return value
    }

    mutating func expect(_ character: Character, after what: String) throws(CaselightError) {
        guard let next = rest.first, next == character.asciiValue else { throw problem("'\(character)' must follow \(what)") }
        rest = rest.dropFirst()
    }

    mutating func expectSeparator() throws(CaselightError) {
        guard let next = rest.first, "Tt ".utf8.contains(next) else { throw problem("'T' and a time of day must follow the date") }
        rest = rest.dropFirst()
    }

    mutating func fractionMicroseconds() throws(CaselightError) -> Int {
        guard rest.first == UInt8(ascii: ".") else { return 0 }
        rest = rest.dropFirst()
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { throw problem("digits must follow the decimal point") }
        rest = rest.dropFirst(digits.count)
        var value = 0
        for place in 0..<6 {
            let index = digits.index(digits.startIndex, offsetBy: place, limitedBy: digits.endIndex)
            let digit = index.flatMap { $0 < digits.endIndex ? Int(digits[$0] - 0x30) : nil } ?? 0
            value = value * 10 + digit
        }
        return value
    }

    mutating func offsetSeconds() throws(CaselightError) -> Int {
        guard let sign = rest.first else { throw problem("an offset must end it: Z, +08:00") }
        rest = rest.dropFirst()
        var offset = 0
        if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            let hours = try number(digits: 2, name: "offset's hour", in: 0...23)
            try expect(":", after: "the offset's hour")
            let minutes = try number(digits: 2, name: "offset's minute", in: 0...59)
            offset = (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
        } else if sign != UInt8(ascii: "Z"), sign != UInt8(ascii: "z") {
            throw problem("an offset must end it: Z, +08:00")
        }
        guard rest.isEmpty else { throw problem("something follows the offset") }
        return offset
    }
}

/// A number with leading zeros.
func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
