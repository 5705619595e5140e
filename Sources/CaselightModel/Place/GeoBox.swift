/// A rectangle of latitude and longitude, degrees. Never crosses the 180th meridian: such a box is cut at it.
public struct GeoBox: Hashable, Sendable {
    public var south, west, north, east: Double

    public init(south: Double, west: Double, north: Double, east: Double) {
        (self.south, self.west, self.north, self.east) = (south, west, north, east)
    }

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
        let widest = min(89.9, max(abs(south - latitudeMargin), abs(north + latitudeMargin)))
        let longitudeMargin = latitudeMargin / cosine(degrees: widest)
        return GeoBox(
            south: max(-90, south - latitudeMargin), west: max(-180, west - longitudeMargin),
            north: min(90, north + latitudeMargin), east: min(180, east + longitudeMargin))
    }

    public func contains(_ point: GeoPoint) -> Bool {
        (south...north).contains(point.latitude) && (west...east).contains(point.longitude)
    }

    public func intersects(_ other: GeoBox) -> Bool {
        south <= other.north && other.south <= north && west <= other.east && other.west <= east
    }
}
