/// Tells a Swift file's code from its comments and literals, byte by byte.
///
/// It knows line and nested block comments, all forms of string literal with interpolation, and regular expression literals. It reads
/// tokens, not meaning: enough to count lines and to find a name, which is all the house's rules need.
struct SwiftScanner {
    private let text: [UInt8]
    /// The file with comments and the insides of literals blanked. Line ends stay, so offsets and lines are those of the file.
    private(set) var code: [UInt8]
    private(set) var literals: [Range<Int>] = []
    private(set) var comments: [Range<Int>] = []
    private var position = 0
    /// The last byte of code that was not a space: what decides whether a slash begins a regular expression.
    private var previous = UInt8(ascii: "\n")

    init(_ text: [UInt8]) {
        self.text = text
        code = text
        scanCode(insideInterpolation: false)
    }

    private func byte(at offset: Int) -> UInt8 {
        offset < text.count ? text[offset] : 0
    }

    private func starts(with expected: String, at offset: Int) -> Bool {
        var offset = offset
        for wanted in expected.utf8 {
            guard byte(at: offset) == wanted else { return false }
            offset += 1
        }
        return true
    }

    private mutating func blank(_ range: Range<Int>) {
        for offset in range where code[offset] != UInt8(ascii: "\n") {
            code[offset] = UInt8(ascii: " ")
        }
    }

    /// Scans to the end of the file, or to the parenthesis that closes an interpolation.
    private mutating func scanCode(insideInterpolation: Bool) {
        var depth = 0
        while position < text.count {
            if skipComment() || skipLiteral() { continue }
            let here = text[position]
            switch here {
            case UInt8(ascii: "("):
                depth += 1
            case UInt8(ascii: ")"):
                if insideInterpolation, depth == 0 { return }
                depth -= 1
            default:
                break
            }
            if here > UInt8(ascii: " ") { previous = here }
            position += 1
        }
    }

    private mutating func skipComment() -> Bool {
        guard byte(at: position) == UInt8(ascii: "/") else { return false }
        let start = position
        if starts(with: "//", at: position) {
            while position < text.count, text[position] != UInt8(ascii: "\n") { position += 1 }
        } else if starts(with: "/*", at: position) {
            var depth = 0
            repeat {
                if starts(with: "/*", at: position) {
                    depth += 1
                    position += 2
                } else if starts(with: "*/", at: position) {
                    depth -= 1
                    position += 2
                } else {
                    position += 1
                }
            } while depth > 0 && position < text.count
            position = min(position, text.count)
        } else {
            return false
        }
        comments.append(start..<position)
        blank(start..<position)
        return true
    }

    private mutating func skipLiteral() -> Bool {
        var pounds = 0
        while byte(at: position + pounds) == UInt8(ascii: "#") { pounds += 1 }
        switch byte(at: position + pounds) {
        case UInt8(ascii: "\""):
            position += pounds
            skipString(pounds: pounds)
        case UInt8(ascii: "/") where pounds > 0 || startsBareRegex():
            position += pounds
            skipRegex(pounds: pounds)
        default:
            guard pounds > 0 else { return false }
            previous = UInt8(ascii: "#")
            position += pounds
            return true
        }
        previous = UInt8(ascii: "\"")
        return true
    }

    private mutating func skipString(pounds: Int) {
        let marks = starts(with: "\"\"\"", at: position) ? 3 : 1
        let closing = String(repeating: "\"", count: marks) + String(repeating: "#", count: pounds)
        let escape = "\\" + String(repeating: "#", count: pounds)
        position += marks
        let start = position
        var blankFrom = position
        while position < text.count, !starts(with: closing, at: position) {
            if marks == 1, text[position] == UInt8(ascii: "\n") { break }
            guard starts(with: escape, at: position) else {
                position += 1
                continue
            }
            position += escape.utf8.count
            if byte(at: position) == UInt8(ascii: "(") {
                blank(blankFrom..<position)
                position += 1
                scanCode(insideInterpolation: true)
                blankFrom = position + 1
            }
            position += 1
        }
        position = min(position, text.count)
        blank(min(blankFrom, position)..<position)
        literals.append(start..<position)
        if starts(with: closing, at: position) { position += closing.utf8.count }
    }

    /// Whether the slash here begins a regular expression rather than divides: by what stands before it, and that it closes on its line.
    private func startsBareRegex() -> Bool {
        guard "\n(,=:[!&|?{;".utf8.contains(previous), byte(at: position + 1) > UInt8(ascii: " ") else { return false }
        var offset = position + 1
        while offset < text.count, text[offset] != UInt8(ascii: "\n") {
            if text[offset] == UInt8(ascii: "/") { return true }
            offset += text[offset] == UInt8(ascii: "\\") ? 2 : 1
        }
        return false
    }

    private mutating func skipRegex(pounds: Int) {
        let closing = "/" + String(repeating: "#", count: pounds)
        position += 1
        let start = position
        while position < text.count, !starts(with: closing, at: position) {
            position += text[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        position = min(position, text.count)
        blank(start..<position)
        if position < text.count { position += closing.utf8.count }
    }
}
