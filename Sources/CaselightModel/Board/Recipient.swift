/// Who is told of a new incident: a webhook, and which incidents are for it.
public struct Recipient: Hashable, Sendable, Codable {
    /// 1 to 64 of `A-Z a-z 0-9 . _ -`.
    public var name: String
    public var role: RecipientRole
    /// An incident must be of one of them, exactly as it was posted; empty asks for none in particular. So with the grids; both must hold.
    public var categories: [String]
    public var grids: [String]
    /// Scheme, host and port of its address: the rest may hold a key and is sealed with the secret.
    public var place: String
    /// One that is not is told of nothing; what waits for it goes on waiting.
    public var isEnabled: Bool

    public init(
        name: String, role: RecipientRole, categories: [String] = [], grids: [String] = [], place: String, isEnabled: Bool = true
    ) {
        self.name = name
        self.role = role
        self.categories = categories
        self.grids = grids
        self.place = place
        self.isEnabled = isEnabled
    }

    /// Whether the incident is for it.
    public func wants(_ incident: Incident) -> Bool {
        isEnabled && (categories.isEmpty || categories.contains(incident.category))
            && (grids.isEmpty || incident.grid.map { grids.contains($0) } == true)
    }

    public static let countLimit = 64
    public static let conditionCountLimit = 1000
}

/// What a recipient is to an incident.
public enum RecipientRole: String, Hashable, Sendable, Codable, CaseIterable {
    /// The officer who goes there.
    case responder
    /// The officer of the area.
    case area
    /// The city's governance platform.
    case platform
}

/// Where a recipient listens, and the secret it shares with us. Never shown once it is stored.
public struct Webhook: Hashable, Sendable, Codable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var url: String
    /// As the Standard Webhooks have it: `whsec_` and base64, else the text's own bytes.
    public var secret: String

    public init(url: String, secret: String) {
        self.url = url
        self.secret = secret
    }

    /// Neither address nor secret: this ends up in logs and in failures of tests.
    public var description: String { "<webhook>" }
    public var debugDescription: String { "<webhook>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a recipient is sent.
public struct PushedEvent: Hashable, Sendable, Codable {
    /// `incident.posted`, or `test`.
    public var event: String
    public var role: RecipientRole
    /// As it was posted; `nil` in a test.
    public var incident: Incident?

    public init(event: String, role: RecipientRole, incident: Incident?) {
        self.event = event
        self.role = role
        self.incident = incident
    }
}
