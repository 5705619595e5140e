/// One event on its way to one recipient. Stored in the same transaction as the incident it tells of.
public struct Delivery: Hashable, Sendable, Codable, Identifiable {
    /// Rises: a recipient is told in this order.
    public var id: Int64
    /// The same at every attempt, so that a receiver knows a repetition: `webhook-id`.
    public var messageID: String
    public var incident: IncidentNumber
    public var recipient: String
    public var state: DeliveryState
    public var attemptCount: Int
    public var createdAt: WallTime
    /// The next attempt, where it waits.
    public var nextAt: WallTime?
    /// Of the last attempt that failed; one line, without the address.
    public var failure: String?
    /// When it arrived, or was given up.
    public var endedAt: WallTime?

    public init(
        id: Int64, messageID: String, incident: IncidentNumber, recipient: String, state: DeliveryState, attemptCount: Int,
        createdAt: WallTime, nextAt: WallTime?, failure: String?, endedAt: WallTime?
    ) {
        self.id = id
        self.messageID = messageID
        self.incident = incident
        self.recipient = recipient
        self.state = state
        self.attemptCount = attemptCount
        self.createdAt = createdAt
        self.nextAt = nextAt
        self.failure = failure
        self.endedAt = endedAt
    }
}

/// Where a delivery stands. A dead one was given up, and can be sent again.
public enum DeliveryState: String, Hashable, Sendable, Codable, CaseIterable { case waiting, delivered, dead }

/// What came of an attempt.
public enum DeliveryOutcome: Hashable, Sendable {
    case arrived
    case failed(String, nextAt: WallTime)
    case givenUp(String)
}

/// How many stand where.
public struct DeliveryCounts: Hashable, Sendable, Codable {
    public var waiting: Int
    public var dead: Int
    /// Of those that wait.
    public var oldestAt: WallTime?

    public init(waiting: Int, dead: Int, oldestAt: WallTime?) {
        self.waiting = waiting
        self.dead = dead
        self.oldestAt = oldestAt
    }
}
