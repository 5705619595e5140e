/// A police incident record.
public struct Incident: Hashable, Sendable, Codable {
    public var number: IncidentNumber
    public var category: String
    /// When it happened, as far as known.
    public var span: TimeSpan
    public var position: GeoPoint?
    public var givenPosition: GivenPosition?
    public var address: String
    public var grid: String?
    /// What happened.
    public var text: String
    public var state: IncidentState
    /// `nil` for one from before there were accounts, or from an imported register.
    public var postedBy: AccountName?
    public var postedAt: WallTime
    public var updatedAt: WallTime

    public init(number: IncidentNumber, category: String, span: TimeSpan, postedAt: WallTime) {
        self.number = number
        self.category = category
        self.span = span
        address = ""
        text = ""
        state = .posted
        self.postedAt = postedAt
        updatedAt = postedAt
    }
}

/// Where an incident stands on the board.
public enum IncidentState: String, Sendable, Codable, CaseIterable {
    case posted, claimed, lead, closed
}

/// A clip tied to an incident.
public struct ClipLink: Hashable, Sendable, Codable {
    public var id: Int64
    public var incident: IncidentNumber
    public var camera: CameraCode
    public var span: TimeSpan
    public var role: LinkRole
    public var note: String
    /// `nil` for one from before there were accounts.
    public var linkedBy: AccountName?
    public var linkedAt: WallTime

    public init(
        id: Int64, incident: IncidentNumber, camera: CameraCode, span: TimeSpan, role: LinkRole, note: String,
        linkedBy: AccountName? = nil, linkedAt: WallTime
    ) {
        self.id = id
        self.incident = incident
        self.camera = camera
        self.span = span
        self.role = role
        self.note = note
        self.linkedBy = linkedBy
        self.linkedAt = linkedAt
    }
}

/// What a linked clip shows.
public enum LinkRole: String, Sendable, Codable, CaseIterable {
    case event, approach, departure, context
    /// Looked at, and nothing there: an answer too.
    case nothingSeen
}
