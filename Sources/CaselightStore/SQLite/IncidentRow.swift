import CaselightModel
import GRDB

/// An incident in the columns of `incidents`.
enum IncidentRow {
    /// What `incident(_:)` reads, of incidents named `i`.
    static let columns = """
        i.number, i.category, i.started_at_us, i.ended_at_us, i.latitude_deg, i.longitude_deg, i.given_datum, i.given_latitude_deg,
        i.given_longitude_deg, i.address, i.grid, i.text, i.state, i.posted_at_us, i.updated_at_us, i.posted_by, i.unit,
        i.claimed_by, i.claimed_at_us, i.lead_at_us, i.closed_at_us, i.outcome, i.outcome_text, i.stepped_at_us
        """

    static func incident(_ row: Row) throws -> Incident {
        var incident = Incident(
            number: try IncidentNumber(row[0] as String), category: row[1], span: try row.span(2), postedAt: row.time(13))
        incident.position = row.point(4)
        incident.givenPosition = try row.givenPosition(6)
        incident.address = row[9]
        incident.grid = row[10]
        incident.text = row[11]
        incident.state = try row.choice(12, "incidents.state")
        incident.updatedAt = row.time(14)
        incident.postedBy = try row.account(15)
        incident.unit = row[16]
        incident.claimedBy = try row.account(17)
        incident.claimedAt = row.optionalTime(18)
        incident.leadAt = row.optionalTime(19)
        incident.closedAt = row.optionalTime(20)
        if (row[21] as String?) != nil { incident.outcome = Outcome(result: try row.choice(21, "incidents.outcome"), text: row[22]) }
        incident.steppedAt = row.time(23)
        return incident
    }

    /// What a change brings: all but the number, when and by whom it was posted, and what steps alone change.
    private static let fields = [
        "category", "started_at_us", "ended_at_us", "latitude_deg", "longitude_deg", "given_datum", "given_latitude_deg",
        "given_longitude_deg", "address", "grid", "grid_source", "text", "unit", "updated_at_us",
    ]

    /// The values of `fields`, in their order.
    static func values(_ incident: Incident, grid: (code: String?, source: String)) -> [(any DatabaseValueConvertible)?] {
        [
            incident.category, incident.span.start.microseconds, incident.span.end.microseconds, incident.position?.latitude,
            incident.position?.longitude, incident.givenPosition?.datum.rawValue, incident.givenPosition?.latitude,
            incident.givenPosition?.longitude, incident.address, grid.code, grid.source, incident.text, incident.unit,
            incident.updatedAt.microseconds,
        ]
    }

    static let insertSQL = """
        INSERT INTO incidents (number, posted_at_us, stepped_at_us, posted_by, state, \(fields.joined(separator: ", ")))
        VALUES (?, ?, ?, ?, ?, \(fields.map { _ in "?" }.joined(separator: ", ")))
        """
    static let updateSQL = "UPDATE incidents SET \(fields.map { "\($0) = ?" }.joined(separator: ", ")) WHERE id = ?"

    static func check(_ incident: Incident, operation: String) throws(CaselightError) {
        try checkText(incident.category, incident.address, incident.grid, incident.text, incident.unit, operation: operation)
        let numbers = [
            incident.position?.latitude, incident.position?.longitude, incident.givenPosition?.latitude, incident.givenPosition?.longitude,
        ]
        guard numbers.allSatisfy({ $0?.isFinite ?? true }) else {
            throw CaselightError(.invalidValue, operation, because: "a number in it is not finite", remedy: "Leave out what is unknown.")
        }
    }
}
