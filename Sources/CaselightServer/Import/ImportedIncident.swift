import CaselightModel
import Foundation

/// An incident out of a row of somebody's list.
enum ImportedIncident {
    static let fields = ["number", "category", "startedAt", "endedAt", "lat", "lon", "datum", "address", "grid", "text", "state"]

    static let synonyms: [String: [String]] = [
        "number": ["number", "incidentnumber", "casenumber", "caseno", "crimeid", "警情编号", "案件编号", "案号", "id"],
        "category": ["category", "primarytype", "crimetype", "类别", "案别", "type"],
        "startedAt": ["startedat", "spanstartedat", "occurredat", "date", "datetime", "time", "from", "month", "发案时间", "案发时间"],
        "endedAt": ["endedat", "spanendedat", "to"],
        "lat": ["latitude", "lat", "givenpositionlatitude", "positionlatitude", "纬度"],
        "lon": ["longitude", "lon", "lng", "long", "givenpositionlongitude", "positionlongitude", "经度"],
        "datum": ["datum", "givenpositiondatum"],
        "address": ["address", "block", "location", "street", "地址", "案发地点"],
        "grid": ["grid", "gridcode", "网格"],
        "text": ["text", "description", "summary", "简要案情"],
        "state": ["state"],
    ]

    static func incident(
        _ row: ImportRow, options: ImportOptions, codes: inout DerivedCodes, at now: WallTime
    ) throws(CaselightError) -> Incident {
        let reader = RowReader(row: row, options: options, synonyms: synonyms)
        guard let start = reader.text("startedAt") else {
            throw CaselightError(.invalidTime, "take in the row", because: "it has no startedAt", remedy: "Name its column with map=startedAt:COLUMN.")
        }
        var span = try ImportedTime.span(start, zone: options.zone)
        if let end = reader.text("endedAt") {
            span = try TimeSpan(from: span.start, to: try ImportedTime.span(end, zone: options.zone).start)
        }
        let stated = reader.text("number")
        let text = if let stated { stated } else { try codes.code(of: row, field: "number") }
        let number = try IncidentNumber(text)
        var incident = Incident(
            number: number, category: try reader.checkedText("category", limit: TextRule.nameLimit) ?? "", span: span, postedAt: now)
        incident.address = try reader.checkedText("address", limit: TextRule.addressLimit) ?? ""
        incident.grid = try reader.checkedText("grid", limit: 64)
        incident.text = try reader.checkedText("text", limit: TextRule.textLimit) ?? ""
        incident.state = reader.text("state").flatMap { IncidentState(rawValue: $0) } ?? .posted
        (incident.givenPosition, incident.position) = try PlaceInput.derived(try reader.place())
        return incident
    }
}
