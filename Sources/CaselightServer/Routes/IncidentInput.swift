import CaselightModel
import Foundation

/// What a request says about an incident.
struct IncidentInput {
    private let number: Given<String>
    private let category: Given<String>
    private let startedAt: Given<WallTime>
    private let endedAt: Given<WallTime>
    private let place: Given<GivenPosition>
    private let address: Given<String>
    private let grid: Given<String>
    private let text: Given<String>
    private let unit: Given<String>

    init(_ fields: inout FieldReader) throws(CaselightError) {
        number = try fields.text("number", limit: 64)
        category = try fields.text("category", limit: TextRule.nameLimit)
        var (start, end) = (try fields.time("startedAt"), try fields.time("endedAt"))
        if case .value(var span) = try fields.object("span") {
            guard !start.isGiven, !end.isGiven else { throw fields.wrong("span", "is given beside startedAt or endedAt") }
            (start, end) = (try span.time("startedAt"), try span.time("endedAt"))
            try span.finish()
        }
        (startedAt, endedAt) = (start, end)
        place = try PlaceInput.read(&fields)
        address = try fields.text("address", limit: TextRule.addressLimit)
        grid = try fields.text("grid", limit: 64)
        text = try fields.text("text", limit: TextRule.textLimit)
        unit = try fields.text("unit", limit: TextRule.nameLimit)
        try fields.finish()
    }

    /// - Parameter unit: the poster's own, where none is given.
    func newIncident(of unit: String, at now: WallTime) throws(CaselightError) -> Incident {
        guard let number = number.value else { throw missing("number") }
        guard let start = startedAt.value else { throw missing("startedAt") }
        // A moment is a span too: its minute.
        let span = try TimeSpan(from: start, to: endedAt.value ?? start + .seconds(60))
        var incident = Incident(number: try IncidentNumber(number), category: category.value ?? "", span: span, postedAt: now)
        incident.unit = unit
        try apply(to: &incident, at: now)
        return incident
    }

    func apply(to incident: inout Incident, at now: WallTime) throws(CaselightError) {
        if let number = number.value, number != incident.number.text {
            throw CaselightError(
                .conflict, "change the number of incident '\(incident.number)'", because: "links and logs name it",
                remedy: "Post another incident.")
        }
        category.apply(to: &incident.category, default: "")
        if startedAt.value != nil || endedAt.value != nil {
            incident.span = try TimeSpan(from: startedAt.value ?? incident.span.start, to: endedAt.value ?? max(incident.span.end, (startedAt.value ?? incident.span.start) + .seconds(60)))
        }
        if place.isGiven { (incident.givenPosition, incident.position) = try PlaceInput.derived(place.value) }
        address.apply(to: &incident.address, default: "")
        grid.apply(to: &incident.grid)
        text.apply(to: &incident.text, default: "")
        unit.apply(to: &incident.unit, default: "")
        incident.updatedAt = now
    }

    private func missing(_ name: String) -> CaselightError {
        CaselightError(.invalidValue, "read the incident", because: "its '\(name)' is missing")
    }
}
