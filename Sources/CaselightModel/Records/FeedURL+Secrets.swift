/// Some recorders want the password in the address's path or query: `?user=admin&password=…`. Such values are neither shown nor kept plain.
extension FeedURL {
    /// The address with `***` in place of each value whose name sounds like a login's.
    public var masked: FeedURL {
        guard pathAndQuery.contains("=") else { return self }
        var text = ""
        var rest = pathAndQuery[...]
        while let equals = rest.firstIndex(of: "=") {
            let nameStart = rest[..<equals].lastIndex(where: { "?&/;_".contains($0) }).map { rest.index(after: $0) } ?? rest.startIndex
            let name = rest[nameStart..<equals].lowercased()
            let valueStart = rest.index(after: equals)
            // In a path a slash ends the value, in a query it is part of it.
            let ends = pathAndQuery[..<valueStart].contains("?") ? "&;" : "&;/?"
            let valueEnd = rest[valueStart...].firstIndex(where: { ends.contains($0) }) ?? rest.endIndex
            text += rest[..<valueStart] + (Self.secretNames.contains { name.holds($0) } ? "***" : rest[valueStart..<valueEnd])
            rest = rest[valueEnd...]
        }
        return (try? FeedURL.parse(redacted + text + rest).url) ?? self
    }

    private static let secretNames = ["pass", "pwd", "psw", "token", "secret", "auth", "key", "user"]
}

extension String {
    /// Whether `part` stands anywhere in it, without Foundation.
    fileprivate func holds(_ part: String) -> Bool { indices.contains { self[$0...].hasPrefix(part) } }
}
