import CaselightModel
import Foundation

/// A JSON value as the daemon sent it, with fields this client may not know yet.
enum JSON: Hashable, Sendable {
    case null
    case flag(Bool)
    case whole(Int64)
    case number(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    /// The field `name`; `null` where there is none.
    subscript(name: String) -> JSON {
        if case .object(let fields) = self { return fields[name] ?? .null }
        return .null
    }

    var isNull: Bool { self == .null }

    var text: String? {
        if case .text(let text) = self { return text }
        return nil
    }

    var number: Double? {
        switch self {
        case .whole(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    var whole: Int? {
        switch self {
        case .whole(let value): Int(value)
        case .number(let value) where value.magnitude < 1e15: Int(value)
        default: nil
        }
    }

    var flag: Bool? {
        if case .flag(let flag) = self { return flag }
        return nil
    }

    /// Its elements; none where it is no list.
    var list: [JSON] {
        if case .list(let elements) = self { return elements }
        return []
    }

    var fields: [String: JSON] {
        if case .object(let fields) = self { return fields }
        return [:]
    }

    var time: WallTime? { text.flatMap { try? WallTime(rfc3339: $0) } }

    /// `startedAt` and `endedAt`, here or in a `span` within.
    var span: TimeSpan? {
        let holder = self["span"].isNull ? self : self["span"]
        guard let start = holder["startedAt"].time, let end = holder["endedAt"].time, start < end else { return nil }
        return TimeSpan(start: start, end: end)
    }

    /// A document for standard output.
    func document() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension JSON: Codable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let whole = try? container.decode(Int64.self) {
            self = .whole(whole)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([JSON].self) {
            self = .list(list)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .flag(let flag): try container.encode(flag)
        case .whole(let whole): try container.encode(whole)
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .object(let fields): try container.encode(fields)
        }
    }
}

/// The fields of a request: only what was said goes out.
struct RequestFields {
    private(set) var fields: [String: JSON] = [:]

    var isEmpty: Bool { fields.isEmpty }
    var json: JSON { .object(fields) }

    mutating func set(_ name: String, _ text: String?) { if let text { fields[name] = .text(text) } }
    mutating func set(_ name: String, _ number: Double?) { if let number { fields[name] = .number(number) } }
    mutating func set(_ name: String, _ whole: Int?) { if let whole { fields[name] = .whole(Int64(whole)) } }
    mutating func set(_ name: String, _ flag: Bool?) { if let flag { fields[name] = .flag(flag) } }
    mutating func set(_ name: String, _ time: WallTime?) { if let time { fields[name] = .text(time.rfc3339()) } }
    mutating func set(_ name: String, list: [String]) { if !list.isEmpty { fields[name] = .list(list.map { .text($0) }) } }
    mutating func set(_ name: String, _ texts: [String]) { fields[name] = .list(texts.map { .text($0) }) }
    mutating func set(_ name: String, _ wholes: [Int]) { fields[name] = .list(wholes.map { .whole(Int64($0)) }) }
    mutating func set(_ name: String, values: [JSON]) { fields[name] = .list(values) }
    mutating func clear(_ name: String) { fields[name] = .null }
}
