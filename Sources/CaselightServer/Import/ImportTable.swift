import CaselightModel
import Foundation

/// One entry of a list, whatever the list was written as.
struct ImportRow: Sendable {
    /// The line of a CSV or JSON Lines file, else the entry's place in the list; both from 1.
    let number: Int
    /// By normalized column name.
    var columns: [String: JSONValue]
    /// Where a GeoJSON feature stands, in the list's datum.
    var point: (latitude: Double, longitude: Double)?
    /// The entry's own text, from which a code can be derived.
    let fingerprint: String
}

/// Reads a list into rows: CSV, a JSON array, JSON Lines, or GeoJSON features.
enum ImportTable {
    static func rows(_ text: String, format: ImportOptions.Format?, rowLimit: Int) throws(CaselightError) -> [ImportRow] {
        let rows: [ImportRow]
        switch format ?? guessedFormat(text) {
        case .csv: rows = try delimited(text, rowLimit: rowLimit)
        case .jsonl: rows = try lines(text, rowLimit: rowLimit)
        case .json, .geojson: rows = try document(text)
        }
        guard rows.count <= rowLimit else { throw tooMany(rowLimit) }
        guard !rows.isEmpty else { throw CaselightError(.invalidValue, "read the list", because: "it has no entries") }
        return rows
    }

    private static func guessedFormat(_ text: String) -> ImportOptions.Format {
        guard let first = text.first(where: { !$0.isWhitespace }) else { return .csv }
        if first == "[" { return .json }
        guard first == "{" else { return .csv }
        let lines = text.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: true)
        let isWhole = lines.first.map { $0.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix("}") } ?? false
        return isWhole && lines.count > 1 ? .jsonl : .json
    }

    // MARK: CSV

    private static func delimited(_ text: String, rowLimit: Int) throws(CaselightError) -> [ImportRow] {
        var reader = DelimitedText(text)
        guard let header = try reader.next() else { throw CaselightError(.invalidValue, "read the list", because: "it is empty") }
        let names = header.fields.map { ColumnName.normalized($0) }
        guard names.contains(where: { !$0.isEmpty }) else {
            throw CaselightError(.invalidValue, "read the list", because: "its first row names no columns")
        }
        var rows: [ImportRow] = []
        while let (line, fields) = try reader.next() {
            var columns: [String: JSONValue] = [:]
            for (name, field) in zip(names, fields) where !name.isEmpty && columns[name] == nil { columns[name] = .string(field) }
            rows.append(ImportRow(number: line, columns: columns, point: nil, fingerprint: fields.joined(separator: "\u{1F}")))
            guard rows.count <= rowLimit else { throw tooMany(rowLimit) }
        }
        return rows
    }

    // MARK: JSON

    private static func lines(_ text: String, rowLimit: Int) throws(CaselightError) -> [ImportRow] {
        var rows: [ImportRow] = []
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            guard line.contains(where: { !$0.isWhitespace }) else { continue }
            let value = try JSONValue.parse(Data(line.utf8), what: "list's line \(number)")
            rows.append(try row(value, number: number))
            guard rows.count <= rowLimit else { throw tooMany(rowLimit) }
        }
        return rows
    }

    private static func document(_ text: String) throws(CaselightError) -> [ImportRow] {
        let value = try JSONValue.parse(Data(text.utf8), what: "list")
        var rows: [ImportRow] = []
        for (index, entry) in try entries(value).enumerated() { rows.append(try row(entry, number: index + 1)) }
        return rows
    }

    /// An array; an object around one array, as our own lists and GeoJSON's collections are; or one entry alone.
    static func entries(_ value: JSONValue) throws(CaselightError) -> [JSONValue] {
        switch value {
        case .array(let list): return list
        case .object(let members):
            if case .array(let list)? = members["features"] { return list }
            let lists = members.values.compactMap { if case .array(let list) = $0, list.allSatisfy(\.isObject) { list } else { nil } }
            if lists.count == 1, members["type"] == nil, members["code"] == nil, members["number"] == nil { return lists[0] }
            return [value]
        default:
            throw CaselightError(.invalidValue, "read the list", because: "it is \(value.kind) and must be an array or an object")
        }
    }

    private static func row(_ value: JSONValue, number: Int) throws(CaselightError) -> ImportRow {
        guard case .object(let members) = value else {
            throw CaselightError(.invalidValue, "read the list", because: "entry \(number) is \(value.kind) and must be an object")
        }
        let isFeature = members["type"] == .string("Feature")
        var columns: [String: JSONValue] = [:]
        if isFeature {
            if case .object(let properties)? = members["properties"] { flatten(properties, into: &columns) }
            if let id = members["id"], id != .null, columns["id"] == nil { columns["id"] = id }
        } else {
            flatten(members, into: &columns)
        }
        let fingerprint = columns.keys.sorted().map { "\($0)=\(columns[$0]?.fingerprint ?? "")" }.joined(separator: "\u{1F}")
        let point = isFeature ? featurePoint(members["geometry"]) : nil
        return ImportRow(
            number: number, columns: columns, point: point,
            fingerprint: fingerprint + (point.map { "\u{1F}\($0.latitude),\($0.longitude)" } ?? ""))
    }

    /// `position: {latitude: …}` becomes `positionlatitude`.
    private static func flatten(_ members: [String: JSONValue], into columns: inout [String: JSONValue]) {
        for (name, value) in members {
            if case .object(let inner) = value {
                for (innerName, innerValue) in inner {
                    columns[ColumnName.normalized(name) + ColumnName.normalized(innerName)] = innerValue
                }
            } else {
                columns[ColumnName.normalized(name)] = value
            }
        }
    }

    /// GeoJSON puts longitude first.
    private static func featurePoint(_ geometry: JSONValue?) -> (latitude: Double, longitude: Double)? {
        guard case .object(let members)? = geometry, members["type"] == .string("Point"), case .array(let pair)? = members["coordinates"],
            pair.count >= 2, let longitude = pair[0].double, let latitude = pair[1].double
        else { return nil }
        return (latitude, longitude)
    }

    private static func tooMany(_ limit: Int) -> CaselightError {
        ServerMetrics.limitReached("importRows")
        return CaselightError(.tooLarge, "read the list", because: "it has over \(limit) rows", remedy: "Import it in parts.")
    }
}

extension JSONValue {
    var isObject: Bool { if case .object = self { true } else { false } }

    var double: Double? {
        switch self {
        case .number(let digits): Double(digits)
        case .string(let text): Double(text.trimmingCharacters(in: .whitespaces))
        default: nil
        }
    }

    /// A scalar as text; `nil` for nothing, and for what holds others.
    var scalarText: String? {
        switch self {
        case .string(let text): text
        case .number(let digits): digits
        case .bool(let value): value ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    fileprivate var fingerprint: String {
        switch self {
        case .array(let list): "[\(list.map(\.fingerprint).joined(separator: ","))]"
        case .object(let members): "{\(members.keys.sorted().map { "\($0):\(members[$0]?.fingerprint ?? "")" }.joined(separator: ","))}"
        default: scalarText ?? "null"
        }
    }
}
