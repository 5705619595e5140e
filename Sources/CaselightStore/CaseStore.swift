public import CaselightModel

/// Holds and exports: what is kept for a case, and what was given out of it. Kept with the records, and as durable.
public protocol CaseStore: Sendable {
    /// - Throws: `duplicate` for an id that is known, `notFound` for an unknown incident.
    func addHold(_ hold: Hold) async throws
    /// Changes its release and its end, nothing else. - Throws: `notFound`; `forbidden` where one person asks for its release and approves it.
    func updateHold(_ hold: Hold) async throws
    /// `nil` where there is none.
    func hold(_ id: String) async throws -> Hold?
    /// In the order in which they were placed; `incident` and `camera` narrow where given. Those released or lapsed stay for the record.
    /// - Throws: `notFound` for an unknown `after`.
    func holds(of incident: IncidentNumber?, camera: CameraCode?, after: String?, limit: Int) async throws -> [Hold]
    /// All that keep footage at this time.
    func holdsInForce(at time: WallTime) async throws -> [Hold]

    /// - Throws: `duplicate` for an id that is known, `notFound` for an unknown incident.
    func addExport(_ order: ExportOrder) async throws
    /// Changes its state and what came of it, nothing else. - Throws: `notFound`.
    func updateExport(_ order: ExportOrder) async throws
    /// `nil` where there is none.
    func export(_ id: String) async throws -> ExportOrder?
    /// Newest first; `incident` narrows where given.
    func exports(of incident: IncidentNumber?, limit: Int) async throws -> [ExportOrder]
    /// Those that wait or were running, oldest first: what a restart takes up again.
    func unfinishedExports() async throws -> [ExportOrder]
}
