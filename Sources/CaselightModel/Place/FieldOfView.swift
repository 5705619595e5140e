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

    /// A box that holds the sector: its apex, the ends of its arc and the arc's extremes, and a little more.
    ///
    /// The margin makes up for the half metre around the apex that always counts as seen, and for edges that bow poleward
    /// as great circles do. Around a pole, and across the 180th meridian, the box takes in all longitudes.
    public var boundingBox: GeoBox {
        let reach = rangeMeters.isFinite ? min(max(0, rangeMeters), 20_000_000) : 0
        let margin = 0.6 + reach * reach / GeoPoint.earthRadiusMeters
        guard abs(position.latitude) + (reach + margin) / GeoPoint.metersPerDegree < 89 else {
            return GeoBox(around: [position])?.grown(byMeters: reach + margin) ?? .everywhere
        }
        var corners = [position]
        for compass in [0.0, 90, 180, 270] where isDisc || isInField(compass) {
            corners.append(position.moved(meters: reach, bearing: compass))
        }
        if let axis = bearingDegrees, !isDisc {
            for edge in [axis - fieldDegrees / 2, axis + fieldDegrees / 2] {
                corners.append(position.moved(meters: reach, bearing: edge))
            }
        }
        guard let box = GeoBox(around: corners), box.east - box.west < 180 else { return .everywhere }
        // An edge bows by reach²/8R · tan(latitude) at most, and so does the place of the arc's easternmost point.
        let bow = abs(position.latitude) < 45 ? 1 : 1 / cosine(degrees: abs(position.latitude))
        return box.grown(byMeters: margin * bow)
    }

    private func isInField(_ bearing: Double) -> Bool {
        guard let axis = bearingDegrees else { return true }
        return abs(normalizedDegrees(bearing - axis + 180) - 180) <= fieldDegrees / 2
    }
}
