#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A place on the Earth in WGS-84 degrees.
public struct GeoPoint: Hashable, Sendable, Codable {
    /// −90 to 90, north positive.
    public let latitude: Double
    /// −180 to 180, east positive.
    public let longitude: Double

    /// - Throws: `CaselightError` with code `invalidCoordinates` outside the ranges or where a value is not finite.
    public init(latitude: Double, longitude: Double) throws(CaselightError) {
        guard latitude.isFinite, longitude.isFinite, abs(latitude) <= 90, abs(longitude) <= 180 else {
            let swapped = abs(latitude) <= 180 && abs(longitude) <= 90
            throw CaselightError(
                .invalidCoordinates, "use latitude \(latitude), longitude \(longitude)",
                because: "latitude must be -90 to 90 and longitude -180 to 180",
                remedy: swapped ? "Latitude comes first: are the two swapped?" : "Give decimal degrees.")
        }
        self.init(unchecked: latitude, longitude)
    }

    /// For values known to be in range: computed ones, and rows that were checked when written.
    public init(unchecked latitude: Double, _ longitude: Double) {
        self.latitude = latitude
        self.longitude = longitude
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            latitude: try container.decode(Double.self, forKey: .latitude),
            longitude: try container.decode(Double.self, forKey: .longitude))
    }

    /// The Earth's mean radius (IUGG R1).
    static let earthRadiusMeters = 6_371_008.8
    /// Metres in a degree of latitude on that sphere.
    public static let metersPerDegree = earthRadiusMeters * .pi / 180

    /// Great-circle distance by the haversine formula; within 0.6 % of the ellipsoid's.
    public func distanceMeters(to other: GeoPoint) -> Double {
        let (lat1, lat2) = (latitude.radians, other.latitude.radians)
        let sinLat = sin((lat2 - lat1) / 2)
        let sinLon = sin((other.longitude - longitude).radians / 2)
        let a = sinLat * sinLat + cos(lat1) * cos(lat2) * sinLon * sinLon
        return 2 * Self.earthRadiusMeters * asin(min(1, a.squareRoot()))
    }

    /// Initial great-circle bearing toward `other`, degrees clockwise from north, 0 ..< 360.
    public func bearingDegrees(to other: GeoPoint) -> Double {
        let (lat1, lat2) = (latitude.radians, other.latitude.radians)
        let deltaLon = (other.longitude - longitude).radians
        let y = sin(deltaLon) * cos(lat2)
        let x = cos(lat1) * sin(lat2) - sin(lat1) * cos(lat2) * cos(deltaLon)
        return normalizedDegrees(atan2(y, x) * 180 / .pi)
    }

    /// The point `meters` away along `bearing` (degrees clockwise from north).
    public func moved(meters: Double, bearing: Double) -> GeoPoint {
        let (angle, lat1, direction) = (meters / Self.earthRadiusMeters, latitude.radians, bearing.radians)
        let sinLat2 = sin(lat1) * cos(angle) + cos(lat1) * sin(angle) * cos(direction)
        let lat2 = asin(min(1, max(-1, sinLat2)))  // rounding can pass 1 at a pole
        let lon2 = longitude.radians + atan2(sin(direction) * sin(angle) * cos(lat1), cos(angle) - sin(lat1) * sin(lat2))
        let wrapped = (lon2 * 180 / .pi + 540).truncatingRemainder(dividingBy: 360) - 180
        return GeoPoint(unchecked: lat2 * 180 / .pi, wrapped)
    }
}

extension GeoPoint: CustomStringConvertible {
    public var description: String { "\(latitude),\(longitude)" }
}

extension Double {
    var radians: Double { self * .pi / 180 }
}

/// An angle brought into 0 ..< 360.
public func normalizedDegrees(_ degrees: Double) -> Double {
    let rest = degrees.truncatingRemainder(dividingBy: 360)
    return rest < 0 ? rest + 360 : rest
}

func cosine(degrees: Double) -> Double { cos(degrees.radians) }
