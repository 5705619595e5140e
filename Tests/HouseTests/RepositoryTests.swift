import Foundation
import Testing

/// What may stand in the repository, and what must not be left in it.
@Suite struct RepositoryTests {
    @Test func topLevelIsAsLaidOut() {
        let layout: Set<String> = ["Package.swift", "Sources", "Tests", "fixtures", "deploy", "README.md"]
        let entries = Set(Repository.paths.compactMap { $0.split(separator: "/").first.map(String.init) })
        let extra = entries.filter { !layout.contains($0) && !$0.hasPrefix(".") }
        #expect(extra.isEmpty, "not part of the layout: \(extra.sorted())")
        #expect(layout.isSubset(of: entries), "missing: \(layout.subtracting(entries).sorted())")
    }

    @Test func nothingIsLeftForLater() {
        // Put together here, so that this file does not hold them.
        let marks = ["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"]
        let report = Self.lines { line in
            line.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }).contains { marks.contains(String($0)) }
        }
        #expect(report.isEmpty, "left for later:\n\(report.joined(separator: "\n"))")
    }

    @Test func noPathOfOneMachineIsCommitted() {
        let report = Self.lines { Self.namesAMachinePath($0) }
        #expect(report.isEmpty, "a path of one machine:\n\(report.joined(separator: "\n"))")
    }

    @Test func recognisesAPathOfOneMachine() {
        #expect(Self.namesAMachinePath("cd \(Self.machineFolders[0])main"))
        #expect(Self.namesAMachinePath("\"\(Self.machineFolders[1])x\""))
        #expect(!Self.namesAMachinePath("Sources\(Self.machineFolders[0])x"))
        #expect(!Self.namesAMachinePath("$base\(Self.machineFolders[0])x"))
        #expect(!Self.namesAMachinePath("the work / root ratio"))
    }

    @Test func continuousIntegrationRunsTheTestScriptAlone() throws {
        let text = try #require(Repository.text(of: ".ci/run"))
        let commands = text.split(separator: "\n").map(\.trimmed).filter { !$0.isEmpty && !$0.hasPrefix("#") }
        #expect(commands == ["exec \"$(dirname \"$0\")/../deploy/test.sh\" \"$@\""])
    }

    static let machineFolders = ["work", "root", "farm", "tmp", "opt/swift"].map { "/\($0)/" }

    static func namesAMachinePath(_ line: some StringProtocol) -> Bool {
        let line = String(line)
        guard line.contains("/") else { return false }
        return machineFolders.contains { folder in
            var rest = line[...]
            while let found = rest.range(of: folder) {
                // After a name, a variable or `..` the folder is one of ours, not of the machine.
                let before = line[..<found.lowerBound].last
                if before.map({ !$0.isLetter && !$0.isNumber && !"._-)}]*$".contains($0) }) ?? true { return true }
                rest = rest[found.upperBound...]
            }
            return false
        }
    }

    private static func lines(where isWrong: (Substring) -> Bool) -> [String] {
        Repository.texts.flatMap { path, lines in
            lines.indices.filter { isWrong(lines[$0]) }.map { "\(path):\($0 + 1): \(lines[$0].trimmed.prefix(100))" }
        }
    }
}
