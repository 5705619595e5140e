#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The coordinate system a position was given in.
///
/// Chinese base maps are shifted: GCJ-02 (Amap, Tencent) by up to 700 m against WGS-84, BD-09 (Baidu) a further step.
public enum Datum: String, Sendable, Codable, CaseIterable {
    case wgs84, gcj02, bd09

    /// - Throws: `CaselightError` with code `unknownDatum`.
    public init(name: String) throws(CaselightError) {
        guard let datum = Datum(rawValue: name.lowercased()) else {
            throw CaselightError(
                .unknownDatum, "use the datum '\(name.clipped(40))'", because: "it is not one of wgs84, gcj02, bd09",
                remedy: "Ask the map's maker; GPS receivers and GB/T 28181 say wgs84.")
        }
        self = datum
    }

    /// Brings a position given in this datum to WGS-84. The inverse conversions iterate until within 1e-8 degrees.
    public func toWGS84(_ point: GeoPoint) -> GeoPoint {
        switch self {
        case .wgs84: point
        case .gcj02: inverse(of: ChineseDatums.gcj02(fromWGS84:), at: point)
        case .bd09: inverse(of: ChineseDatums.bd09(fromWGS84:), at: point)
        }
    }

    /// Takes a WGS-84 position into this datum, as a map in it shows it.
    public func fromWGS84(_ point: GeoPoint) -> GeoPoint {
        switch self {
        case .wgs84: point
        case .gcj02: ChineseDatums.covers(point) ? ChineseDatums.gcj02(fromWGS84: point) : point
        case .bd09: ChineseDatums.covers(point) ? ChineseDatums.bd09(fromWGS84: point) : point
        }
    }

    /// Fixed-point iteration: the shift changes by under a hundredth per degree, so each round gains two digits or more.
    ///
    /// The formulas go on past the box around China, so that a position whose image lies just outside of it comes back too;
    /// what comes from outside of the box was never shifted.
    private func inverse(of convert: (GeoPoint) -> GeoPoint, at target: GeoPoint) -> GeoPoint {
        var guess = target
        for _ in 0..<20 {
            let reached = convert(guess)
            let (latitudeError, longitudeError) = (target.latitude - reached.latitude, target.longitude - reached.longitude)
            guess = GeoPoint(unchecked: guess.latitude + latitudeError, guess.longitude + longitudeError)
            if max(abs(latitudeError), abs(longitudeError)) < 1e-9 { break }
        }
        return ChineseDatums.covers(guess) ? guess : target
    }
}

/// The public formulas of the two shifted datums: Krasovsky ellipsoid, and the shift's known series.
/// Outside the box around China they do not apply.
private enum ChineseDatums {
    static func covers(_ point: GeoPoint) -> Bool {
        (72.004...137.8347).contains(point.longitude) && (0.8293...55.8271).contains(point.latitude)
    }

    static func gcj02(fromWGS84 point: GeoPoint) -> GeoPoint {
        let (x, y) = (point.longitude - 105, point.latitude - 35)
        let phi = point.latitude.radians
        let magic = 1 - eccentricitySquared * sin(phi) * sin(phi)
        let root = magic.squareRoot()
        let north = latitudeShift(x, y) * 180 / (semiMajorAxis * (1 - eccentricitySquared) / (magic * root) * .pi)
        let east = longitudeShift(x, y) * 180 / (semiMajorAxis / root * cos(phi) * .pi)
        return GeoPoint(unchecked: point.latitude + north, point.longitude + east)
    }

    static func bd09(fromWGS84 point: GeoPoint) -> GeoPoint { bd09(fromGCJ02: gcj02(fromWGS84: point)) }

    private static func bd09(fromGCJ02 point: GeoPoint) -> GeoPoint {
        let turn = Double.pi * 3000 / 180
        let radius = (point.longitude * point.longitude + point.latitude * point.latitude).squareRoot()
            + 0.00002 * sin(point.latitude * turn)
        let angle = atan2(point.latitude, point.longitude) + 0.000003 * cos(point.longitude * turn)
        return GeoPoint(unchecked: radius * sin(angle) + 0.006, radius * cos(angle) + 0.0065)
    }

    private static let semiMajorAxis = 6_378_245.0
    private static let eccentricitySquared = 0.00669342162296594323

    private static func latitudeShift(_ x: Double, _ y: Double) -> Double {
        let plane = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * abs(x).squareRoot()
        return plane + shortWaves(x)
            + (20 * sin(y * .pi) + 40 * sin(y / 3 * .pi)) * 2 / 3
            + (160 * sin(y / 12 * .pi) + 320 * sin(y * .pi / 30)) * 2 / 3
    }

    private static func longitudeShift(_ x: Double, _ y: Double) -> Double {
        let plane = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * abs(x).squareRoot()
        return plane + shortWaves(x)
            + (20 * sin(x * .pi) + 40 * sin(x / 3 * .pi)) * 2 / 3
            + (150 * sin(x / 12 * .pi) + 300 * sin(x / 30 * .pi)) * 2 / 3
    }

    private static func shortWaves(_ x: Double) -> Double {
        (20 * sin(6 * x * .pi) + 20 * sin(2 * x * .pi)) * 2 / 3
    }
}
