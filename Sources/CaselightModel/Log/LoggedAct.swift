/// What the consultation log is told of one act: who did what, from where, to what, for what, and what came of it.
///
/// Holds no credentials and no address of a feed.
public struct LoggedAct: Hashable, Sendable, Codable {
    public var actor: LogActor
    public var action: LogAction
    public var outcome: LogOutcome
    public var camera: CameraCode?
    /// The footage's time, in true time.
    public var span: TimeSpan?
    /// The incident it was done for, or to.
    public var incident: IncidentNumber?
    /// The purpose or reason stated.
    public var purpose: String?
    /// What else it was done to: a hold's, link's, export's or token's id, an account's or group's name.
    public var object: String?
    /// What else there is to say, one line.
    public var detail: String?

    public init(
        _ action: LogAction, by actor: LogActor, outcome: LogOutcome = .allowed, camera: CameraCode? = nil, span: TimeSpan? = nil,
        incident: IncidentNumber? = nil, purpose: String? = nil, object: String? = nil, detail: String? = nil
    ) {
        self.actor = actor
        self.action = action
        self.outcome = outcome
        self.camera = camera
        self.span = span
        self.incident = incident
        self.purpose = purpose
        self.object = object
        self.detail = detail
    }
}

/// Who did something.
public struct LogActor: Hashable, Sendable, Codable {
    /// An account's name, or one of `machine` (the system's administrator on the machine itself), `caselightd` and `nobody`.
    public var who: String
    /// The account's unit; may be empty.
    public var unit: String
    /// The account's roles at that time.
    public var roles: [Role]
    /// The address the request came from; `nil` for what the daemon does by itself.
    public var address: String?
    /// The token's id, where one spoke for the account.
    public var token: String?

    public init(who: String, unit: String = "", roles: [Role] = [], address: String? = nil, token: String? = nil) {
        self.who = who
        self.unit = unit
        self.roles = roles
        self.address = address
        self.token = token
    }

    /// What the daemon does by itself.
    public static let daemon = LogActor(who: "caselightd")
    /// The administrator of the machine itself, by a command there.
    public static let machine = LogActor(who: "machine", roles: [.admin], address: "machine")
}

/// What came of it.
public enum LogOutcome: String, Hashable, Sendable, Codable, CaseIterable {
    /// Written before the act: it was about to be done. What fails afterwards is a second entry, `failed`.
    case allowed
    /// Not done, for want of a right, a purpose or a password.
    case refused
    /// Allowed, and then not done: the entry before says to whom it was allowed.
    case failed
    /// Written after the fact: so much was watched, so much expired.
    case done
}

/// The kinds of acts.
public enum LogAction: String, Hashable, Sendable, Codable, CaseIterable {
    // What shows footage, or where it is.
    case search, still, playback, watched, download
    /// The registry, the board or the accounts read: only refusals of it are logged.
    case lookUp
    // What is done for a case.
    case incidentPosted, incidentChanged, incidentClosed, incidentReopened, claim, lead, note, review, screenshot, link, unlink, hold, holdReleaseAsked,
        holdReleased, holdLapsed, export, exportFinished
    // What is done to the installation.
    case cameraAdded, cameraChanged, cameraRemoved, feedProbed, clockStated, footageReceived, listImported, expired
    // Who may do what.
    case accountAdded, accountChanged, accountRemoved, groupChanged, groupRemoved, tokenMade, tokenRevoked
    case signIn, signOut, lockedOut
    // Who is told of new incidents.
    case recipientChanged, recipientRemoved, recipientTested, deliveryResent
    // The log and its keeping.
    case logRead, keyRotated, backup, restore

    /// The operation it is by Directive (EU) 2016/680, article 25, which asks for logs of these six.
    public var operation: LogOperation {
        switch self {
        case .search, .review, .lookUp, .still, .playback, .watched, .logRead, .feedProbed, .signIn, .signOut, .lockedOut: .consultation
        case .download, .export, .exportFinished, .backup, .recipientTested, .deliveryResent: .disclosure
        case .link: .combination
        case .incidentPosted, .screenshot, .note, .lead, .footageReceived, .cameraAdded, .listImported: .collection
        case .expired, .unlink, .holdReleased, .holdLapsed, .cameraRemoved, .accountRemoved, .groupRemoved, .recipientRemoved: .erasure
        case .incidentChanged, .incidentClosed, .incidentReopened, .claim, .hold, .holdReleaseAsked, .cameraChanged, .clockStated, .accountAdded, .accountChanged, .groupChanged,
            .recipientChanged, .tokenMade, .tokenRevoked, .keyRotated, .restore:
            .alteration
        }
    }
}

/// The six operations that Directive (EU) 2016/680, article 25, wants logged.
public enum LogOperation: String, Hashable, Sendable, Codable, CaseIterable {
    case collection, alteration, consultation, disclosure, combination, erasure
}
