/// One entry of the consultation log as it stands there.
///
/// Its bytes are its JSON in UTF-8, keys sorted, no spaces, slashes not escaped; they are kept as they were written, and hashed.
public struct LogEntry: Hashable, Sendable, Codable {
    /// Its place in the log, from 0, without gaps.
    public var sequence: Int64
    public var at: WallTime
    /// The RFC 6962 leaf hash of the entry before, lower-case hexadecimal; 64 zeros for the first.
    public var previous: String
    /// `LogAction.operation` of the act, for those who read the log alone.
    public var operation: LogOperation
    public var act: LoggedAct

    public init(sequence: Int64, at: WallTime, previous: String, act: LoggedAct) {
        self.sequence = sequence
        self.at = at
        self.previous = previous
        operation = act.action.operation
        self.act = act
    }

    /// What the first entry names as the hash of the one before.
    public static let noPrevious = String(repeating: "0", count: 64)
}

/// Which entries are meant; what is `nil` does not narrow.
public struct LogFilter: Hashable, Sendable {
    public var who: String?
    public var camera: CameraCode?
    public var incident: IncidentNumber?
    public var action: LogAction?
    public var outcome: LogOutcome?
    /// When it was done.
    public var span: TimeSpan?

    public init(
        who: String? = nil, camera: CameraCode? = nil, incident: IncidentNumber? = nil, action: LogAction? = nil,
        outcome: LogOutcome? = nil, span: TimeSpan? = nil
    ) {
        self.who = who
        self.camera = camera
        self.incident = incident
        self.action = action
        self.outcome = outcome
        self.span = span
    }
}
