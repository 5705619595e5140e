import CaselightEvidence
import Testing

@Suite struct PackagePathTests {
    @Test(arguments: ["a", "native/gate-3/5f0c2a91b3d4e6f7-000012.mp4", "原始/店内 1.mp4", ".hidden", "a..b", "a/b/c/d"])
    func acceptsAName(text: String) throws {
        #expect(try PackagePath(text).text == text)
    }

    @Test(arguments: [
        "", "/a", "a/", "a//b", ".", "..", "a/../b", "a/./b", "../a", "...", "a\\b", "c:a", "a\nb", "a\u{0}b", "a ", " a", "a/ b", "b./a", "a.",
        "a\u{202E}b", "a\u{200B}b", "a?b", "a*", "\"a\"", "a|b", "e\u{301}", String(repeating: "a", count: 201),
        String(repeating: "a/", count: 256) + "a",
    ])
    func refusesAName(text: String) {
        #expect(throws: (any Error).self) { try PackagePath(text) }
    }

    @Test func foldersGetNamesOfTheirOwn() throws {
        var folders = PackageFolders()
        #expect(folders.name(for: "gate-3") == "gate-3")
        #expect(folders.name(for: "Gate-3") == "Gate-3~2")
        #expect(folders.name(for: "gate-3") == "gate-3")
        #expect(folders.name(for: "a.") == "a_")
        #expect(folders.name(for: "con") == "_con")
        #expect(folders.name(for: "../x") == ".._x")
        #expect(folders.name(for: "") == "unnamed")
        #expect(folders.name(for: "e\u{301}/?") == "\u{E9}__")
        #expect(try PackagePath(folders.name(for: String(repeating: "门", count: 300))).text.utf8.count == 99)
    }
}
