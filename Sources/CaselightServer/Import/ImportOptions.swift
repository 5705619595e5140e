import CaselightModel

/// How a list is to be read: what the query of an import says.
struct ImportOptions {
    enum Format: String, CaseIterable { case csv, json, jsonl, geojson }

    /// `nil` looks at the text.
    let format: Format?
    let encoding: TextEncoding?
    let datum: Datum
    /// Fields and the columns they come from, as the caller says; they come before the well-known names.
    let columns: [String: String]
    /// Rows without a code get one that begins so.
    let codePrefix: String?
    /// East of UTC, for times without an offset.
    let zone: LocalZone?
    let isStrict: Bool
    let isReplacing: Bool

    static let commonQuery = ["format", "encoding", "datum", "map", "codePrefix", "strict", "replace"]
    static let cameraQuery = commonQuery
    static let incidentQuery = commonQuery + ["zone"]
    static let areaQuery = ["datum", "map", "strict", "encoding"]

    init(_ query: QueryReader, fields: [String]) throws(CaselightError) {
        format = try query.choice("format", of: Format.self)
        encoding = try query.choice("encoding", of: TextEncoding.self)
        datum = try query.text("datum").map { name throws(CaselightError) in try Datum(name: name) } ?? .wgs84
        columns = try Self.columns(query.text("map"), fields: fields)
        codePrefix = try query.text("codePrefix").map { prefix throws(CaselightError) in try CameraCode(prefix).text }
        if let codePrefix, codePrefix.count > 40 {
            throw CaselightError(.invalidValue, "use '\(codePrefix)' as a code's beginning", because: "it is longer than 40 characters")
        }
        zone = try query.text("zone").map { name throws(CaselightError) in try LocalZone(name) }
        isStrict = try query.flag("strict") ?? true
        isReplacing = try query.flag("replace") ?? false
    }

    /// `code:CAMERA_ID,name:Location`. A column's name may hold anything but a comma.
    private static func columns(_ text: String?, fields: [String]) throws(CaselightError) -> [String: String] {
        var result: [String: String] = [:]
        for pair in (text ?? "").split(separator: ",") {
            guard let colon = pair.firstIndex(of: ":") else {
                throw CaselightError(
                    .invalidValue, "read the column map", because: "'\(pair.prefix(60))' is not field:column", remedy: "Example: code:CAMERA_ID,name:LOCATION")
            }
            let field = String(pair[..<colon])
            guard fields.contains(field) else {
                throw CaselightError(
                    .invalidValue, "read the column map", because: "there is no field '\(field.prefix(60))'",
                    remedy: "Known are: \(fields.joined(separator: " ")).")
            }
            result[field] = ColumnName.normalized(String(pair[pair.index(after: colon)...]))
        }
        return result
    }
}

/// Column names are compared without case, spaces and signs: `FIRST APPROACH`, `first_approach`, `firstApproach` are one.
enum ColumnName {
    static func normalized(_ name: String) -> String {
        String(String.UnicodeScalarView(name.lowercased().unicodeScalars.filter { $0.properties.isAlphabetic || ("0"..."9").contains($0) }))
    }
}
