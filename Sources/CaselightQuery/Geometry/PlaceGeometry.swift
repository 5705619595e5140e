import CaselightModel
import CaselightStore

/// A question's place, ready to be held against cameras.
enum PlaceGeometry: Sendable {
    case circle(center: GeoPoint, radiusMeters: Double)
    case region(Region)

    /// How far positions of cameras are off: what passes the place by less than this may well see it.
    static let positionAccuracyMeters = 25.0
    /// The share of a polygon or corridor from which on a camera is said to see it.
    static let mostShare = 0.5

    init(_ shape: GeoShape) {
        switch shape {
        case .circle(let center, let radius): self = .circle(center: center, radiusMeters: radius)
        case .polygon(let corners): self = .region(Region(rings: [corners]))
        case .corridor(let line, let halfWidth): self = .region(Region(line: line, halfWidthMeters: halfWidth))
        }
    }

    /// `nil` for an area without a ring of three corners.
    init?(_ area: Area) {
        guard area.rings.contains(where: { $0.count >= 3 }) else { return nil }
        self = .region(Region(rings: area.rings))
    }

    var box: GeoBox {
        switch self {
        case .circle(let center, let radius):
            GeoBox(south: center.latitude, west: center.longitude, north: center.latitude, east: center.longitude)
                // A hair more, for what rounding takes.
                .grown(byMeters: radius * 1.001 + 0.01)
        case .region(let region): region.box
        }
    }

    /// Whether a camera stands in the place or can see into it, and how well; `nil` where neither.
    func cameraInRange(_ viewpoint: Viewpoint) -> CameraInRange? {
        let field = viewpoint.fieldOfView
        switch self {
        case .circle(let center, let radius):
            let distance = field.position.distanceMeters(to: center)
            guard distance <= radius || field.contains(center) else { return nil }
            let bearing = distance > 0 ? field.position.bearingDegrees(to: center) : nil
            return CameraInRange(viewpoint, sees: Self.sight(of: viewpoint, center), meters: distance, bearing: bearing)
        case .region(let region):
            guard region.meets(field) else { return nil }
            let (meters, bearing) = region.approach(from: field.position)
            return CameraInRange(viewpoint, sees: Self.sight(of: viewpoint, region), meters: meters, bearing: bearing)
        }
    }

    private static func sight(of viewpoint: Viewpoint, _ center: GeoPoint) -> Sight {
        let missed = viewpoint.fieldOfView.distanceMeters(to: center)
        guard missed <= positionAccuracyMeters else { return .no }
        switch viewpoint.attention {
        case .turning: return .partly
        case .somewhere: return .unknown
        case .steady: return viewpoint.fieldOfView.contains(center) ? .yes : .partly
        }
    }

    /// Of cameras that meet the region already.
    private static func sight(of viewpoint: Viewpoint, _ region: Region) -> Sight {
        switch viewpoint.attention {
        case .turning: .partly
        case .somewhere: .unknown
        case .steady: region.share(coveredBy: viewpoint.fieldOfView) >= mostShare ? .yes : .partly
        }
    }
}

extension Viewpoint {
    enum Attention {
        /// Always sees all of its field.
        case steady
        /// Sees all of its field at some time or other.
        case turning
        /// Sees a part of its field, and it is not known which.
        case somewhere
    }

    var attention: Attention {
        switch kind {
        case .panTilt: .turning
        case .dome, .panorama: .steady
        case .fixed: fieldOfView.bearingDegrees != nil || fieldOfView.fieldDegrees >= 360 ? .steady : .somewhere
        }
    }
}
