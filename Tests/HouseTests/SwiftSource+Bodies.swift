/// What a function, an initializer or a computed property takes up, from its first line to its closing brace.
struct Body: Hashable, Sendable {
    let name: String
    /// From 0.
    let line: Int
    let lineCount: Int
}

extension SwiftSource {
    /// Every body in the file, nested ones too. A requirement of a protocol has none.
    var bodies: [Body] {
        tokens.indices.compactMap { index in
            let token = tokens[index]
            let isMember = index > 0 && tokens[index - 1].text == "."
            guard !isMember, let name = nameOfBody(at: index), let opening = openingBrace(after: index) else { return nil }
            let closing = closingMark(of: opening)
            return Body(name: name, line: token.line, lineCount: tokens[closing].line - token.line + 1)
        }
    }

    /// The functions that the file's protocols ask for.
    var requirements: [Token] {
        tokens.indices.filter { tokens[$0].text == "protocol" }.flatMap { start -> [Token] in
            guard let opening = tokens[start...].firstIndex(where: { $0.text == "{" }) else { return [] }
            return (opening..<closingMark(of: opening)).filter { tokens[$0].text == "func" }.map { tokens[$0 + 1] }
        }
    }

    private func nameOfBody(at index: Int) -> String? {
        guard index + 1 < tokens.count else { return nil }
        let next = tokens[index + 1].text
        switch tokens[index].text {
        case "func", "var": return next
        case "init" where ["(", "<", "?", "!"].contains(next): return "init"
        case "subscript" where ["(", "<"].contains(next): return "subscript"
        case "deinit" where next == "{": return "deinit"
        default: return nil
        }
    }

    /// The index of the brace that opens the body declared at `index`; `nil` where there is none.
    private func openingBrace(after index: Int) -> Int? {
        let isVariable = tokens[index].text == "var"
        var position = index + 1
        while position < tokens.count {
            switch tokens[position].text {
            case "{":
                return position
            case "(", "[":
                position = closingMark(of: position)
            // A stored property, or a pattern: no body of its own.
            case "=" where isVariable, "in" where isVariable, ";":
                return nil
            case "}", ")", "]":
                return nil
            case let word where position > index + 1 && declarationWords.contains(word):
                return nil
            default:
                break
            }
            if isVariable, position + 1 < tokens.count, tokens[position + 1].line > tokens[position].line,
                ![":", ">", "&"].contains(tokens[position].text), tokens[position + 1].text != "{"
            {
                return nil
            }
            position += 1
        }
        return nil
    }

    /// The index of the mark that closes the one at `index`; the last token where none does.
    func closingMark(of index: Int) -> Int {
        var depth = 0
        for position in index..<tokens.count {
            switch tokens[position].text {
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth -= 1
            default: continue
            }
            if depth == 0 { return position }
        }
        return tokens.count - 1
    }
}

private let declarationWords: Set<String> = accessLevels.union([
    "func", "var", "let", "init", "deinit", "subscript", "case", "struct", "class", "enum", "protocol", "actor", "extension", "typealias",
    "associatedtype", "static", "mutating", "nonisolated", "import",
])
