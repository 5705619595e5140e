/// A Swift file as the house's rules see it: lines, tokens, imports, bodies.
struct SwiftSource: Sendable {
    /// From the package's root, `Sources/CaselightModel/Time/Civil.swift`.
    let path: String
    let lines: [Substring]
    /// The same lines with comments and the insides of literals blanked.
    let codeLines: [Substring]
    let tokens: [Token]
    let literals: [Literal]
    private let commentedLines: Set<Int>

    /// A name, a number or one mark of punctuation.
    struct Token: Hashable, Sendable {
        let text: String
        /// From 0.
        let line: Int
    }

    struct Literal: Hashable, Sendable {
        let text: String
        /// Where its quotation mark stands, from 0.
        let line: Int
    }

    init(path: String, text: String) {
        self.path = path
        let bytes = Array(text.utf8)
        let scanner = SwiftScanner(bytes)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        codeLines = String(decoding: scanner.code, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        tokens = Self.tokens(of: scanner.code)

        var lineStarts = [0]
        for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") { lineStarts.append(offset + 1) }
        func line(at offset: Int) -> Int { lineStarts.partitioningIndex { $0 > offset } - 1 }
        literals = scanner.literals.map { Literal(text: String(decoding: bytes[$0], as: UTF8.self), line: line(at: $0.lowerBound)) }
        commentedLines = scanner.comments.reduce(into: []) { found, range in
            found.formUnion(line(at: range.lowerBound)...line(at: range.upperBound - 1))
        }
    }

    /// `CaselightStore` for a file of that target, in Sources or Tests.
    var target: String {
        path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
    }

    var isTest: Bool { path.hasPrefix("Tests/") }

    /// Lines as an editor counts them: a line end closes a line, it does not open another.
    var lineCount: Int { lines.last?.isEmpty == true ? lines.count - 1 : lines.count }

    /// The modules it imports, `Foundation` for `public import struct Foundation.URL`.
    var imports: [Token] {
        codeLines.enumerated().compactMap { line, text in
            var words = text.split(whereSeparator: \.isWhitespace)[...]
            while let word = words.first, word.hasPrefix("@") || accessLevels.contains(String(word)) { words.removeFirst() }
            guard words.popFirst() == "import" else { return nil }
            if let word = words.first, importKinds.contains(String(word)) { words.removeFirst() }
            guard let module = words.first?.split(separator: ".").first else { return nil }
            return Token(text: String(module), line: line)
        }
    }

    /// Whether the line, or the line before it that is not an attribute, holds a comment.
    func isExplained(line: Int) -> Bool {
        commentedLines.contains(line) || hasComment(above: line)
    }

    func hasComment(above line: Int) -> Bool {
        var above = line - 1
        while above >= 0, codeLines[above].trimmed.hasPrefix("@") { above -= 1 }
        return above >= 0 && commentedLines.contains(above) && codeLines[above].trimmed.isEmpty
    }

    /// Whether a `///` comment ends on the line before it, attributes aside.
    func hasDocumentation(above line: Int) -> Bool {
        var above = line - 1
        while above >= 0, codeLines[above].trimmed.hasPrefix("@") { above -= 1 }
        return above >= 0 && commentedLines.contains(above) && lines[above].trimmed.hasPrefix("///")
    }

    private static func tokens(of code: [UInt8]) -> [Token] {
        var tokens: [Token] = []
        var line = 0
        var position = 0
        while position < code.count {
            let start = position
            while position < code.count, isPartOfName(code[position]) { position += 1 }
            if position > start {
                tokens.append(Token(text: String(decoding: code[start..<position], as: UTF8.self), line: line))
                continue
            }
            if code[position] == UInt8(ascii: "\n") {
                line += 1
            } else if code[position] > UInt8(ascii: " ") {
                tokens.append(Token(text: String(UnicodeScalar(code[position])), line: line))
            }
            position += 1
        }
        return tokens
    }

    private static func isPartOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), 0x80...:
            true
        default:
            false
        }
    }
}

let accessLevels: Set<String> = ["public", "package", "internal", "private", "fileprivate", "open"]
private let importKinds: Set<String> = ["struct", "class", "enum", "protocol", "typealias", "func", "let", "var", "actor"]

extension StringProtocol {
    var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

extension RandomAccessCollection {
    /// The first index whose element, and all after it, fulfil the predicate. O(log *n*).
    func partitioningIndex(where belongsInSecondPart: (Element) -> Bool) -> Index {
        var low = startIndex
        var remaining = count
        while remaining > 0 {
            let half = remaining / 2
            let middle = index(low, offsetBy: half)
            if belongsInSecondPart(self[middle]) {
                remaining = half
            } else {
                low = index(after: middle)
                remaining -= half + 1
            }
        }
        return low
    }
}
