import Testing

/// Who may import whom. A target that is not in the table is an error too: draw it in the design before it is built.
@Suite struct ArrowTests {
    /// Each target's own modules; what it takes from packages is `Package.swift`'s matter, except where `homes` says so.
    static let allowed: [String: Set<String>] = [
        "caselightd": [
            "CaselightServer", "CaselightIngest", "CaselightExport", "CaselightPush", "CaselightLog", "CaselightQuery", "CaselightStore",
            "CaselightArchive", "CaselightWorkerProtocol", "CaselightEvidence", "CaselightModel",
        ],
        "caselight": ["CaselightEvidence", "CaselightModel"],
        "caselight-media": ["CaselightArchive", "CaselightMedia", "CaselightWorkerProtocol", "CaselightModel"],
        "caselight-bench": [
            "CaselightExport", "CaselightLog", "CaselightQuery", "CaselightStore", "CaselightArchive", "CaselightEvidence", "CaselightModel",
        ],
        "CaselightServer": [
            "CaselightExport", "CaselightLog", "CaselightQuery", "CaselightStore", "CaselightArchive", "CaselightEvidence", "CaselightModel",
        ],
        "CaselightIngest": ["CaselightStore", "CaselightArchive", "CaselightWorkerProtocol", "CaselightModel"],
        "CaselightExport": [
            "CaselightQuery", "CaselightLog", "CaselightStore", "CaselightArchive", "CaselightEvidence", "CaselightModel",
        ],
        "CaselightLog": ["CaselightStore", "CaselightEvidence", "CaselightModel"],
        "CaselightPush": ["CaselightStore", "CaselightModel"],
        "CaselightQuery": ["CaselightStore", "CaselightModel"],
        "CaselightStore": ["CaselightModel"],
        "CaselightArchive": ["CaselightSlices", "CaselightWorkerProtocol", "CaselightModel"],
        "CaselightMedia": ["CaselightRTSP", "CaselightSlices", "CaselightWorkerProtocol", "CaselightModel", "CFFmpeg"],
        "CaselightRTSP": ["CaselightModel"],
        "CaselightSlices": [],
        "CaselightWorkerProtocol": ["CaselightModel"],
        "CaselightEvidence": ["CaselightModel", "CZlib"],
        "CaselightModel": [],
        "CFFmpeg": [],
        "CZlib": [],
    ]

    /// Modules with one home: only these targets, tests included, name them.
    static let homes: [String: Set<String>] = [
        "CFFmpeg": ["CaselightMedia", "CaselightMediaTests"],
        "CZlib": ["CaselightEvidence"],
        "CaselightMedia": ["caselight-media", "CaselightMediaTests"],
        "CaselightServer": ["caselightd", "CaselightServerTests"],
        "GRDB": ["CaselightStore", "CaselightStoreTests"],
        // The measuring program asks SQLite directly what its questions cost at least.
        "GRDBSQLite": ["CaselightStore", "CaselightStoreTests", "caselight-bench"],
        "SQLite3": ["CaselightStore", "CaselightStoreTests"],
    ]

    @Test func everyTargetIsDrawn() {
        let folders = Set(Repository.sources.map(\.target))
        let unknown = folders.subtracting(Self.allowed.keys)
        #expect(unknown.isEmpty, "no arrows are drawn for \(unknown.sorted())")
    }

    @Test func importsFollowTheArrows() {
        let wrong = Repository.sources.flatMap { Self.forbiddenImports(of: $0) }
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    }

    @Test func modulesWithOneHomeStayThere() {
        let wrong = Repository.swiftSources.flatMap { Self.strayImports(of: $0) }
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))")
    }

    @Test(arguments: [
        ("CaselightIngest", "import CaselightQuery"), ("CaselightIngest", "import CaselightServer"),
        ("CaselightQuery", "@testable import CaselightIngest"), ("caselightd", "import CaselightMedia"),
        ("CaselightServer", "package import CaselightIngest"), ("caselight", "import struct CaselightStore.Limits"),
        ("CaselightArchive", "import CFFmpeg"), ("CaselightModel", "public import CaselightStore"),
    ])
    func refusesAForbiddenImport(target: String, line: String) {
        let source = SwiftSource(path: "Sources/\(target)/Wrong.swift", text: "// why\n\(line)\n")
        #expect(Self.forbiddenImports(of: source).count == 1)
    }

    @Test(arguments: [("CaselightServer", "import GRDB"), ("caselight", "import SQLite3"), ("caselightd", "@preconcurrency import CFFmpeg")])
    func refusesAModuleAwayFromHome(target: String, line: String) {
        let source = SwiftSource(path: "Sources/\(target)/Wrong.swift", text: line)
        #expect(Self.strayImports(of: source).count == 1)
    }

    static func forbiddenImports(of source: SwiftSource) -> [String] {
        let arrows = allowed[source.target] ?? []
        return source.imports.compactMap { module in
            guard allowed.keys.contains(module.text), module.text != source.target, !arrows.contains(module.text) else { return nil }
            return "\(source.path):\(module.line + 1): \(source.target) must not import \(module.text)"
        }
    }

    static func strayImports(of source: SwiftSource) -> [String] {
        source.imports.compactMap { module in
            guard let home = homes[module.text], !home.contains(source.target) else { return nil }
            return "\(source.path):\(module.line + 1): \(module.text) is imported outside \(home.sorted().joined(separator: ", "))"
        }
    }
}
