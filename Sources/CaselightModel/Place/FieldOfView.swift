/// What a camera can see: a sector where its bearing is known, else a disc.
public struct FieldOfView: Hashable, Sendable, Codable {
    public let position: GeoPoint
    /// The optical axis, degrees clockwise from north; `nil` where unknown, or where the camera turns.
    public let bearingDegrees: Double?
    /// The horizontal field angle, over 0 to 360.
    public let fieldDegrees: Double
    public let rangeMeters: Double

    /// Assumed where a camera's record says nothing.
    public static let defaultFieldDegrees = 80.0
    public static let defaultRangeMeters = 60.0

    public init(position: GeoPoint, bearingDegrees: Double?, fieldDegrees: Double?, rangeMeters: Double?) {
        self.position = position
        self.bearingDegrees = bearingDegrees
        self.fieldDegrees = fieldDegrees ?? Self.defaultFieldDegrees
        self.rangeMeters = rangeMeters ?? Self.defaultRangeMeters
    }

    /// Whether the axis is unknown or the field goes all round.
    public var isDisc: Bool { bearingDegrees == nil || fieldDegrees >= 360 }

    /// Whether `point` lies in the sector or disc, edges included.
    public func contains(_ point: GeoPoint) -> Bool {
        let distance = position.distanceMeters(to: point)
        guard distance <= rangeMeters else { return false }
        guard let axis = bearingDegrees, !isDisc, distance > 0.5 else { return true }
        let off = abs(normalizedDegrees(position.bearingDegrees(to: point) - axis + 180) - 180)
        return off <= fieldDegrees / 2
    }

    /// The smallest box that holds the sector: its apex, the ends of its arc, and the arc's extremes.
    public var boundingBox: GeoBox {
        var points = [position]
        for compass in [0.0, 90, 180, 270] where isDisc || isInField(compass) {
            points.append(position.moved(meters: rangeMeters, bearing: compass))
        }
        if let axis = bearingDegrees, !isDisc {
            for edge in [axis - fieldDegrees / 2, axis + fieldDegrees / 2] {
                points.append(position.moved(meters: rangeMeters, bearing: edge))
            }
        }
        return GeoBox(around: points) ?? GeoBox(
            south: position.latitude, west: position.longitude, north: position.latitude, east: position.longitude)
    }

    private func isInField(_ bearing: Double) -> Bool {
        guard let axis = bearingDegrees else { return true }
        return abs(normalizedDegrees(bearing - axis + 180) - 180) <= fieldDegrees / 2
    }
}
