import CaselightModel
import Foundation

extension FieldOfView {
    /// From `point` to the nearest part of the sector or disc; 0 inside.
    func distanceMeters(to point: GeoPoint) -> Double {
        let distance = position.distanceMeters(to: point)
        guard let axis = bearingDegrees, !isDisc else { return max(0, distance - rangeMeters) }
        let off = abs(normalizedDegrees(position.bearingDegrees(to: point) - axis + 180) - 180)
        let beyond = off - fieldDegrees / 2
        if beyond <= 0 { return max(0, distance - rangeMeters) }
        if beyond >= 90 { return distance }
        // Beside the sector: to the straight side that lies nearest.
        let (along, across) = (distance * cos(beyond * .pi / 180), distance * sin(beyond * .pi / 180))
        return SIMD2(across, max(0, along - rangeMeters)).length
    }

    /// The sides of the sector, in metres from its apex.
    var outline: [PlaneSegment] {
        guard let axis = bearingDegrees else { return [] }
        let stepCount = max(1, Int((min(360, max(0, fieldDegrees)) / 5).rounded(.up)))
        let arc = (0...stepCount).map { step in
            SIMD2(meters: rangeMeters, bearing: axis + fieldDegrees * (Double(step) / Double(stepCount) - 0.5))
        }
        let corners = [.zero] + arc
        return zip(corners, corners.dropFirst() + corners.prefix(1)).map { PlaneSegment(start: $0, end: $1) }
    }
}
