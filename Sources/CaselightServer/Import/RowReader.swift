import CaselightModel
import Foundation

/// Finds a record's fields among a row's columns: by the caller's map first, then by well-known names.
struct RowReader {
    let row: ImportRow
    let options: ImportOptions
    let synonyms: [String: [String]]

    /// The field's text, trimmed; `nil` where the column is missing or empty.
    func text(_ field: String) -> String? {
        guard let value = value(field)?.scalarText?.trimmingCharacters(in: .whitespacesAndNewlines), !value.isEmpty else { return nil }
        return value
    }

    func value(_ field: String) -> JSONValue? {
        if let column = options.columns[field] { return row.columns[column] }
        for name in synonyms[field] ?? [] {
            if let value = row.columns[name], value != .null, value != .string("") { return value }
        }
        return nil
    }

    func checkedText(_ field: String, limit: Int) throws(CaselightError) -> String? {
        guard let text = text(field) else { return nil }
        return try TextRule.check(text, named: field, limit: limit)
    }

    func number(_ field: String, in range: ClosedRange<Double>) throws(CaselightError) -> Double? {
        guard let text = text(field) else { return nil }
        guard let value = Double(text), value.isFinite, range.contains(value) else {
            throw wrong(field, text, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ field: String, of _: Choice.Type) throws(CaselightError) -> Choice?
    where Choice.RawValue == String {
        guard let text = text(field) else { return nil }
        guard let choice = Choice(rawValue: text) else { throw wrong(field, text, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))") }
        return choice
    }

    /// Two columns, a feature's point, `POINT (lon lat)`, or `(lat, lon)`; nothing of it, or 0,0, is unlocated.
    func place() throws(CaselightError) -> GivenPosition? {
        let datum = try text("datum").map { name throws(CaselightError) in try Datum(name: name) } ?? options.datum
        guard let (latitude, longitude) = try coordinates() else { return nil }
        _ = try GeoPoint(latitude: latitude, longitude: longitude)
        return GivenPosition(datum: datum, latitude: latitude, longitude: longitude)
    }

    private func coordinates() throws(CaselightError) -> (Double, Double)? {
        switch (text("lat"), text("lon")) {
        case (let latitude?, let longitude?):
            guard let north = Double(latitude), let east = Double(longitude) else {
                throw CaselightError(
                    .invalidCoordinates, "use latitude '\(latitude.prefix(30))', longitude '\(longitude.prefix(30))'", because: "they are not numbers",
                    remedy: "Give decimal degrees.")
            }
            return (north, east)
        case (nil, nil): return row.point.map { ($0.latitude, $0.longitude) } ?? wktPoint() ?? pairInParentheses()
        default:
            throw CaselightError(.invalidCoordinates, "use the row's position", because: "it has only one of latitude and longitude")
        }
    }

    private func wktPoint() -> (Double, Double)? {
        guard let text = row.columns["geometry"]?.scalarText ?? row.columns["wkt"]?.scalarText, text.uppercased().hasPrefix("POINT"),
            let open = text.firstIndex(of: "("), let close = text.firstIndex(of: ")"), open < close
        else { return nil }
        let numbers = text[text.index(after: open)..<close].split(separator: " ").compactMap { Double($0) }
        return numbers.count >= 2 ? (numbers[1], numbers[0]) : nil
    }

    private func pairInParentheses() -> (Double, Double)? {
        guard let text = row.columns["location"]?.scalarText, text.hasPrefix("("), text.hasSuffix(")") else { return nil }
        let numbers = text.dropFirst().dropLast().split(separator: ",").compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
    }

    func wrong(_ field: String, _ text: String, _ rule: String) -> CaselightError {
        CaselightError(.invalidValue, "use '\(text.prefix(60))' as \(field)", because: "it must be \(rule)")
    }
}

/// Gives rows without an identifier one that is the same at the next import of the same list.
struct DerivedCodes {
    private let prefix: String?
    private var seen: [String: Int] = [:]

    init(prefix: String?) { self.prefix = prefix }

    /// - Throws: `invalidCode` where no beginning was given.
    mutating func code(of row: ImportRow, field: String) throws(CaselightError) -> String {
        guard let prefix else {
            throw CaselightError(
                .invalidCode, "take in the row", because: "it has no \(field)",
                remedy: "Name its column with map=\(field):COLUMN, or give codePrefix to derive one.")
        }
        // Two equal rows are two things; the second is told apart by its count.
        let count = seen[row.fingerprint, default: 0]
        seen[row.fingerprint] = count + 1
        return prefix + "-" + Fingerprint.hexadecimal(count == 0 ? row.fingerprint : "\(row.fingerprint)\u{1E}\(count)")
    }
}
