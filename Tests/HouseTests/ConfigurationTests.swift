import Testing

/// The shipped configuration file names every key the daemon reads, with its default, its unit and why one would change it.
@Suite struct ConfigurationTests {
    static let settingsPath = "Sources/caselightd/Settings.swift"
    static let examplePath = "deploy/caselight.yaml"

    @Test func everyKeyTheDaemonReadsIsInTheExample() throws {
        let keys = try Self.keysTheDaemonReads()
        let documented = try Self.example().map(\.key)
        #expect(!keys.isEmpty, "no string literals found in an array named 'keys' in \(Self.settingsPath)")
        let missing = keys.subtracting(documented)
        #expect(missing.isEmpty, "\(Self.examplePath) does not name \(missing.sorted())")
    }

    @Test func theExampleNamesNoOtherKey() throws {
        let unknown = Set(try Self.example().map(\.key)).subtracting(try Self.keysTheDaemonReads())
        #expect(unknown.isEmpty, "\(Self.settingsPath) does not know \(unknown.sorted())")
    }

    @Test func everyKeyInTheExampleIsExplained() throws {
        let silent = try Self.example().filter { !$0.isExplained }.map(\.key)
        #expect(silent.isEmpty, "\(Self.examplePath) does not say what these are for: \(silent)")
    }

    @Test func readsKeysOfNestedSections() {
        let text = "# File.\na:\n  # What b is.\n  b: 1\n  c: x # inline\n\n  d: \"2\"\ne: true\n"
        let expected = [("a.b", true), ("a.c", true), ("a.d", false), ("e", false)]
        let found = Self.entries(of: text)
        #expect(found.map(\.key) == expected.map(\.0))
        #expect(found.map(\.isExplained) == expected.map(\.1))
    }

    private static func keysTheDaemonReads() throws -> Set<String> {
        let source = try #require(
            Repository.sources.first { $0.path == settingsPath }, "\(settingsPath) should hold an array 'keys' of every key")
        let start = try #require(
            source.tokens.indices.first { source.tokens[$0].text == "keys" && source.tokens[$0 - 1].text == "let" }, "no 'let keys'")
        let equals = try #require(source.tokens[start...].firstIndex { $0.text == "=" })
        let opening = try #require(source.tokens[equals...].firstIndex { $0.text == "[" })
        let lines = source.tokens[opening].line...source.tokens[source.closingMark(of: opening)].line
        return Set(source.literals.filter { lines.contains($0.line) && isKey($0.text) }.map(\.text))
    }

    /// A key's form: lower camel case words with dots between. Leaves out values and texts that stand in the same table.
    private static func isKey(_ text: String) -> Bool {
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        return words.count > 1
            && words.allSatisfy { $0.first?.isLowercase == true && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } }
    }

    struct Entry {
        let key: String
        let isExplained: Bool
    }

    private static func example() throws -> [Entry] {
        entries(of: try #require(Repository.text(of: examplePath)))
    }

    /// The keys of a YAML file of maps and scalars, which is all that the daemon's configuration is.
    static func entries(of text: String) -> [Entry] {
        var path: [(indent: Int, name: String)] = []
        var entries: [Entry] = []
        var previousIsComment = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let content = line.trimmed
            defer { previousIsComment = content.hasPrefix("#") }
            guard !content.isEmpty, !content.hasPrefix("#"), let colon = content.firstIndex(of: ":") else { continue }
            let indent = line.prefix { $0 == " " }.count
            while let last = path.last, last.indent >= indent { path.removeLast() }
            path.append((indent, String(content[..<colon])))
            let value = content[content.index(after: colon)...].trimmed
            guard !value.isEmpty, !value.hasPrefix("#") else { continue }
            entries.append(Entry(key: path.map(\.name).joined(separator: "."), isExplained: previousIsComment || value.contains(" #")))
        }
        return entries
    }
}
