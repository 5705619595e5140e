import CaselightModel
import Foundation

/// JSON as it came, before it means anything.
enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// Its digits: a 20-digit code fits no floating-point number.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// - Throws: `CaselightError` with code `invalidValue` that says where the text stops being JSON.
    static func parse(_ data: Data, what: String) throws(CaselightError) -> JSONValue {
        guard !data.isEmpty else { throw CaselightError(.invalidValue, "read the \(what)", because: "the body is empty and must be JSON") }
        do {
            return JSONValue(try JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed]))
        } catch {
            throw CaselightError(.invalidValue, "read the \(what)", because: "it is not JSON: \(reason(error, in: data))")
        }
    }

    /// Foundation's parser bounds the depth at 512 and refuses text that is not UTF-8, UTF-16 or UTF-32.
    private init(_ object: Any) {
        switch object {
        case let text as String: self = .string(text)
        case let list as [Any]: self = .array(list.map(JSONValue.init))
        case let members as [String: Any]: self = .object(members.mapValues(JSONValue.init))
        case let number as NSNumber:
            // The C type is the one thing that tells true from 1.
            self = String(cString: number.objCType) == "c" ? .bool(number.boolValue) : .number(number.stringValue)
        default: self = .null
        }
    }

    private static func reason(_ error: any Error, in data: Data) -> String {
        let text = (error as NSError).userInfo["NSDebugDescription"] as? String ?? "it cannot be parsed"
        guard let mark = text.range(of: " around character "),
            let offset = Int(text[mark.upperBound...].prefix { $0.isNumber })
        else { return text.hasSuffix(".") ? String(text.dropLast()) : text }
        let before = data.prefix(offset)
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let column = before.count - (before.lastIndex(of: UInt8(ascii: "\n")).map { before.distance(from: before.startIndex, to: $0) + 1 } ?? 0)
        return "\(text[..<mark.lowerBound]) at line \(line), column \(column + 1)"
    }

    /// For messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
