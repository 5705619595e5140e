/// When an incident reached its stations: what the numbers are made of.
public struct CaseClock: Hashable, Sendable {
    /// Empty where none is named.
    public var unit: String
    public var category: String
    public var postedAt: WallTime
    /// When it was claimed first.
    public var claimedAt: WallTime?
    /// When its first lead was found.
    public var leadAt: WallTime?
    /// When it was closed, while it is.
    public var closedAt: WallTime?
    /// How it ended, while it is closed.
    public var result: OutcomeResult?

    public init(
        unit: String, category: String, postedAt: WallTime, claimedAt: WallTime? = nil, leadAt: WallTime? = nil, closedAt: WallTime? = nil,
        result: OutcomeResult? = nil
    ) {
        self.unit = unit
        self.category = category
        self.postedAt = postedAt
        self.claimedAt = claimedAt
        self.leadAt = leadAt
        self.closedAt = closedAt
        self.result = result
    }
}
