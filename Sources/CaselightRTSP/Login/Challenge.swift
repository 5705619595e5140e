/// How a camera asks for a login (RFC 7616, 3.3; RFC 7617, 2).
struct Challenge: Equatable {
    /// Lower-case.
    let scheme: String
    /// By lower-case name; text between quotes is as it came, for it is sent back and hashed so.
    var fields: [String: String] = [:]

    var isDigest: Bool { scheme == "digest" }
    var isStale: Bool { fields["stale"]?.lowercased() == "true" }

    /// Reads the challenges of all `WWW-Authenticate` headers; one header may hold several.
    static func parse(_ values: [String]) -> [Challenge] {
        var challenges: [Challenge] = []
        for value in values {
            var reader = Reader(Array(value.utf8))
            while challenges.count <= RTSPLimits.challengeCount, let word = reader.word() {
                if let value = reader.valueAfterEquals() {
                    guard let last = challenges.indices.last, challenges[last].fields.count < RTSPLimits.challengeFields else { continue }
                    let name = word.lowercased()
                    if challenges[last].fields[name] == nil { challenges[last].fields[name] = value }
                } else {
                    challenges.append(Challenge(scheme: word.lowercased()))
                }
            }
        }
        return Array(challenges.prefix(RTSPLimits.challengeCount))
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0
        init(_ bytes: [UInt8]) { self.bytes = bytes }

        private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

        /// The next word, past separators. Always moves on.
        mutating func word() -> String? {
            while index < bytes.count, Self.isSpace(bytes[index]) || ",=\";".utf8.contains(bytes[index]) { index += 1 }
            let start = index
            while index < bytes.count, !Self.isSpace(bytes[index]), !",=\"".utf8.contains(bytes[index]) { index += 1 }
            return index > start ? String(decoding: bytes[start..<index], as: UTF8.self) : nil
        }

        mutating func valueAfterEquals() -> String? {
            var next = index
            while next < bytes.count, Self.isSpace(bytes[next]) { next += 1 }
            guard next < bytes.count, bytes[next] == UInt8(ascii: "=") else { return nil }
            next += 1
            while next < bytes.count, Self.isSpace(bytes[next]) { next += 1 }
            index = next
            guard next < bytes.count, bytes[next] == UInt8(ascii: "\"") else {
                while index < bytes.count, bytes[index] != UInt8(ascii: ","), !Self.isSpace(bytes[index]) { index += 1 }
                return String(decoding: bytes[next..<index], as: UTF8.self)
            }
            index += 1
            let start = index
            while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
                index += bytes[index] == UInt8(ascii: "\\") && index + 1 < bytes.count ? 2 : 1
            }
            let text = String(decoding: bytes[start..<min(index, bytes.count)], as: UTF8.self)
            index = min(index + 1, bytes.count)
            return text
        }
    }
}
