import CaselightModel
import CaselightStore

/// A camera that a question is about.
struct CameraInRange: Sendable {
    let code: CameraCode
    let name: String
    let position: GeoPoint?
    let registeredAt: WallTime
    let removedAt: WallTime?
    let sees: Sight
    let distanceMeters: Double?
    let bearingDegrees: Double?

    init(_ viewpoint: Viewpoint, sees: Sight, meters: Double?, bearing: Double?) {
        code = viewpoint.code
        name = viewpoint.name
        position = viewpoint.fieldOfView.position
        registeredAt = viewpoint.registeredAt
        removedAt = viewpoint.removedAt
        self.sees = sees
        distanceMeters = meters
        bearingDegrees = bearing
    }

    /// One without a position, found by what its record says.
    init(unlocated camera: Camera) {
        code = camera.code
        name = camera.name
        position = nil
        registeredAt = camera.createdAt
        removedAt = nil
        sees = .unknown
        distanceMeters = nil
        bearingDegrees = nil
    }
}
