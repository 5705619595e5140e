public import CaselightModel
public import CaselightStore

/// How a subject may travel, and how fast, in a city's traffic.
public enum TravelMode: String, Hashable, Sendable, Codable, CaseIterable {
    case walk, bicycle, eTricycle, car

    /// Slowest and fastest, metres a second: a stroll to a run, a bicycle, an electric tricycle that is throttled or not, a car in a jam
    /// and on an empty road.
    public var speedRangeMetersPerSecond: ClosedRange<Double> {
        switch self {
        case .walk: 0.8...3.0
        case .bicycle: 2.2...6.5
        case .eTricycle: 2.8...9.5
        case .car: 2.0...19.5
        }
    }
}

/// When a subject may come by a camera.
public struct ArrivalWindow: Hashable, Sendable, Codable {
    public var mode: TravelMode
    /// The fastest way straight to the nearest edge of what the camera sees.
    public var startsAt: WallTime
    /// The slowest way, by streets, to its farthest edge.
    public var endsAt: WallTime
}

/// A camera that may have seen where a lead went on.
public struct NextCamera: Hashable, Sendable, Codable {
    public var camera: CameraCode
    public var name: String
    public var fieldOfView: FieldOfView
    /// Straight from where the subject was seen.
    public var distanceMeters: Double
    public var bearingDegrees: Double
    /// Between the lead's bearing and the camera's, 0 to 180; `nil` where the lead has none.
    public var offDegrees: Double?
    /// Whether its name holds the street or place the lead names.
    public var isOnTheWay: Bool
    public var windows: [ArrivalWindow]
    /// Of the time from the first arrival to the last.
    public var footage: FootageState
}

/// The cameras a lead proposes, likeliest first.
public struct NextCameras: Hashable, Sendable, Codable {
    public var lead: Lead
    /// How much longer streets are taken to be than the straight line.
    public var detourFactor: Double
    public var cameras: [NextCamera]
}

/// How far a lead is followed.
public struct NextCameraOptions: Hashable, Sendable {
    public var radiusMeters: Double
    public var filter: CameraFilter
    public var limit: Int

    /// Three minutes of an electric tricycle: beyond, the next lead is asked for again.
    public static let defaultRadiusMeters = 800.0

    /// Looks 800 m around unless told otherwise.
    public init(radiusMeters: Double = Self.defaultRadiusMeters, filter: CameraFilter = CameraFilter(), limit: Int = 20) {
        self.radiusMeters = radiusMeters
        self.filter = filter
        self.limit = limit
    }
}

extension FootageSearch {
    /// How much longer the way by streets is taken to be than the straight one: a grid's worst is 1.41, the two sides of a square.
    public static let detourFactor = 1.4

    /// Which cameras may have seen where a lead went on, and when.
    ///
    /// Ranked by distance, made longer by how far a camera lies off the lead's bearing: twice as far at 60 degrees, ten times at 180; half
    /// as far where the camera's name holds the street that the lead names. There are no street lines here: the straight way and a detour
    /// factor stand in for them.
    /// - Throws: as ``clips(_:)``.
    public func nextCameras(after lead: Lead, _ options: NextCameraOptions = NextCameraOptions()) async throws -> NextCameras {
        let shape = try GeoShape.circle(center: lead.position, radiusMeters: options.radiusMeters).checked()
        let geometry = PlaceGeometry(shape)
        var best: [CameraCode: NextCamera] = [:]
        for viewpoint in try await records.viewpoints(meeting: geometry.box, filter: options.filter) where viewpoint.code != lead.camera {
            guard viewpoint.removedAt ?? .distantFuture > lead.seenAt,
                let camera = Self.next(viewpoint, lead, within: options.radiusMeters)
            else { continue }
            best[camera.camera] = camera
        }
        var cameras = best.values.map { ($0, Self.rank($0)) }
            .sorted { ($0.1, $0.0.camera.text) < ($1.1, $1.0.camera.text) }.prefix(options.limit).map(\.0)
        for index in cameras.indices {
            let span = TimeSpan(
                start: cameras[index].windows.map(\.startsAt).min() ?? lead.seenAt,
                end: cameras[index].windows.map(\.endsAt).max() ?? lead.seenAt + .seconds(1))
            let footage = try await footage(of: [cameras[index].camera], in: span, judged: judgedSpan(span), margin: .zero)
            cameras[index].footage = footage[cameras[index].camera]?.state ?? .absent
        }
        return NextCameras(lead: lead, detourFactor: Self.detourFactor, cameras: cameras)
    }

    private static func next(_ viewpoint: Viewpoint, _ lead: Lead, within radiusMeters: Double) -> NextCamera? {
        let view = viewpoint.fieldOfView
        let distance = lead.position.distanceMeters(to: view.position)
        guard distance <= radiusMeters else { return nil }
        let bearing = lead.position.bearingDegrees(to: view.position)
        // Who stands where the camera looks already has not gone anywhere yet; a second is the least.
        let (nearest, farthest) = (max(0, distance - view.rangeMeters), (distance + view.rangeMeters) * detourFactor)
        let windows = TravelMode.allCases.map { mode in
            let speed = mode.speedRangeMetersPerSecond
            return ArrivalWindow(
                mode: mode, startsAt: lead.seenAt + Microseconds(Int64(nearest / speed.upperBound * 1e6)),
                endsAt: lead.seenAt + Microseconds(Int64(max(1, farthest / speed.lowerBound) * 1e6)))
        }
        return NextCamera(
            camera: viewpoint.code, name: viewpoint.name, fieldOfView: view, distanceMeters: distance, bearingDegrees: bearing,
            offDegrees: lead.bearingDegrees.map { abs(normalizedDegrees(bearing - $0 + 180) - 180) },
            isOnTheWay: !lead.toward.isEmpty && viewpoint.name.contains(lead.toward), windows: windows, footage: .absent)
    }

    private static func rank(_ camera: NextCamera) -> Double {
        let off = (camera.offDegrees ?? 0) / 60
        return (camera.distanceMeters + 20) * (1 + off * off) * (camera.isOnTheWay ? 0.5 : 1)
    }
}
