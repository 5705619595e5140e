extension GeoPoint {
    /// A point this close to a polygon's edge is in it: below what any survey of a district's border means.
    public static let edgeToleranceMeters = 0.05

    /// Whether the point lies in the ring or on its edge, by the even-odd rule.
    ///
    /// The ring need not repeat its first corner; fewer than three corners hold nothing. Its edges are straight lines in
    /// latitude and longitude, and it must not cross the 180th meridian. Linear in the number of corners.
    public func isInside(ring: [GeoPoint], edgeToleranceMeters tolerance: Double = GeoPoint.edgeToleranceMeters) -> Bool {
        guard ring.count >= 3, var previous = ring.last else { return false }
        var isInside = false
        let margin = tolerance / Self.metersPerDegree
        for corner in ring {
            let (south, north) = (min(previous.latitude, corner.latitude), max(previous.latitude, corner.latitude))
            if latitude >= south - margin, latitude <= north + margin {
                if distanceMeters(toLineFrom: previous, to: corner) <= tolerance { return true }
                // Half-open in latitude, so that a corner met by two edges is crossed once.
                if (corner.latitude > latitude) != (previous.latitude > latitude) {
                    let share = (latitude - corner.latitude) / (previous.latitude - corner.latitude)
                    if longitude < corner.longitude + share * (previous.longitude - corner.longitude) { isInside.toggle() }
                }
            }
            previous = corner
        }
        return isInside
    }

    /// The distance to the straight line between two points, in the plane that touches the Earth here.
    ///
    /// Good to 0.1 % up to some 20 km; a line's far parts do not matter where it is long.
    public func distanceMeters(toLineFrom first: GeoPoint, to second: GeoPoint) -> Double {
        let scale = cosine(degrees: latitude)
        let (x1, y1) = ((first.longitude - longitude) * scale, first.latitude - latitude)
        let (x2, y2) = ((second.longitude - longitude) * scale, second.latitude - latitude)
        let (dx, dy) = (x2 - x1, y2 - y1)
        let square = dx * dx + dy * dy
        let share = square > 0 ? max(0, min(1, -(x1 * dx + y1 * dy) / square)) : 0
        let (x, y) = (x1 + share * dx, y1 + share * dy)
        return (x * x + y * y).squareRoot() * Self.metersPerDegree
    }
}

extension Area {
    /// Whether `point` lies in any of the rings, edges included.
    public func contains(_ point: GeoPoint) -> Bool { rings.contains { point.isInside(ring: $0) } }

    /// `nil` for an area without corners.
    public var boundingBox: GeoBox? { GeoBox(around: rings.joined()) }

    /// The rings' size together, good enough to tell a smaller area from a larger one.
    public var squareMeters: Double { rings.reduce(0) { $0 + Self.squareMeters(of: $1) } }

    private static func squareMeters(of ring: [GeoPoint]) -> Double {
        guard ring.count >= 3, let origin = ring.first, var previous = ring.last else { return 0 }
        // Corners are taken from the first one, so that nearly equal products do not cancel.
        var doubled = 0.0
        for corner in ring {
            doubled += (previous.longitude - origin.longitude) * (corner.latitude - origin.latitude)
            doubled -= (corner.longitude - origin.longitude) * (previous.latitude - origin.latitude)
            previous = corner
        }
        return abs(doubled) / 2 * GeoPoint.metersPerDegree * GeoPoint.metersPerDegree * cosine(degrees: origin.latitude)
    }
}

extension GeoShape {
    /// Whether `point` lies in the shape, edges included.
    public func contains(_ point: GeoPoint) -> Bool {
        switch self {
        case .circle(let center, let radius): center.distanceMeters(to: point) <= radius
        case .polygon(let corners): point.isInside(ring: corners)
        case .corridor(let line, let halfWidth):
            zip(line, line.dropFirst()).contains { point.distanceMeters(toLineFrom: $0, to: $1) <= halfWidth }
        }
    }
}
