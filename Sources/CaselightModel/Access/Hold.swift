/// Footage kept past retention because an incident, or a stated reason, needs it.
///
/// Every file with a fragment of the camera's in the span stays; files are never cut, so that what stays is what was recorded.
public struct Hold: Hashable, Sendable, Codable {
    /// Drawn at random, 16 hexadecimal digits: the archive keeps a file of this name beside the footage, so that a hold outlives its row.
    public var id: String
    public var camera: CameraCode
    /// In true time.
    public var span: TimeSpan
    public var incident: IncidentNumber?
    public var origin: HoldOrigin
    /// The link's or export's id; `nil` for a hold placed by hand.
    public var originID: String?
    public var reason: String
    public var placedBy: AccountName
    public var placedAt: WallTime
    /// When it lapses by itself: set when its incident is closed, taken back when the incident is opened again.
    public var endsAt: WallTime?
    /// `nil` until somebody asks for its release.
    public var release: HoldRelease?

    public init(
        id: String, camera: CameraCode, span: TimeSpan, incident: IncidentNumber?, origin: HoldOrigin, originID: String? = nil,
        reason: String, placedBy: AccountName, placedAt: WallTime
    ) {
        self.id = id
        self.camera = camera
        self.span = span
        self.incident = incident
        self.origin = origin
        self.originID = originID
        self.reason = reason
        self.placedBy = placedBy
        self.placedAt = placedAt
    }

    /// Whether it keeps footage at this time.
    public func isInForce(at time: WallTime) -> Bool { release?.approvedAt == nil && (endsAt.map { $0 > time } ?? true) }
}

/// What made a hold.
public enum HoldOrigin: String, Hashable, Sendable, Codable, CaseIterable { case link, export, hand }

/// How a hold ends before its time: one person asks with a reason, another approves.
public struct HoldRelease: Hashable, Sendable, Codable {
    public var requestedBy: AccountName
    public var requestedAt: WallTime
    public var reason: String
    /// Never `requestedBy`.
    public var approvedBy: AccountName?
    public var approvedAt: WallTime?

    public init(requestedBy: AccountName, requestedAt: WallTime, reason: String) {
        self.requestedBy = requestedBy
        self.requestedAt = requestedAt
        self.reason = reason
    }
}
