public import CaselightModel

/// The board: who works on which incident, and every step on the way. Kept with the records, and as durable.
///
/// Each change makes a `CaseStep` in the same transaction, and so do posting, changing and linking (`RecordStore`), holds set by hand
/// and exports (`CaseStore`). Where an incident stands follows from its steps: claimed, then a lead, then closed.
public protocol BoardStore: Sendable {
    /// Gives the incident to somebody. Who has it already gets it as it is, and no step is made.
    ///
    /// - Throws: `notFound`; `conflict` where it is closed, or somebody else has it and `takingOver` is not said.
    func claim(_ number: IncidentNumber, by account: AccountName, takingOver: Bool, at time: WallTime) async throws -> Incident
    /// Stores the lead under a new id, which it returns. - Throws: `notFound` for an unknown incident or camera; `conflict` where it is closed.
    func addLead(_ lead: Lead) async throws -> Lead
    /// In the order in which they were found.
    func leads(of incident: IncidentNumber) async throws -> [Lead]
    /// Adds what is a step and nothing else: a note, a review. Returns it with its id. - Throws: `notFound`.
    func addStep(_ step: CaseStep) async throws -> CaseStep
    /// Ends the incident. - Throws: `notFound`; `conflict` where it is closed.
    func closeIncident(_ number: IncidentNumber, _ outcome: Outcome, by account: AccountName, at time: WallTime) async throws -> Incident
    /// Takes the outcome back. - Throws: `notFound`; `conflict` where it is not closed.
    func reopenIncident(_ number: IncidentNumber, by account: AccountName, at time: WallTime) async throws -> Incident

    /// Stores a picture under a new id, which it returns. - Throws: `notFound`; `duplicate` for one that the incident has;
    /// `tooLarge` beyond `Screenshot.countLimit`.
    func addScreenshot(_ screenshot: Screenshot, bytes: [UInt8]) async throws -> Screenshot
    /// Changes what was read off it. - Throws: `notFound`.
    func readScreenshot(_ screenshot: Screenshot, by account: AccountName, at time: WallTime) async throws
    /// In the order in which they came.
    func screenshots(of incident: IncidentNumber) async throws -> [Screenshot]
    /// `nil` where there is none.
    func screenshotBytes(_ id: Int64, of incident: IncidentNumber) async throws -> [UInt8]?

    /// Steps after the one of this id, in their order: of one incident, or of all.
    func steps(of incident: IncidentNumber?, after id: Int64, limit: Int) async throws -> [CaseStep]
    /// An incident's steps of one kind, in their order.
    func steps(of incident: IncidentNumber, kind: CaseStepKind) async throws -> [CaseStep]
    /// The newest step's id; 0 where there is none.
    func lastStepID() async throws -> Int64
    /// When incidents that were posted here, and posted or closed in the span, reached their stations; in no order. One of an imported
    /// register, which nobody posted here, is not among them: it has no step that says so.
    func caseClocks(_ filter: IncidentFilter, postedOrClosedIn span: TimeSpan, limit: Int) async throws -> [CaseClock]
    /// Ticks whenever there are new steps, once for any number of them. It tells of what this process does.
    func stepNews() -> AsyncStream<Void>
}
