import CaselightModel
import CaselightStore

/// A camera that a question is about.
struct CameraInRange: Sendable {
    let code: CameraCode
    let name: String
    let position: GeoPoint?
    /// When it was in service, in order: more than once where its code was registered anew.
    private(set) var service: [ServicePeriod]
    let sees: Sight
    let distanceMeters: Double?
    let bearingDegrees: Double?

    init(_ viewpoint: Viewpoint, sees: Sight, meters: Double?, bearing: Double?) {
        code = viewpoint.code
        name = viewpoint.name
        position = viewpoint.fieldOfView.position
        service = [ServicePeriod(registeredAt: viewpoint.registeredAt, removedAt: viewpoint.removedAt)]
        self.sees = sees
        distanceMeters = meters
        bearingDegrees = bearing
    }

    /// One without a position, found by what its record says.
    init(unlocated camera: Camera) {
        code = camera.code
        name = camera.name
        position = nil
        service = [ServicePeriod(registeredAt: camera.createdAt, removedAt: nil)]
        sees = .unknown
        distanceMeters = nil
        bearingDegrees = nil
    }

    /// One entry a code. Of several registrations the one that served longest within `span` says where the camera stood.
    static func merged(_ cameras: [CameraInRange], in span: TimeSpan) -> [CameraInRange] {
        var merged: [CameraInRange] = []
        var places: [CameraCode: Int] = [:]
        merged.reserveCapacity(cameras.count)
        for camera in cameras {
            guard let place = places[camera.code] else {
                places[camera.code] = merged.count
                merged.append(camera)
                continue
            }
            let known = merged[place]
            merged[place] = known.standing(in: span) < camera.standing(in: span) ? camera : known
            merged[place].service = (known.service + camera.service).sorted { $0.registeredAt < $1.registeredAt }
        }
        return merged
    }

    /// Whether it was taken out of service before `span` began.
    func isGone(before span: TimeSpan) -> Bool {
        service.allSatisfy { ($0.removedAt ?? .distantFuture) <= span.start }
    }

    private func standing(in span: TimeSpan) -> (Int64, WallTime) {
        let served = service.compactMap { $0.overlap(with: span) }.reduce(Int64(0)) { $0 + $1.duration.value }
        return (served, service.last?.registeredAt ?? .distantPast)
    }
}

/// From a registration to the removal, if there was one.
struct ServicePeriod: Hashable, Sendable {
    let registeredAt: WallTime
    let removedAt: WallTime?

    func overlap(with span: TimeSpan) -> TimeSpan? {
        let (start, end) = (max(registeredAt, span.start), min(removedAt ?? .distantFuture, span.end))
        return start < end ? TimeSpan(start: start, end: end) : nil
    }
}
