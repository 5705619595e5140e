import CaselightModel
import Foundation

/// An area out of a GeoJSON feature: `Polygon` or `MultiPolygon`.
enum ImportedArea {
    static let fields = ["code", "name"]
    static let ringLimit = 10_000
    static let cornerLimit = 1_000_000

    private static let synonyms: [String: [String]] = [
        "code": ["code", "adcode", "gridcode", "areanumbe", "areanum1", "geocode", "id"],
        "name": ["name", "community", "areaname", "title"],
    ]

    static func area(_ value: JSONValue, number: Int, options: ImportOptions) throws(CaselightError) -> Area {
        guard case .object(let feature) = value, case .object(let geometry)? = feature["geometry"] else {
            throw CaselightError(.invalidShape, "take in the area", because: "it is not a GeoJSON feature with a geometry")
        }
        let reader = RowReader(row: row(feature, number: number), options: options, synonyms: synonyms)
        guard let code = try reader.checkedText("code", limit: 64) else {
            throw CaselightError(.invalidCode, "take in the area", because: "it has no code", remedy: "Name its property with map=code:PROPERTY.")
        }
        let name = try reader.checkedText("name", limit: TextRule.nameLimit) ?? code
        let rings = try outerRings(geometry).map { ring throws(CaselightError) in try corners(ring, datum: options.datum) }
        guard !rings.isEmpty else { throw CaselightError(.invalidShape, "take in area '\(code)'", because: "it has no ring") }
        return Area(code: code, name: name, rings: rings)
    }

    private static func row(_ feature: [String: JSONValue], number: Int) -> ImportRow {
        var columns: [String: JSONValue] = [:]
        if case .object(let properties)? = feature["properties"] {
            for (name, value) in properties { columns[ColumnName.normalized(name)] = value }
        }
        if let id = feature["id"], columns["id"] == nil { columns["id"] = id }
        return ImportRow(number: number, columns: columns, point: nil, fingerprint: "")
    }

    /// The first ring of a polygon is its outline; the others are holes, which an area for finding grids does not need.
    private static func outerRings(_ geometry: [String: JSONValue]) throws(CaselightError) -> [[JSONValue]] {
        guard case .string(let type)? = geometry["type"], case .array(let coordinates)? = geometry["coordinates"] else {
            throw CaselightError(.invalidShape, "take in the area", because: "its geometry has no type or no coordinates")
        }
        let polygons: [JSONValue]
        switch type {
        case "Polygon": polygons = [.array(coordinates)]
        case "MultiPolygon": polygons = coordinates
        default:
            throw CaselightError(.invalidShape, "take in the area", because: "its geometry is a '\(type.prefix(40))' and must be a Polygon or MultiPolygon")
        }
        guard polygons.count <= ringLimit else {
            throw CaselightError(.tooLarge, "take in the area", because: "it has over \(ringLimit) polygons")
        }
        return polygons.compactMap { polygon in
            guard case .array(let rings) = polygon, case .array(let ring)? = rings.first else { return nil }
            return ring
        }
    }

    private static func corners(_ ring: [JSONValue], datum: Datum) throws(CaselightError) -> [GeoPoint] {
        guard (3...cornerLimit).contains(ring.count) else {
            throw CaselightError(.invalidShape, "take in the area", because: "a ring has \(ring.count) corners and must have 3 to \(cornerLimit)")
        }
        var points: [GeoPoint] = []
        points.reserveCapacity(ring.count)
        for corner in ring {
            guard case .array(let pair) = corner, pair.count >= 2, let longitude = pair[0].double, let latitude = pair[1].double else {
                throw CaselightError(.invalidShape, "take in the area", because: "a corner is not [longitude, latitude]")
            }
            points.append(datum.toWGS84(try GeoPoint(latitude: latitude, longitude: longitude)))
        }
        if points.count > 3, points.first == points.last { points.removeLast() }
        return points
    }
}
