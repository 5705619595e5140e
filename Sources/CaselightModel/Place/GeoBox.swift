/// A rectangle of latitude and longitude, degrees.
///
/// Never crosses the 180th meridian: a box that would takes in all longitudes, since it may hold too much but never too little.
public struct GeoBox: Hashable, Sendable {
    public var south, west, north, east: Double

    public init(south: Double, west: Double, north: Double, east: Double) {
        (self.south, self.west, self.north, self.east) = (south, west, north, east)
    }

    public static let everywhere = GeoBox(south: -90, west: -180, north: 90, east: 180)

    /// The smallest box that holds all `points`; `nil` for none.
    public init?(around points: some Sequence<GeoPoint>) {
        var box: GeoBox?
        for point in points {
            guard let known = box else {
                box = GeoBox(south: point.latitude, west: point.longitude, north: point.latitude, east: point.longitude)
                continue
            }
            box = GeoBox(
                south: min(known.south, point.latitude), west: min(known.west, point.longitude),
                north: max(known.north, point.latitude), east: max(known.east, point.longitude))
        }
        guard let box else { return nil }
        self = box
    }

    /// The box grown by `meters` on each side.
    public func grown(byMeters meters: Double) -> GeoBox {
        let latitudeMargin = meters / GeoPoint.metersPerDegree
        let farthest = max(abs(south - latitudeMargin), abs(north + latitudeMargin))
        let (lowest, highest) = (max(-90, south - latitudeMargin), min(90, north + latitudeMargin))
        guard farthest < 89.9 else { return GeoBox(south: lowest, west: -180, north: highest, east: 180) }
        let longitudeMargin = latitudeMargin / cosine(degrees: farthest)
        let (western, eastern) = (west - longitudeMargin, east + longitudeMargin)
        let crosses = western < -180 || eastern > 180
        return GeoBox(south: lowest, west: crosses ? -180 : western, north: highest, east: crosses ? 180 : eastern)
    }

    /// Whether the point lies in the box or on its edge.
    public func contains(_ point: GeoPoint) -> Bool {
        south <= point.latitude && point.latitude <= north && west <= point.longitude && point.longitude <= east
    }

    /// Whether the boxes share a point; touching edges do.
    public func intersects(_ other: GeoBox) -> Bool {
        south <= other.north && other.south <= north && west <= other.east && other.west <= east
    }
}
