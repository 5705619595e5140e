import CaselightModel

/// Finds a recording's start in its file's name: `%Y%m%d_%H%M%S`.
///
/// Fields: `%Y` (four digits), `%m %d %H %M %S` (two), `%z` (`+08:00`, `+0800`, `Z`), `%%`. Everything else stands for itself.
/// The pattern may stand anywhere in the name. A wrong time is worse than none: where two places fit with different times, it is refused.
struct TimePattern: Sendable {
    private enum Part: Hashable {
        case field(UInt8)
        case letter(UInt8)
    }

    let text: String
    private let parts: [Part]

    /// Whether the name itself tells the offset from UTC.
    let namesOffset: Bool

    private static let widths: [UInt8: (count: Int, range: ClosedRange<Int>)] = [
        UInt8(ascii: "Y"): (4, 1970...9999), UInt8(ascii: "m"): (2, 1...12), UInt8(ascii: "d"): (2, 1...31),
        UInt8(ascii: "H"): (2, 0...23), UInt8(ascii: "M"): (2, 0...59), UInt8(ascii: "S"): (2, 0...59),
    ]

    /// - Throws: `CaselightError` with code `invalidTime` for an unknown field, one given twice, or a date or hour that is missing.
    init(_ text: String) throws(CaselightError) {
        var (parts, rest): ([Part], ArraySlice<UInt8>) = ([], Array(text.utf8)[...])
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                parts.append(.letter(byte))
                continue
            }
            guard let name = rest.popFirst() else { throw Self.problem(text, "it ends with '%'") }
            if name == byte {
                parts.append(.letter(byte))
                continue
            }
            let letter = String(decoding: [name], as: UTF8.self)
            guard Self.widths[name] != nil || name == UInt8(ascii: "z") else { throw Self.problem(text, "'%\(letter)' is unknown") }
            guard !parts.contains(.field(name)) else { throw Self.problem(text, "'%\(letter)' stands in it twice") }
            parts.append(.field(name))
        }
        for needed in "YmdHM".utf8 where !parts.contains(.field(needed)) {
            throw Self.problem(text, "'%\(String(decoding: [needed], as: UTF8.self))' is missing")
        }
        self.text = text
        self.parts = parts
        namesOffset = parts.contains(.field(UInt8(ascii: "z")))
    }

    /// The time in `name`.
    ///
    /// - Parameter utcOffsetSeconds: taken where the pattern has no `%z`.
    /// - Throws: `CaselightError` with code `invalidTime` where the name holds no such time, or two.
    func time(in name: String, utcOffsetSeconds: Int) throws(CaselightError) -> WallTime {
        let bytes = Array(name.utf8)
        var (bounded, loose): (Set<WallTime>, Set<WallTime>) = ([], [])
        for start in bytes.indices {
            guard let (time, end) = match(bytes, from: start, utcOffsetSeconds) else { continue }
            // Digits that go on before or after suggest another number.
            let isBounded =
                !(start > 0 && isDigit(bytes[start - 1]) && isDigit(bytes[start])) && !(end < bytes.count && isDigit(bytes[end]))
            if isBounded { bounded.insert(time) } else { loose.insert(time) }
        }
        let found = bounded.isEmpty ? loose : bounded
        guard let time = found.first else { throw refusal(name, "its name does not hold '\(text)'") }
        guard found.count == 1 else {
            throw refusal(name, "its name holds '\(text)' in two places, which tell different times")
        }
        return time
    }

    private func match(_ bytes: [UInt8], from start: Int, _ utcOffsetSeconds: Int) -> (WallTime, Int)? {
        var (rest, values, offset) = (bytes[start...], [UInt8: Int](), utcOffsetSeconds)
        for part in parts {
            switch part {
            case .letter(let letter):
                guard rest.popFirst() == letter else { return nil }
            case .field(UInt8(ascii: "z")):
                guard let (seconds, after) = Self.offset(rest) else { return nil }
                (offset, rest) = (seconds, after)
            case .field(let name):
                guard let (count, range) = Self.widths[name], let value = Self.number(rest, count), range.contains(value) else {
                    return nil
                }
                values[name] = value
                rest = rest.dropFirst(count)
            }
        }
        func value(_ letter: Character) -> Int { letter.asciiValue.flatMap { values[$0] } ?? 0 }
        guard value("d") <= Civil.daysInMonth(year: value("Y"), month: value("m")) else { return nil }
        let days = Civil.days(year: value("Y"), month: value("m"), day: value("d"))
        let seconds = days * 86_400 + value("H") * 3600 + value("M") * 60 + value("S") - offset
        return (WallTime(microseconds: Int64(seconds) * 1_000_000), rest.startIndex)
    }

    /// `+08:00`, `-0530` or `Z` at the beginning of `text`, as seconds east of UTC.
    static func offset(_ text: ArraySlice<UInt8>) -> (seconds: Int, rest: ArraySlice<UInt8>)? {
        if text.first == UInt8(ascii: "Z") { return (0, text.dropFirst()) }
        guard let sign = text.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
        var rest = text.dropFirst()
        guard let hours = number(rest, 2), hours <= 14 else { return nil }
        rest = rest.dropFirst(2)
        if rest.first == UInt8(ascii: ":") { rest = rest.dropFirst() }
        guard let minutes = number(rest, 2), minutes <= 59 else { return nil }
        return ((hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1), rest.dropFirst(2))
    }

    private static func number(_ text: ArraySlice<UInt8>, _ count: Int) -> Int? {
        let digits = text.prefix(count)
        guard digits.count == count, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private func refusal(_ name: String, _ cause: String) -> CaselightError {
        CaselightError(
            .invalidTime, "tell when '\(name)' begins", because: cause, remedy: "Give it alone with --starts-at, or use another pattern.")
    }

    private static func problem(_ text: String, _ cause: String) -> CaselightError {
        CaselightError(
            .invalidTime, "use '\(text.prefix(60))' as a pattern of names", because: cause,
            remedy: "Example: %Y%m%d_%H%M%S; %z where the name tells the offset.")
    }
}
