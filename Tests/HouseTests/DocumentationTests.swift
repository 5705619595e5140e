import Testing

/// What a reader of the library products finds beside each symbol.
///
/// Every public type, function, computed property and throwing or failing initializer says in a `///` comment what it is for. Left to
/// their names: fields and constants, initializers that only take fields, and what the standard library's protocols ask for. What fulfils a
/// protocol of ours is documented once, at the protocol.
@Suite struct DocumentationTests {
    static let libraries: Set<String> = ["CaselightModel", "CaselightStore", "CaselightQuery"]
    static let witnesses: Set<String> = [
        "description", "debugDescription", "customMirror", "errorDescription", "hash", "encode", "id", "rawValue", "<", "=", "+", "-", "*",
    ]

    @Test func publicSymbolsAreDocumented() {
        let report = Repository.sources.filter { Self.libraries.contains($0.target) }.flatMap { Self.undocumented(in: $0) }
        #expect(report.isEmpty, "\(report.joined(separator: "\n"))")
    }

    @Test func requirementsAreDocumented() {
        let report = Repository.sources.filter { Self.libraries.contains($0.target) }.flatMap { source in
            source.requirements.filter { !source.hasDocumentation(above: $0.line) }.map {
                "\(source.path):\($0.line + 1): the requirement \($0.text) has no documentation"
            }
        }
        #expect(report.isEmpty, "\(report.joined(separator: "\n"))")
    }

    @Test func publicIsForTheLibraryProducts() {
        let report = Repository.sources.filter { !Self.libraries.contains($0.target) }.flatMap { source in
            source.tokens.indices.filter { source.tokens[$0].text == "public" && source.tokens[$0 + 1].text != "import" }.map {
                "\(source.path):\(source.tokens[$0].line + 1): public outside the library products; use package"
            }
        }
        #expect(report.isEmpty, "\(report.joined(separator: "\n"))")
    }

    @Test(arguments: [
        "public struct A {}", "public func f() {}", "public var a: Int { 1 }", "public init?(text: String) { nil }",
        "public init(text: String) throws {}", "// not this\npublic static func f() {}", "@discardableResult\npublic func f() -> Int { 1 }",
        "public protocol P {}", "extension P {\n    public mutating func f() {}\n}",
    ])
    func noticesAMissingComment(text: String) {
        #expect(Self.undocumented(in: SwiftSource(path: "Sources/CaselightModel/A.swift", text: text)).count == 1)
    }

    @Test(arguments: [
        "/// An A.\npublic struct A {}", "public let a = 1", "public var a: Int", "public var a = 1 {\n    didSet {}\n}",
        "public init(a: Int) { self.a = a }", "public var description: String { \"\" }", "public import Foundation",
        "/// Says f.\n@discardableResult\npublic func f() -> Int { 1 }", "public static func < (left: A, right: A) -> Bool { true }",
    ])
    func acceptsWhatIsDocumentedOrNeedsNoComment(text: String) {
        #expect(Self.undocumented(in: SwiftSource(path: "Sources/CaselightModel/A.swift", text: text)).isEmpty)
    }

    private static let requirements = Set(
        Repository.sources.filter { libraries.contains($0.target) }.flatMap { $0.requirements.map(\.text) })

    static func undocumented(in source: SwiftSource) -> [String] {
        let bodyLines = Dictionary(source.bodies.map { ($0.line, $0) }, uniquingKeysWith: { first, _ in first })
        return source.tokens.indices.compactMap { index in
            let token = source.tokens[index]
            guard token.text == "public", let symbol = symbol(after: index, in: source, bodies: bodyLines) else { return nil }
            guard !source.hasDocumentation(above: token.line) else { return nil }
            return "\(source.path):\(token.line + 1): \(symbol) is public and has no documentation"
        }
    }

    /// The name of what is declared public at `index`, where it needs a comment.
    private static func symbol(after index: Int, in source: SwiftSource, bodies: [Int: Body]) -> String? {
        var position = index + 1
        while modifiers.contains(source.tokens[position].text) { position += 1 }
        let kind = source.tokens[position].text
        let name = source.tokens[position + 1].text
        switch kind {
        case "struct", "class", "enum", "protocol", "actor", "typealias": return name
        case "func", "subscript": return witnesses.contains(name) || requirements.contains(name) ? nil : name
        case "var": return bodies[source.tokens[position].line] == nil || witnesses.contains(name) ? nil : name
        case "init":
            let line = source.codeLines[source.tokens[position].line]
            let mayFail = name == "?" || line.contains(" throws")
            return mayFail && !line.contains("init(from decoder:") ? "init" : nil
        default: return nil
        }
    }

    private static let modifiers: Set<String> = ["static", "final", "mutating", "nonisolated", "indirect", "prefix", "postfix", "infix"]
}
