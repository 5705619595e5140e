import Testing

/// The reader behind the house's rules, on the cases that mislead a simpler one.
@Suite struct SwiftSourceTests {
    @Test(arguments: [
        ("a // b", "a"), ("a /* b /* c */ d */ e", "a e"), ("a \"// b\" c", "a \" \" c"), ("a \"\\\"b\" c", "a \" \" c"),
        ("a #\"b\"c\"# d", "a # \" \" # d"), ("a \"\\(b(\"c)\"))d\" e", "a \" ( b ( \" \" ) ) \" e"),
        ("a \"\"\"\n {\"b\" \n\"\"\" c", "a \" \" \" \" \" \" c"), ("let a = /[{\"]/", "let a = / /"), ("a / b / c", "a / b / c"),
        ("let a = #/{/# b", "let a = # / / # b"), ("f(/x\\/{/) }", "f ( / / ) }"), ("a \"unfinished\nb", "a \" b"), ("/* open", ""),
    ])
    func tellsCodeFromCommentsAndLiterals(text: String, expected: String) {
        #expect(SwiftSource(path: "A.swift", text: text).tokens.map(\.text).joined(separator: " ") == expected)
    }

    @Test func countsTheLinesOfEachBody() {
        let text = """
            protocol P {
                func requirement(_ block: () -> Void) throws -> Int
                var property: Int { get }
            }
            struct A {
                var stored = 1
                let other: Int
                var computed: Int {
                    1
                }
                init(_ a: Int = { 3 }()) {
                    self.init(b: a)
                }
                func f<T>(
                    _ a: T
                ) async throws(MediaError) -> [T] where T: Sendable {
                    func inner() { }
                    return "}\\(x)".map { $0 }
                }
                static func == (left: A, right: A) -> Bool { true }
                deinit {
                }
            }
            """
        let bodies = SwiftSource(path: "A.swift", text: text).bodies
        let found = bodies.map { "\($0.name) \($0.lineCount)" }
        #expect(found == ["property 1", "computed 3", "init 3", "f 6", "inner 1", "= 1", "deinit 2"])
    }

    @Test func findsWhatProtocolsAskFor() {
        let text = "protocol P: Q {\n    func a()\n    var b: Int { get }\n    func c() -> () -> Void\n}\nfunc d() {}"
        #expect(SwiftSource(path: "A.swift", text: text).requirements.map(\.text) == ["a", "c"])
    }

    @Test(arguments: [
        ("import A", ["A"]), ("public import struct A.B", ["A"]), ("@testable import A\n// import B\nlet s = \"\"\"\nimport C\n\"\"\"", ["A"]),
        ("@_spi(X) package import A", ["A"]), ("importer A", []),
    ])
    func findsImports(text: String, expected: [String]) {
        #expect(SwiftSource(path: "A.swift", text: text).imports.map(\.text) == expected)
    }

    @Test func countsLinesAsAnEditorDoes() {
        #expect(SwiftSource(path: "A.swift", text: "a\nb\n").lineCount == 2)
        #expect(SwiftSource(path: "A.swift", text: "a\nb").lineCount == 2)
    }
}
