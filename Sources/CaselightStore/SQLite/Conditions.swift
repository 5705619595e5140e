import CaselightModel
import Foundation
import GRDB

/// The conditions of a WHERE clause and their values, gathered from a filter.
struct Conditions {
    private var clauses: [String]
    private(set) var arguments: [(any DatabaseValueConvertible)?]

    init(_ clause: String? = nil, _ values: (any DatabaseValueConvertible)?...) {
        clauses = clause.map { [$0] } ?? []
        arguments = values
    }

    mutating func add(_ clause: String, _ values: (any DatabaseValueConvertible)?...) {
        clauses.append(clause)
        arguments += values
    }

    /// `WHERE …`, or nothing.
    var sql: String { clauses.isEmpty ? "" : "WHERE " + clauses.joined(separator: " AND ") }

    /// Those of a camera filter, for cameras named `c`.
    mutating func add(_ filter: CameraFilter) {
        if let cameraClass = filter.cameraClass { add("c.class = ?", cameraClass.rawValue) }
        if let grid = filter.grid { add("c.grid = ?", grid) }
        if let owner = filter.owner { add("c.owner = ?", owner) }
        for tag in filter.tags { add("c.id IN (SELECT camera_id FROM camera_tags WHERE tag = ?)", tag) }
        if let text = filter.text, !text.isEmpty { add("instr(c.search_text, ?) > 0", text.lowercased()) }
        add(filter.scope)
    }

    /// Those of a scope, for cameras named `c`.
    private mutating func add(_ scope: CameraScope) {
        guard case .groups(let groups) = scope else { return }
        let own = Self.clause(groups, camera: "c")
        clauses.append(own.sql)
        arguments += own.values
        // Footage of a code registered anew is not told apart by registration, so only who may know of each of them knows of any.
        let other = Self.clause(groups, camera: "o")
        clauses.append("NOT EXISTS (SELECT 1 FROM cameras o WHERE o.code = c.code AND o.id <> c.id AND NOT \(other.sql))")
        arguments += other.values
    }

    /// One that is true or false, never unknown.
    private static func clause(
        _ groups: [CameraGroup], camera name: String
    ) -> (sql: String, values: [(any DatabaseValueConvertible)?]) {
        var (alternatives, values): ([String], [(any DatabaseValueConvertible)?]) = ([], [])
        for group in groups {
            var parts: [String] = []
            if !group.classes.isEmpty {
                parts.append("\(name).class IN (SELECT value FROM json_each(?))")
                values.append("[" + group.classes.map { "\($0.rawValue)" }.joined(separator: ",") + "]")
            }
            if !group.grids.isEmpty {
                parts.append("ifnull(\(name).grid IN (SELECT value FROM json_each(?)), 0)")
                values.append(textList(group.grids))
            }
            if !group.owners.isEmpty {
                parts.append("\(name).owner IN (SELECT value FROM json_each(?))")
                values.append(textList(group.owners))
            }
            alternatives.append(parts.isEmpty ? "1" : parts.joined(separator: " AND "))
        }
        return ("(" + (alternatives.isEmpty ? "0" : alternatives.joined(separator: " OR ")) + ")", values)
    }

    /// Those of an incident filter, for incidents named `i`. Letters' case does not matter within ASCII.
    mutating func add(_ filter: IncidentFilter) {
        if let state = filter.state { add("i.state = ?", state.rawValue) }
        if let category = filter.category { add("i.category = ?", category) }
        if let grid = filter.grid { add("i.grid = ?", grid) }
        if let unit = filter.unit { add("i.unit = ?", unit) }
        if let account = filter.claimedBy { add("i.claimed_by = ?", account.text) }
        if let span = filter.span { add("i.started_at_us < ? AND i.ended_at_us > ?", span.end.microseconds, span.start.microseconds) }
        if let text = filter.text, !text.isEmpty {
            add("instr(lower(i.number || char(10) || i.address || char(10) || i.text), lower(?)) > 0", text)
        }
        addScope(of: filter)
    }

    private mutating func addScope(of filter: IncidentFilter) {
        // A group that names no grid limits no incident.
        guard case .groups(let groups) = filter.scope, groups.allSatisfy({ !$0.grids.isEmpty }) else { return }
        let grids = textList(groups.flatMap(\.grids))
        add("(i.grid IN (SELECT value FROM json_each(?)) OR i.posted_by = ?)", grids, filter.postedBy?.text)
    }
}

/// A JSON array of any texts for `json_each`.
private func textList(_ texts: [String]) -> String { String(decoding: (try? JSONEncoder().encode(texts)) ?? Data("[]".utf8), as: UTF8.self) }

/// A JSON array for `json_each`: many keys in one bound value, so that one prepared statement serves any number of them.
func keyList(_ codes: some Sequence<CameraCode>) -> String {
    // A camera's code has no character that JSON escapes.
    "[" + Set(codes).map { "\"\($0.text)\"" }.joined(separator: ",") + "]"
}
