public import CaselightModel

/// Keeps footage past retention: the one place where holds are placed, asked to be released, and ended. Ingest fulfils it, since it owns what
/// deletes; `caselightd` hands it to the server and to exports.
///
/// The caller has checked rights and has written the consultation log's entry before it calls. Errors are `CaselightError`; where one is
/// thrown by what would end a hold, the hold goes on.
public protocol HoldKeeper: Sendable {
    /// Returns once the hold survives a power cut and nothing that it names can be deleted any more. A hold of an incident that is closed
    /// already gets its end at once.
    ///
    /// - Parameter hold: with an id of `Hold.randomID()`, and neither a release nor an end.
    /// - Throws: `duplicate` for an id that is known, `notFound` for an unknown incident, `tooLarge`, `diskFailed`, `diskFull`.
    func place(_ hold: Hold) async throws -> PlacedHold

    /// Notes that somebody wants it released, with the reason; the hold goes on. Who asked before may give another reason.
    ///
    /// - Throws: `notFound`; `conflict` where it ended already or somebody else has asked.
    func askRelease(of id: String, by account: AccountName, reason: String) async throws -> Hold

    /// Ends the hold: its footage is under retention again.
    ///
    /// - Throws: `notFound`; `conflict` where nobody has asked or it ended already; `forbidden` where `account` is the one who asked.
    func approveRelease(of id: String, by account: AccountName) async throws -> Hold

    /// Starts the clock of the incident's holds: they end by themselves the configured days after `time`. An end that was set stays where
    /// it is later. Returns the holds that changed.
    func incidentClosed(_ number: IncidentNumber, at time: WallTime) async throws -> [Hold]

    /// Takes the ends of the incident's holds back, also of those that have lapsed: what is still there is held again.
    func incidentReopened(_ number: IncidentNumber) async throws -> [Hold]

    /// `nil` where there is none.
    func hold(_ id: String) async throws -> Hold?

    /// In the order in which they were placed, ended ones included; `incident` and `camera` narrow where given. Those that only the
    /// archive knows, after records were restored from an older backup, come last. - Throws: `notFound` for an unknown `after`.
    func holds(of incident: IncidentNumber?, camera: CameraCode?, after: String?, limit: Int) async throws -> [Hold]
}

/// A hold as it was placed, and what it found.
public struct PlacedHold: Hashable, Sendable, Codable {
    public var hold: Hold
    /// Files it keeps right now. Those that are still being recorded in the span are kept too, as they come.
    public var segmentCount: Int
    /// Their bytes, sound included.
    public var byteCount: Int64
    /// What of the span has footage, in order; in true time, as all of this.
    public var covered: [TimeSpan]
    /// What of the span has none: never recorded, not recorded yet, or gone.
    public var missing: [TimeSpan]
    /// What of `missing` was recorded and had expired before the hold was placed.
    public var expired: [TimeSpan]

    public init(
        hold: Hold, segmentCount: Int, byteCount: Int64, covered: [TimeSpan], missing: [TimeSpan], expired: [TimeSpan]
    ) {
        self.hold = hold
        self.segmentCount = segmentCount
        self.byteCount = byteCount
        self.covered = covered
        self.missing = missing
        self.expired = expired
    }
}

extension Hold {
    /// An id that no other hold has, but for a chance of one in 2^64: 16 hexadecimal digits.
    public static func randomID() -> String { RunID.random().description }
}
