import CaselightModel
import Foundation
import Testing

@testable import CaselightStore

@Suite struct SecretKeyFileTests {
    let folder: TemporaryFolder
    let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("secret.key")
    }

    private func put(_ text: String, mode: Int = 0o600) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func mode() throws -> Int? { try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int }

    private let line = "00ff17aa00000001 \(Data(repeating: 7, count: 32).base64EncodedString())"

    @Test func isMadeOnceForOneReaderAndKeepsItsKey() throws {
        let file = SecretKeyFile(path: path)
        #expect(!file.isThere)
        let made = try file.make()
        #expect(file.isThere && made.count == 1)
        #expect(try mode() == 0o600)
        #expect(try file.keys().text == made.text)
        let again = #expect(throws: CaselightError.self) { try file.make() }
        #expect(again?.code == .duplicate)
        #expect(try file.keys().text == made.text)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["secret.key"])
    }

    @Test func isReplacedAsAWholeAndOverWhatACrashLeft() throws {
        let file = SecretKeyFile(path: path)
        let keys = try file.make().withNewKey()
        try Data("half a li".utf8).write(to: URL(fileURLWithPath: path + ".new"))
        try file.replace(with: keys)
        #expect(try file.keys().text == keys.text && file.keys().count == 2)
        try file.replace(with: keys.newestOnly)
        #expect(try file.keys().text == keys.newestOnly.text)
        #expect(try mode() == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["secret.key"])
    }

    @Test(arguments: [0o640, 0o604, 0o660, 0o620, 0o601, 0o644]) func refusesAFileThatOthersMayUse(mode: Int) throws {
        try put(line, mode: mode)
        let error = #expect(throws: CaselightError.self) { try SecretKeyFile(path: path).keys() }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.remedy == "chmod 600 \(path)")
    }

    @Test func takesWhatSystemdHandsOverAndLeavesItAlone() throws {
        let file = SecretKeyFile(path: path, isCredential: true)
        for mode in [0o400, 0o440] {
            try put(line, mode: mode)
            #expect(try file.keys().newestID == "00ff17aa00000001")
            try FileManager.default.removeItem(atPath: path)
        }
        for mode in [0o444, 0o460, 0o640 | 0o020] {
            try put(line, mode: mode)
            #expect(throws: CaselightError.self) { try file.keys() }
        }
        try put(line, mode: 0o400)
        let error = #expect(throws: CaselightError.self) { try file.replace(with: .random()) }
        #expect(error?.code == .forbidden)
    }

    @Test func followsNoLinkAndReadsNoFolder() throws {
        try put(line)
        let link = folder.file("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(SecretKeyFile(path: link).isThere)
        let error = #expect(throws: CaselightError.self) { try SecretKeyFile(path: link).keys() }
        #expect(error?.cause == "it is a symbolic link")
        // One that leads nowhere is no reason to make keys behind it.
        try FileManager.default.removeItem(atPath: path)
        #expect(SecretKeyFile(path: link).isThere)
        #expect(throws: CaselightError.self) { try SecretKeyFile(path: link).make() }
        #expect(throws: CaselightError.self) { try SecretKeyFile(path: folder.path).keys() }
        let missing = #expect(throws: CaselightError.self) { try SecretKeyFile(path: path).keys() }
        #expect(missing?.code == .notFound)
        let pipe = folder.file("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(throws: CaselightError.self) { try SecretKeyFile(path: pipe).keys() }
    }

    @Test func readsLinesInTheirOrder() throws {
        try put("# the new one\n\n\(line)\n  0000000000000002 \(Data(repeating: 9, count: 32).base64EncodedString())  \r\n")
        let keys = try SecretKeyFile(path: path).keys()
        #expect(keys.count == 2 && keys.newestID == "00ff17aa00000001")
        #expect(keys.entries[1].id == [0, 0, 0, 0, 0, 0, 0, 2])
    }

    @Test(arguments: [
        "", "\n#\n", "00ff17aa00000001", "00ff17aa00000001 AAAA", "00ff17aa0000000 BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
        "00ff17aa0000000g BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", "+0ff17aa00000001 BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
        "00ff17aa00000001 BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc= x", "\u{0}", "00ff17aa00000001 BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBw",
        "00ff17aa00000001 BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n00FF17AA00000001 CAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
    ])
    func refusesWhatIsNoListOfKeys(text: String) throws {
        try put(text)
        let error = #expect(throws: CaselightError.self) { try SecretKeyFile(path: path).keys() }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.description.contains("BwcH") == false && error?.description.contains(path) == true)
    }

    @Test func refusesAFileThatIsTooLargeOrNotText() throws {
        try put(String(repeating: "#\n", count: 40_000))
        #expect(throws: CaselightError.self) { try SecretKeyFile(path: path).keys() }
        try Data([0xFF, 0xFE, 0x0A]).write(to: URL(fileURLWithPath: path))
        #expect(throws: CaselightError.self) { try SecretKeyFile(path: path).keys() }
        let many = (0..<17).map { "\(String(format: "%016x", $0)) \(Data(repeating: 7, count: 32).base64EncodedString())\n" }.joined()
        try put(many)
        #expect(throws: CaselightError.self) { try SecretKeyFile(path: path).keys() }
    }

    @Test func neverPrintsAKey() throws {
        let keys = SecretKeys.random()
        let secret = try #require(keys.text.split(separator: " ").last).trimmingCharacters(in: .newlines)
        var dumped = ""
        dump(keys, to: &dumped)
        for text in ["\(keys)", String(reflecting: keys), dumped, "\(SecretSealer(keys))"] {
            #expect(!text.contains(secret) && !text.contains("SymmetricKey"), "\(text)")
        }
    }
}
