import CaselightModel
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
    }

    /// Those of an incident filter, for incidents named `i`. Letters' case does not matter within ASCII.
    mutating func add(_ filter: IncidentFilter) {
        if let state = filter.state { add("i.state = ?", state.rawValue) }
        if let category = filter.category { add("i.category = ?", category) }
        if let grid = filter.grid { add("i.grid = ?", grid) }
        if let span = filter.span { add("i.started_at_us < ? AND i.ended_at_us > ?", span.end.microseconds, span.start.microseconds) }
        if let text = filter.text, !text.isEmpty {
            add("instr(lower(i.number || char(10) || i.address || char(10) || i.text), lower(?)) > 0", text)
        }
    }
}

/// A JSON array for `json_each`: many keys in one bound value, so that one prepared statement serves any number of them.
func keyList(_ codes: some Sequence<CameraCode>) -> String {
    // A camera's code has no character that JSON escapes.
    "[" + Set(codes).map { "\"\($0.text)\"" }.joined(separator: ",") + "]"
}
