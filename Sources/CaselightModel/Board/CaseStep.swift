/// Something that was done for an incident: an entry of its timeline, and what the board is told as it happens.
///
/// Stored in the same transaction as what it tells of.
public struct CaseStep: Hashable, Sendable, Codable, Identifiable {
    /// Rises with every step of the installation: whoever saw one asks for those after it.
    public var id: Int64
    public var incident: IncidentNumber
    public var kind: CaseStepKind
    public var at: WallTime
    /// `nil` for what the daemon did by itself.
    public var by: AccountName?
    public var camera: CameraCode?
    /// Of the camera's footage, in true time.
    public var span: TimeSpan?
    /// The id of the link, lead, screenshot, hold or export.
    public var object: String?
    /// What was written: a note, a lead's direction, an outcome, a link's role.
    public var text: String

    public init(
        id: Int64 = 0, incident: IncidentNumber, kind: CaseStepKind, at: WallTime, by: AccountName?, camera: CameraCode? = nil,
        span: TimeSpan? = nil, object: String? = nil, text: String = ""
    ) {
        self.id = id
        self.incident = incident
        self.kind = kind
        self.at = at
        self.by = by
        self.camera = camera
        self.span = span
        self.object = object
        self.text = text
    }

    /// The longest note.
    public static let noteLimitCharacters = 20_000
}

/// The kinds of steps.
public enum CaseStepKind: String, Hashable, Sendable, Codable, CaseIterable {
    case posted, changed, claimed, takenOver, linked, unlinked, leadFound, noted, reviewed, screenshotAdded, screenshotRead, held,
        exportAsked, exportReady, exportFailed, closed, reopened, delivered, undeliverable

    /// Whether something was done for the incident. That somebody was told of it is not: the clock since the last step runs on.
    public var isWork: Bool { self != .delivered && self != .undeliverable }

    /// Whether it tells where there is footage: for those who may search it.
    public var isAboutFootage: Bool {
        switch self {
        case .linked, .unlinked, .reviewed, .held, .exportAsked, .exportReady, .exportFailed: true
        case .posted, .changed, .claimed, .takenOver, .leadFound, .noted, .screenshotAdded, .screenshotRead, .closed, .reopened, .delivered,
            .undeliverable: false
        }
    }
}
