import CaselightModel

/// A polygon, several, or a corridor: a place with an extent, as questions about it need it.
struct Region: Sendable {
    /// Outer rings; empty for a corridor. Longitudes may pass ±180 so that a ring never jumps.
    private let rings: [[GeoPoint]]
    private let edges: [(GeoPoint, GeoPoint)]
    /// How far beyond its edges the place reaches: 0 for polygons.
    private let halfWidthMeters: Double
    let box: GeoBox
    /// Points spread evenly over the place, to tell how much of it a camera sees.
    private let samples: [GeoPoint]

    /// Samples along a side of a polygon's box, and along a corridor: enough to tell half from less than half.
    private static let sampleCountPerSide = 16
    private static let sampleCountAlongLine = 64

    init(rings: [[GeoPoint]]) {
        let rings = rings.filter { $0.count >= 3 }.map(Self.unwrapped)
        self.rings = rings
        edges = rings.flatMap { ring in zip(ring, ring.dropFirst() + ring.prefix(1)).map { ($0, $1) } }
        halfWidthMeters = 0
        let tight = GeoBox(around: rings.joined()) ?? GeoBox(south: 0, west: 0, north: 0, east: 0)
        box = tight.grown(byMeters: 0)
        let inside = Self.lattice(over: tight).filter { Self.contains($0, in: rings) }
        samples = inside.isEmpty ? edges.map { Self.between($0, $1, share: 0.5) } : inside
    }

    init(line: [GeoPoint], halfWidthMeters: Double) {
        let line = Self.unwrapped(line)
        rings = []
        edges = zip(line, line.dropFirst()).map { ($0, $1) }
        self.halfWidthMeters = halfWidthMeters
        box = (GeoBox(around: line) ?? GeoBox(south: 0, west: 0, north: 0, east: 0)).grown(byMeters: halfWidthMeters)
        samples = Self.spread(along: edges)
    }

    func contains(_ point: GeoPoint) -> Bool {
        guard box.contains(point) else { return false }
        return rings.isEmpty ? nearest(to: point).length <= halfWidthMeters : Self.contains(point, in: rings)
    }

    /// The distance to the nearest part of the place and the bearing toward it; 0 and `nil` inside.
    func approach(from point: GeoPoint) -> (meters: Double, bearing: Double?) {
        if contains(point) { return (0, nil) }
        let vector = nearest(to: point)
        return (max(0, vector.length - halfWidthMeters), vector.bearingDegrees)
    }

    /// Whether any of what `field` covers lies in the place. Its arc is taken as chords of 5 degrees, 0.1 % inside of it.
    func meets(_ field: FieldOfView) -> Bool {
        if contains(field.position) { return true }
        let plane = LocalPlane(at: field.position)
        let reachable = edges.map { PlaneSegment(start: plane.vector(to: $0.0), end: plane.vector(to: $0.1)) }
            .filter { $0.distance(to: .zero) <= field.rangeMeters + halfWidthMeters }
        guard !reachable.isEmpty, !field.isDisc else { return !reachable.isEmpty }
        if edges.contains(where: { field.contains($0.0) || field.contains($0.1) }) { return true }
        return field.outline.contains { side in reachable.contains { $0.distance(to: side) <= halfWidthMeters } }
    }

    /// The share of the place that `field` covers.
    func share(coveredBy field: FieldOfView) -> Double {
        samples.isEmpty ? 0 : Double(samples.count(where: field.contains)) / Double(samples.count)
    }

    /// From `point` to the nearest point of an edge.
    private func nearest(to point: GeoPoint) -> SIMD2<Double> {
        let plane = LocalPlane(at: point)
        var best = SIMD2(Double.infinity, 0)
        for (start, end) in edges {
            let vector = PlaneSegment(start: plane.vector(to: start), end: plane.vector(to: end)).nearest(to: .zero)
            if vector.length < best.length { best = vector }
        }
        return best
    }

    /// Even–odd, by the half-open rule, so that a shared corner counts once.
    private static func contains(_ point: GeoPoint, in rings: [[GeoPoint]]) -> Bool {
        rings.contains { ring in
            let longitude = point.longitude + ((ring[0].longitude - point.longitude) / 360).rounded() * 360
            var isInside = false
            var previous = ring[ring.count - 1]
            for corner in ring {
                if (corner.latitude > point.latitude) != (previous.latitude > point.latitude) {
                    let share = (point.latitude - corner.latitude) / (previous.latitude - corner.latitude)
                    if longitude < corner.longitude + share * (previous.longitude - corner.longitude) { isInside.toggle() }
                }
                previous = corner
            }
            return isInside
        }
    }

    private static func unwrapped(_ points: [GeoPoint]) -> [GeoPoint] {
        guard let first = points.first else { return [] }
        var longitude = first.longitude
        return points.map { point in
            longitude += normalizedDegrees(point.longitude - longitude + 180) - 180
            return GeoPoint(unchecked: point.latitude, longitude)
        }
    }

    private static func between(_ start: GeoPoint, _ end: GeoPoint, share: Double) -> GeoPoint {
        GeoPoint(
            unchecked: start.latitude + (end.latitude - start.latitude) * share,
            start.longitude + (end.longitude - start.longitude) * share)
    }

    private static func lattice(over box: GeoBox) -> [GeoPoint] {
        let (south, north) = (GeoPoint(unchecked: box.south, box.west), GeoPoint(unchecked: box.north, box.east))
        let shares = (0..<sampleCountPerSide).map { (Double($0) + 0.5) / Double(sampleCountPerSide) }
        return shares.flatMap { high in
            shares.map { wide in
                GeoPoint(unchecked: between(south, north, share: high).latitude, between(south, north, share: wide).longitude)
            }
        }
    }

    private static func spread(along edges: [(GeoPoint, GeoPoint)]) -> [GeoPoint] {
        let lengths = edges.map { $0.0.distanceMeters(to: $0.1) }
        let total = lengths.reduce(0, +)
        guard total > 0 else { return edges.first.map { [$0.0] } ?? [] }
        var points: [GeoPoint] = []
        var passed = 0.0
        for (edge, length) in zip(edges, lengths) where length > 0 {
            while points.count < sampleCountAlongLine {
                let place = (Double(points.count) + 0.5) / Double(sampleCountAlongLine) * total
                guard place <= passed + length else { break }
                points.append(between(edge.0, edge.1, share: (place - passed) / length))
            }
            passed += length
        }
        return points
    }
}
