import CaselightModel
import Foundation

/// The ground around a point, taken as flat: metres east (x) and north (y) of it.
///
/// Good to 0.1 % over the tens of kilometres that a question about a place may span.
struct LocalPlane {
    let origin: GeoPoint
    private let metersPerDegreeEast: Double

    init(at origin: GeoPoint) {
        self.origin = origin
        metersPerDegreeEast = GeoPoint.metersPerDegree * cos(origin.latitude * .pi / 180)
    }

    func vector(to point: GeoPoint) -> SIMD2<Double> {
        // The short way round, across the 180th meridian too.
        let east = normalizedDegrees(point.longitude - origin.longitude + 180) - 180
        return SIMD2(east * metersPerDegreeEast, (point.latitude - origin.latitude) * GeoPoint.metersPerDegree)
    }
}

/// A straight line between two places of a plane.
struct PlaneSegment {
    let start, end: SIMD2<Double>

    func nearest(to point: SIMD2<Double>) -> SIMD2<Double> {
        let along = end - start
        let squared = (along * along).sum()
        guard squared > 0 else { return start }
        let share = ((point - start) * along).sum() / squared
        return start + along * min(1, max(0, share))
    }

    func distance(to point: SIMD2<Double>) -> Double { (nearest(to: point) - point).length }

    /// 0 where the two cross.
    func distance(to other: PlaneSegment) -> Double {
        if crosses(other) { return 0 }
        return min(
            min(distance(to: other.start), distance(to: other.end)), min(other.distance(to: start), other.distance(to: end)))
    }

    private func crosses(_ other: PlaneSegment) -> Bool {
        let (one, two) = (side(of: other.start), side(of: other.end))
        let (three, four) = (other.side(of: start), other.side(of: end))
        return one * two < 0 && three * four < 0
    }

    private func side(of point: SIMD2<Double>) -> Double {
        let (along, across) = (end - start, point - start)
        return along.x * across.y - along.y * across.x
    }
}

extension SIMD2<Double> {
    var length: Double { (self * self).sum().squareRoot() }

    /// Degrees clockwise from north.
    var bearingDegrees: Double { normalizedDegrees(atan2(x, y) * 180 / .pi) }

    init(meters: Double, bearing: Double) {
        self.init(meters * sin(bearing * .pi / 180), meters * cos(bearing * .pi / 180))
    }
}
