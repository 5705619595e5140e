/// The `Range` header (RFC 9110, 14.1.2), as far as one range goes.
enum ByteRange: Hashable {
    /// Not a range of bytes, or several: the whole is a right answer to it.
    case whole
    case part(Range<Int64>)
    case unsatisfiable

    static func parse(_ header: String, size: Int64) -> ByteRange {
        let parts = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bytes", !parts[1].contains(",") else { return .whole }
        let ends = parts[1].filter { $0 != " " }.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return .whole }
        if ends[0].isEmpty {
            guard let length = digits(ends[1]) else { return .whole }
            guard length > 0, size > 0 else { return .unsatisfiable }
            return .part(max(0, size - length)..<size)
        }
        guard let first = digits(ends[0]) else { return .whole }
        if ends[1].isEmpty { return first < size ? .part(first..<size) : .unsatisfiable }
        guard let last = digits(ends[1]), last >= first else { return .whole }
        return first < size ? .part(first..<min(last, size - 1) + 1) : .unsatisfiable
    }

    /// Unsigned; a number past `Int64` is as good as its end.
    private static func digits(_ text: Substring) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int64(text) ?? .max
    }
}
