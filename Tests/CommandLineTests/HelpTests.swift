import ArgumentParser
import CaselightModel
import Testing

@testable import caselight

/// Every command tells what it is for, and shows an example that its own parser takes.
@Suite struct HelpTests {
    struct Entry: CustomTestStringConvertible, @unchecked Sendable {
        let path: [String]
        // A metatype; it is only read.
        let type: any ParsableCommand.Type
        var testDescription: String { path.joined(separator: " ") }
    }

    static let all = walk(CommandTree.self, under: [])

    private static func walk(_ type: any ParsableCommand.Type, under path: [String]) -> [Entry] {
        let entry = Entry(path: path + [type.configuration.commandName ?? "?"], type: type)
        return [entry] + type.configuration.subcommands.flatMap { walk($0, under: entry.path) }
    }

    @Test func knowsEveryCommandOfTheContract() {
        let paths = Set(Self.all.map { $0.path.dropFirst().joined(separator: " ") })
        let contract: Set = [
            "camera add", "camera list", "camera show", "camera import", "camera remove", "camera probe", "camera set", "camera clock",
            "incident post", "incident list", "incident show", "incident import", "incident claim", "incident note", "incident close", "incident reopen", "lead", "next", "find", "candidates", "coverage",
            "still", "link", "link add", "link list", "link remove", "hold", "hold add", "hold list", "hold release", "hold approve", "export",
            "verify", "log list", "log verify", "log checkpoint", "user add", "user list", "user token", "user group put", "footage import",
            "area import", "status", "openapi",
        ]
        #expect(contract.subtracting(paths).isEmpty)
    }

    @Test(arguments: all)
    func saysWhatItIsForWithAnExample(entry: Entry) throws {
        #expect(!entry.type.configuration.abstract.isEmpty)
        let examples = Self.examples(in: entry.type.configuration.discussion)
        #expect(!examples.isEmpty, "no example")
        #expect(examples.allSatisfy { $0.starts(with: ["caselight"]) })
        for example in examples {
            #expect(throws: Never.self, "\(example.joined(separator: " "))") {
                _ = try CommandTree.parseAsRoot(Array(example.dropFirst()))
            }
        }
    }

    @Test func takesLinkAsItStands() throws {
        let words = [
            "link", "--incident", "A1", "--camera", "c", "--from", "2026-03-02T07:00:00Z", "--to", "2026-03-02T07:01:00Z", "--role",
            "event",
        ]
        let command = try CommandTree.parseAsRoot(words)
        #expect(command is LinkAdd)
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func makesCompletions(shell: String) {
        let script = CommandTree.completionScript(for: shell == "bash" ? .bash : shell == "zsh" ? .zsh : .fish)
        #expect(script.contains("candidates"))
        #expect(script.contains("nothingSeen"))
    }

    /// The commands of a discussion, as a shell would split them: lines that begin with two spaces, continued after a backslash.
    private static func examples(in discussion: String) -> [[String]] {
        let joined = discussion.replacing("\\\n", with: " ")
        return joined.split(separator: "\n").filter { $0.hasPrefix("  ") }.map { words(String($0)) }
    }

    private static func words(_ line: String) -> [String] {
        var (words, word, isQuoted, hasWord) = ([String](), "", false, false)
        for character in line {
            switch character {
            case "'": (isQuoted, hasWord) = (!isQuoted, true)
            case "<" where !isQuoted, ">" where !isQuoted: return words
            case " " where !isQuoted:
                if hasWord { words.append(word) }
                (word, hasWord) = ("", false)
            default:
                word.append(character)
                hasWord = true
            }
        }
        return hasWord ? words + [word] : words
    }
}
