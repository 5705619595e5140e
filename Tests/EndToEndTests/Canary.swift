import Foundation

/// A secret that is used once and looked for everywhere.
struct Canary {
    let name: String
    let bytes: [UInt8]
    /// What its Base64 holds whatever stands before and after it, by the three places it may begin at; both alphabets.
    private let base64: [Data]
    private let writings: [[Writing]]
    /// What may follow its first byte.
    private let nexts: Set<UInt8>

    private struct Writing {
        let form: String
        let bytes: [UInt8]
    }

    /// - Parameter text: at least nine bytes, so that chance does not write its Base64.
    init(_ name: String, _ text: String) {
        precondition(text.utf8.count >= 9)
        self.name = name
        bytes = Array(text.utf8)
        var forms: Set<Data> = []
        for offset in 0..<3 {
            let padded = Data([UInt8](repeating: 0x20, count: offset) + bytes).base64EncodedString()
            // Characters that hold bits of what stands before, and the last group, which holds bits of what follows.
            let lead = (offset * 8 + 5) / 6, whole = (offset + bytes.count) * 8 / 6
            let sure = String(padded.prefix(whole).dropFirst(lead))
            forms.insert(Data(sure.utf8))
            forms.insert(Data(sure.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_").utf8))
        }
        base64 = Array(forms)
        writings = bytes.map(Self.writings)
        nexts = Set(writings[1].map { $0.bytes[0] } + [bytes[1]])
    }

    /// How it stands in what was found somewhere; `nil` where it does not.
    func form(in data: Data) -> String? {
        if let form = data.withUnsafeBytes({ looseForm(in: $0) }) { return form }
        return base64.contains { data.range(of: $0) != nil } ? "as Base64" : nil
    }

    /// Looks for it with each of its bytes written in any of the ways there are, mixed at will.
    private func looseForm(in haystack: UnsafeRawBufferPointer) -> String? {
        let starts = Set(writings[0].map { $0.bytes[0] } + [bytes[0]])
        for first in starts.union(Self.hexStarts(of: bytes[0])) {
            var start = 0
            while start < haystack.count, let found = Self.position(of: first, in: haystack, from: start) {
                start = found + 1
                if isHex(in: haystack, at: found) { return "as hexadecimal digits" }
                // Most hits of one byte are chance; what follows tells, and cheaply.
                guard first != bytes[0] || found + 1 < haystack.count && nexts.contains(haystack[found + 1]) else { continue }
                var place = found
                var forms: Set<String> = []
                if bytes.indices.allSatisfy({ skip($0, in: haystack, &place, &forms) }) {
                    return forms.isEmpty ? "as it is" : forms.sorted().joined(separator: ", ")
                }
            }
        }
        return nil
    }

    private func isHex(in haystack: UnsafeRawBufferPointer, at start: Int) -> Bool {
        guard start + bytes.count * 2 <= haystack.count else { return false }
        return bytes.indices.allSatisfy { index in
            Self.hexValue(haystack[start + index * 2]) == bytes[index] >> 4 && Self.hexValue(haystack[start + index * 2 + 1]) == bytes[index] & 15
        }
    }

    /// Moves past the byte at an index, however it is written. The plain byte comes last, for a '%' begins its own escape.
    private func skip(_ index: Int, in haystack: UnsafeRawBufferPointer, _ place: inout Int, _ forms: inout Set<String>) -> Bool {
        guard place < haystack.count else { return false }
        for writing in writings[index] where haystack[place] == writing.bytes[0] && Self.stands(writing.bytes, in: haystack, at: place) {
            forms.insert(writing.form)
            place += writing.bytes.count
            return true
        }
        guard haystack[place] == bytes[index] else { return false }
        place += 1
        return true
    }

    /// A byte but as itself: `%2F` in either case and encoded again, `\/`, `\u002f`, or a character reference of HTML.
    private static func writings(of byte: UInt8) -> [Writing] {
        let upper = String(byte, radix: 16, uppercase: true)
        let digits = upper.count == 1 ? "0" + upper : upper
        var escapes = [("percent-encoded", "%\(digits)"), ("percent-encoded twice", "%25\(digits)"), ("escaped", "\\x\(digits)")]
        if byte < 0x80 {
            let character = Character(Unicode.Scalar(byte))
            escapes += [("escaped", "\\\(character)"), ("escaped", "\\u00\(digits)"), ("as HTML", "&#\(byte);"), ("as HTML", "&#x\(digits);")]
            if let name = ["&": "&amp;", "\"": "&quot;", "<": "&lt;", ">": "&gt;"][character] { escapes.append(("as HTML", name)) }
            if character == " " { escapes.append(("form-encoded", "+")) }
        }
        return escapes.map { Writing(form: $0.0, bytes: Array($0.1.utf8)) }
    }

    /// Without regard to the case of ASCII letters, for hexadecimal digits have none.
    private static func stands(_ text: [UInt8], in haystack: UnsafeRawBufferPointer, at place: Int) -> Bool {
        guard place + text.count <= haystack.count else { return false }
        return text.indices.allSatisfy { lowered(haystack[place + $0]) == lowered(text[$0]) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    private static func hexValue(_ digit: UInt8) -> UInt8? {
        switch lowered(digit) {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: lowered(digit) - 0x61 + 10
        default: nil
        }
    }

    private static func hexStarts(of byte: UInt8) -> [UInt8] {
        let digit = String(byte >> 4, radix: 16)
        return Array(Set((digit + digit.uppercased()).utf8))
    }

    private static func position(of byte: UInt8, in haystack: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = haystack.baseAddress, let found = memchr(base + start, Int32(byte), haystack.count - start) else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
