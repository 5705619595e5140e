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
    /// The police unit it belongs to; empty where none is named.
    public var unit: String
    /// Who works on it.
    public var claimedBy: AccountName?
    /// When it was claimed first.
    public var claimedAt: WallTime?
    /// When its first lead was found.
    public var leadAt: WallTime?
    /// When it was closed, while it is.
    public var closedAt: WallTime?
    /// How it ended, while it is closed.
    public var outcome: Outcome?
    /// When something was done for it last.
    public var steppedAt: WallTime
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
        unit = ""
        self.postedAt = postedAt
        updatedAt = postedAt
        steppedAt = postedAt
    }
}

/// Where an incident stands on the board: what was done last for it says so.
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
