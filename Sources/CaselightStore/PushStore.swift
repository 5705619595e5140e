public import CaselightModel

/// Who is told of new incidents, and what is on its way to them. Kept with the records, and as durable.
///
/// Posting an incident (`RecordStore.addIncident`) makes its deliveries in the same transaction; importing a register makes none.
public protocol PushStore: Sendable {
    /// Makes or replaces a recipient. `webhook` is kept sealed; `nil` leaves the one that is there.
    ///
    /// - Throws: `invalidValue` for a new recipient without one; `tooLarge` beyond `Recipient.countLimit`.
    func putRecipient(_ recipient: Recipient, webhook: Webhook?) async throws
    /// What waits for it is given up. - Throws: `notFound`.
    func removeRecipient(_ name: String, at time: WallTime) async throws
    /// By name.
    func recipients() async throws -> [Recipient]
    /// - Throws: `notFound`; `conflict` where it was dropped with a key that was lost; as `secret(named:)`.
    func webhook(of recipient: String) async throws -> Webhook

    /// The newest first: in one state, of one incident, older than one.
    func deliveries(in state: DeliveryState?, of incident: IncidentNumber?, before id: Int64?, limit: Int) async throws -> [Delivery]
    /// `nil` where there is none.
    func delivery(_ id: Int64) async throws -> Delivery?
    /// Of each enabled recipient the first that waits, where its time has come: what is behind it waits for it.
    ///
    /// - Parameter reach: no attempt is put off for longer; a time beyond it is of a clock that was set back since, and has come.
    func dueDeliveries(at time: WallTime, within reach: Microseconds) async throws -> [Delivery]
    /// What is sent, byte for byte at every attempt. - Throws: `notFound`.
    func deliveryBody(_ id: Int64) async throws -> [UInt8]
    /// Counts an attempt; an arrival and a surrender are steps of the incident. - Throws: `notFound` for one that does not wait.
    func recordAttempt(_ id: Int64, _ outcome: DeliveryOutcome, at time: WallTime) async throws
    /// Lets a dead one wait again, before what came later. - Throws: `notFound`; `conflict` for one that is not dead.
    func resendDelivery(_ id: Int64, at time: WallTime) async throws -> Delivery
    /// How many wait and how many are dead, over all recipients.
    func deliveryCounts() async throws -> DeliveryCounts
    /// Forgets those that ended before; their steps stay. - Returns: how many.
    func forgetDeliveries(endedBefore time: WallTime) async throws -> Int
}

/// Sends a recipient an event that says that it is a test, at once.
public protocol PushTester: Sendable {
    /// - Returns: `nil` where it was taken, else why not, in one line. - Throws: `notFound`.
    func test(_ recipient: String) async throws -> String?
}
