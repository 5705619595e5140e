/// A registered viewpoint.
public struct Camera: Hashable, Sendable, Codable {
    public var code: CameraCode
    public var name: String
    /// Where it stands, in WGS-84; `nil` for an unlocated camera (0,0 counts as unlocated).
    public var position: GeoPoint?
    /// The position as it was given, kept beside the derived one.
    public var givenPosition: GivenPosition?
    /// The optical axis, degrees clockwise from north, 0 ..< 360; `nil` where unknown.
    public var bearingDegrees: Double?
    /// The horizontal field angle, over 0 to 360.
    public var fieldDegrees: Double?
    /// How far it sees usefully, metres.
    public var rangeMeters: Double?
    public var kind: CameraKind
    public var cameraClass: CameraClass
    public var address: String
    public var owner: String
    /// The code of the grid (网格) it stands in.
    public var grid: String?
    public var tags: [String]
    public var policy: RecordingPolicy
    /// How long footage is kept; `nil` takes the installation's setting.
    public var retentionDays: Int?
    /// Where its stream comes from; `nil` where only recordings are handed over.
    public var feed: Feed?
    /// `false` keeps the feed registered but not connected.
    public var isEnabled: Bool
    public var createdAt: WallTime
    public var updatedAt: WallTime

    public init(code: CameraCode, name: String, createdAt: WallTime) {
        self.code = code
        self.name = name
        kind = .fixed
        cameraClass = .other
        address = ""
        owner = ""
        tags = []
        policy = .full
        isEnabled = true
        self.createdAt = createdAt
        updatedAt = createdAt
    }

    /// What it can see; `nil` for an unlocated camera. A dome or a turning camera sees a disc.
    public var fieldOfView: FieldOfView? {
        guard let position else { return nil }
        return FieldOfView(
            position: position, bearingDegrees: kind == .fixed ? bearingDegrees : nil, fieldDegrees: fieldDegrees,
            rangeMeters: rangeMeters)
    }

    private enum CodingKeys: String, CodingKey {
        case code, name, position, givenPosition, bearingDegrees, fieldDegrees, rangeMeters, kind, address, owner, grid, tags
        case policy, retentionDays, feed, isEnabled, createdAt, updatedAt
        case cameraClass = "class"
    }
}

/// A position as somebody gave it.
public struct GivenPosition: Hashable, Sendable, Codable {
    public var datum: Datum
    public var latitude: Double
    public var longitude: Double

    public init(datum: Datum, latitude: Double, longitude: Double) {
        self.datum = datum
        self.latitude = latitude
        self.longitude = longitude
    }
}

/// How a camera is mounted and moves.
public enum CameraKind: String, Sendable, Codable, CaseIterable {
    /// Looks one way.
    case fixed
    /// A half dome or hemisphere: sees all round.
    case dome
    /// Turns: may look anywhere.
    case panTilt
    /// Several lenses.
    case panorama
}

/// GB/T 28181-2022 PointType: 1 police-built, 2 other public bodies, 3 private, 9 other.
public enum CameraClass: Int, Sendable, Codable, CaseIterable {
    case first = 1
    case second = 2
    case third = 3
    case other = 9
}

/// What is kept of a feed.
public enum RecordingPolicy: String, Sendable, Codable, CaseIterable {
    /// Everything, bit for bit.
    case full
    /// Keyframes only: a playable slide show at about a tenth of the space.
    case keyframes
    /// Nothing but stream metadata, activity and availability.
    case metadata
}
