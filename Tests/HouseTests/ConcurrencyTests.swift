import Testing

/// What the compiler was told to take on trust carries its reason.
@Suite struct ConcurrencyTests {
    @Test func uncheckedPromisesSayWhyTheyHold() {
        let report = Repository.swiftSources.flatMap { Self.unexplained(in: $0) }
        #expect(report.isEmpty, "\(report.joined(separator: "\n"))")
    }

    @Test(arguments: [
        "final class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1", "\nlet b = 1\nnonisolated(unsafe) let a = 1",
    ])
    func noticesAPromiseWithoutAReason(text: String) {
        #expect(Self.unexplained(in: SwiftSource(path: "Sources/CaselightMedia/A.swift", text: text)).count == 1)
    }

    @Test(arguments: [
        "// Only its thread touches it.\nfinal class A: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1  // set once, before threads",
        "/// Immutable after init.\n@frozen\nstruct A: @unchecked Sendable {}", "let a = \"@unchecked Sendable\"",
    ])
    func acceptsAPromiseWithItsReason(text: String) {
        #expect(Self.unexplained(in: SwiftSource(path: "Sources/CaselightMedia/A.swift", text: text)).isEmpty)
    }

    static func unexplained(in source: SwiftSource) -> [String] {
        source.codeLines.enumerated().compactMap { line, text in
            guard text.contains("@unchecked Sendable") || text.contains("nonisolated(unsafe)"), !source.isExplained(line: line) else {
                return nil
            }
            return "\(source.path):\(line + 1): say in a comment why this is safe"
        }
    }
}
