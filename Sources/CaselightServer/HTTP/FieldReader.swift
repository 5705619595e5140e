import CaselightModel

/// What was given for a field: nothing, null, or a value. A change of a record needs all three.
enum Given<Value> {
    case absent
    case null
    case value(Value)

    var value: Value? { if case .value(let value) = self { value } else { nil } }
    var isGiven: Bool { if case .absent = self { false } else { true } }

    func map<Result>(_ convert: (Value) throws -> Result) rethrows -> Given<Result> {
        switch self {
        case .absent: .absent
        case .null: .null
        case .value(let value): .value(try convert(value))
        }
    }

    /// Puts what was given into an optional field: null clears it.
    func apply(to field: inout Value?) {
        switch self {
        case .absent: break
        case .null: field = nil
        case .value(let value): field = value
        }
    }

    /// Puts what was given into a field that always has a value: null restores its default.
    func apply(to field: inout Value, default fallback: Value) {
        switch self {
        case .absent: break
        case .null: field = fallback
        case .value(let value): field = value
        }
    }
}

/// Reads the members of a JSON object one by one, and refuses what nobody asked for: a misspelt field must not vanish.
struct FieldReader {
    private let members: [String: JSONValue]
    /// What is being read, for messages: `camera`.
    let what: String
    private var known: [String] = []

    init(_ members: [String: JSONValue], what: String) {
        self.members = members
        self.what = what
    }

    /// - Throws: `invalidValue` naming the first field that is not known.
    func finish() throws(CaselightError) {
        guard let stranger = members.keys.filter({ !known.contains($0) }).min() else { return }
        throw CaselightError(
            .invalidValue, "read the \(what)", because: "there is no field '\(stranger.prefix(60))'",
            remedy: "Known are: \(known.sorted().joined(separator: " ")).")
    }

    mutating func text(_ name: String, limit: Int) throws(CaselightError) -> Given<String> {
        switch take(name) {
        case nil: return .absent
        case .null: return .null
        case .string(let text): return .value(try TextRule.check(text, named: name, limit: limit))
        case let other?: throw wrong(name, "is \(other.kind) and must be a text")
        }
    }

    mutating func number(_ name: String) throws(CaselightError) -> Given<Double> {
        switch take(name) {
        case nil: return .absent
        case .null: return .null
        case .number(let digits):
            guard let value = Double(digits), value.isFinite else { throw wrong(name, "is not a finite number") }
            return .value(value)
        case let other?: throw wrong(name, "is \(other.kind) and must be a number")
        }
    }

    mutating func number(_ name: String, over low: Double, atMost high: Double) throws(CaselightError) -> Given<Double> {
        let given = try number(name)
        if let value = given.value, !(value > low && value <= high) {
            throw wrong(name, "is \(value) and must be over \(low) and at most \(high)")
        }
        return given
    }

    mutating func whole(_ name: String, in range: ClosedRange<Int>) throws(CaselightError) -> Given<Int> {
        switch take(name) {
        case nil: return .absent
        case .null: return .null
        case .number(let digits):
            guard let value = Int(digits), range.contains(value) else {
                throw wrong(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return .value(value)
        case let other?: throw wrong(name, "is \(other.kind) and must be a whole number")
        }
    }

    mutating func flag(_ name: String) throws(CaselightError) -> Given<Bool> {
        switch take(name) {
        case nil: return .absent
        case .null: return .null
        case .bool(let value): return .value(value)
        case let other?: throw wrong(name, "is \(other.kind) and must be true or false")
        }
    }

    mutating func time(_ name: String) throws(CaselightError) -> Given<WallTime> {
        switch try text(name, limit: 60) {
        case .absent: return .absent
        case .null: return .null
        case .value(let text): return .value(try WallTime(rfc3339: text))
        }
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, of _: Choice.Type) throws(CaselightError) -> Given<Choice>
    where Choice.RawValue == String {
        switch try text(name, limit: 60) {
        case .absent: return .absent
        case .null: return .null
        case .value(let text):
            guard let choice = Choice(rawValue: text) else {
                let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                throw wrong(name, "is '\(text)' and must be one of \(all)")
            }
            return .value(choice)
        }
    }

    mutating func texts(_ name: String, countLimit: Int, limit: Int) throws(CaselightError) -> Given<[String]> {
        switch take(name) {
        case nil: return .absent
        case .null: return .null
        case .array(let list):
            guard list.count <= countLimit else { throw wrong(name, "has \(list.count) entries and may have \(countLimit)") }
            var result: [String] = []
            for entry in list {
                guard case .string(let text) = entry else { throw wrong(name, "holds \(entry.kind) and must hold texts") }
                result.append(try TextRule.check(text, named: name, limit: limit))
            }
            return .value(result)
        case let other?: throw wrong(name, "is \(other.kind) and must be an array of texts")
        }
    }

    mutating func numbers(_ name: String, countLimit: Int) throws(CaselightError) -> Given<[Int]> {
        switch take(name) {
        case nil: return .absent
        case .null: return .null
        case .array(let list):
            guard list.count <= countLimit else { throw wrong(name, "has \(list.count) entries and may have \(countLimit)") }
            var result: [Int] = []
            for entry in list {
                guard case .number(let digits) = entry, let value = Int(digits) else { throw wrong(name, "must hold whole numbers") }
                result.append(value)
            }
            return .value(result)
        case let other?: throw wrong(name, "is \(other.kind) and must be an array of whole numbers")
        }
    }

    mutating func object(_ name: String) throws(CaselightError) -> Given<FieldReader> {
        switch take(name) {
        case nil: return .absent
        case .null: return .null
        case .object(let members): return .value(FieldReader(members, what: "\(what)'s \(name)"))
        case let other?: throw wrong(name, "is \(other.kind) and must be an object")
        }
    }

    mutating func objects(_ name: String, countLimit: Int) throws(CaselightError) -> Given<[FieldReader]> {
        switch take(name) {
        case nil: return .absent
        case .null: return .null
        case .array(let list):
            guard list.count <= countLimit else { throw wrong(name, "has \(list.count) entries and may have \(countLimit)") }
            var result: [FieldReader] = []
            for entry in list {
                guard case .object(let members) = entry else { throw wrong(name, "holds \(entry.kind) and must hold objects") }
                result.append(FieldReader(members, what: "\(what)'s \(name)"))
            }
            return .value(result)
        case let other?: throw wrong(name, "is \(other.kind) and must be an array of objects")
        }
    }

    func wrong(_ name: String, _ cause: String) -> CaselightError {
        CaselightError(.invalidValue, "read the \(what)", because: "its '\(name)' \(cause)")
    }

    func missing(_ name: String) -> CaselightError {
        CaselightError(.invalidValue, "read the \(what)", because: "its '\(name)' is missing")
    }

    private mutating func take(_ name: String) -> JSONValue? {
        known.append(name)
        return members[name]
    }
}

/// What free text may hold.
enum TextRule {
    static let nameLimit = 200
    static let addressLimit = 500
    static let textLimit = 20_000

    /// - Throws: `invalidValue` for text that is too long, or holds control characters other than line breaks and tabs.
    static func check(_ text: String, named name: String, limit: Int) throws(CaselightError) -> String {
        guard text.utf8.count <= limit * 4, text.count <= limit else {
            throw CaselightError(.invalidValue, "use the \(name) given", because: "it is longer than \(limit) characters")
        }
        let isClean = text.unicodeScalars.allSatisfy { scalar in
            (scalar.value >= 0x20 && scalar.value != 0x7F) || scalar == "\n" || scalar == "\r" || scalar == "\t"
        }
        guard isClean else {
            throw CaselightError(.invalidValue, "use the \(name) given", because: "it holds control characters")
        }
        return text
    }
}
