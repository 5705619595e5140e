/// The place a question asks about.
public enum GeoShape: Hashable, Sendable, Codable {
    case circle(center: GeoPoint, radiusMeters: Double)
    /// A closed ring of at least three corners; the last need not repeat the first.
    case polygon([GeoPoint])
    /// Everything within `halfWidthMeters` of a line of at least two points: a road.
    case corridor(line: [GeoPoint], halfWidthMeters: Double)

    public static let radiusLimitMeters = 50_000.0
    public static let cornerLimit = 10_000

    /// - Throws: `CaselightError` with code `invalidShape` for a radius, width or number of points out of range.
    public func checked() throws(CaselightError) -> GeoShape {
        switch self {
        case .circle(_, let radius): try Self.check(radius, named: "radius")
        case .polygon(let corners): try Self.check(corners, atLeast: 3, named: "polygon")
        case .corridor(let line, let width):
            try Self.check(line, atLeast: 2, named: "corridor")
            try Self.check(width, named: "corridor's half width")
        }
        return self
    }

    private static func check(_ meters: Double, named name: String) throws(CaselightError) {
        guard meters.isFinite, meters > 0, meters <= radiusLimitMeters else {
            throw CaselightError(
                .invalidShape, "search a place", because: "the \(name) is \(meters) m and must be over 0 and at most \(Int(radiusLimitMeters)) m")
        }
    }

    private static func check(_ points: [GeoPoint], atLeast minimum: Int, named name: String) throws(CaselightError) {
        guard (minimum...cornerLimit).contains(points.count) else {
            throw CaselightError(
                .invalidShape, "search a place",
                because: "the \(name) has \(points.count) points and must have \(minimum) to \(cornerLimit)")
        }
    }
}
