import CaselightModel
import Foundation

/// What the pages say, in one language: `Web/strings/LANGUAGE.json`, flat keys.
///
/// Templates write `{{t.KEY}}`, Swift and modules `say(KEY)`; a choice among several, such as a feed's state, is said with `oneOf` and stands
/// under `FAMILY_CHOICE`. Tests hold every key to being used, and every use to a key.
struct Strings: Sendable {
    let language: Language
    let table: [String: String]

    private static let tables: [Language: Strings] = Dictionary(
        uniqueKeysWithValues: Language.allCases.map { ($0, Strings($0, json: WebFiles.bytes("\($0.rawValue).json"))) })

    init(_ language: Language) {
        guard let strings = Self.tables[language] else { preconditionFailure("every language has its strings") }
        self = strings
    }

    private init(_ language: Language, json: [UInt8]) {
        guard let table = try? JSONDecoder().decode([String: String].self, from: Data(json)) else {
            preconditionFailure("the strings of \(language.rawValue) are flat JSON")
        }
        self.language = language
        self.table = table
    }

    /// - Parameter values: for what stands in braces: `{count} cameras`.
    func say(_ key: String, _ values: [String: String] = [:]) -> String {
        var rest = (table[key] ?? key)[...]
        guard !values.isEmpty else { return String(rest) }
        // Piece by piece: a value with braces in it is not looked into.
        var text = ""
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            text += rest[..<open] + (values[name] ?? "{\(name)}")
            rest = rest[rest.index(after: close)...]
        }
        return text + rest
    }

    func say(oneOf family: String, _ choice: String) -> String { table["\(family)_\(choice)"] ?? choice }
}
