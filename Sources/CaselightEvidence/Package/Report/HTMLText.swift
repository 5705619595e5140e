/// HTML in which everything but what stands in this source is escaped: what is put into a literal is text, unless it is `HTMLText` itself.
struct HTMLText: ExpressibleByStringInterpolation, Sendable {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
    init(joining parts: some Sequence<HTMLText>) { text = parts.map(\.text).joined() }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ html: HTMLText) { text += html.text }
        mutating func appendInterpolation(_ value: some CustomStringConvertible) { text += HTMLText.escaped(value.description) }
        mutating func appendInterpolation<Value: CustomStringConvertible>(_ value: Value?) {
            text += value.map { HTMLText.escaped($0.description) } ?? "—"
        }
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\n", "\t": result.unicodeScalars.append(scalar)
            default:
                // Control and direction characters could make a line read as another one.
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: result += "\u{FFFD}"
                default: result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }
}
