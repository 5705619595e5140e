public import CaselightModel

/// How long incidents took, and how many were solved.
///
/// Minutes are counted from an incident's posting, in the month in which it was posted: to its first claim, its first lead, and the outcome
/// that stands. Each is over the incidents that came so far, and says how many those are. Outcomes are counted in the month of the closing.
public struct CaseNumbers: Hashable, Sendable {
    /// All together.
    public var total: CaseMinutes
    /// Every month asked for, in order, also one without incidents.
    public var byMonth: [CaseMinutes]
    /// Most incidents first.
    public var byUnit: [CaseMinutes]
    /// Most incidents first.
    public var byCategory: [CaseMinutes]
    /// Every month asked for, in order.
    public var outcomes: [MonthOutcomes]

    /// - Parameter months: in order, without gaps between them.
    public init(_ clocks: some Sequence<CaseClock>, months: [CivilPeriod]) {
        let periods = CivilPeriods(months)
        var total = Gathered()
        var monthly = months.map { _ in Gathered() }
        var (units, categories) = (NamedGroups(), NamedGroups())
        outcomes = months.map { MonthOutcomes(month: $0.name) }
        for clock in clocks {
            if let closedAt = clock.closedAt, let result = clock.result, let month = periods.position(of: closedAt) { outcomes[month].count(result) }
            guard let month = periods.position(of: clock.postedAt) else { continue }
            total.add(clock)
            monthly[month].add(clock)
            units.add(clock, to: clock.unit)
            categories.add(clock, to: clock.category)
        }
        self.total = total.summed(as: "")
        byMonth = zip(months, monthly).map { $1.summed(as: $0.name) }
        byUnit = units.summed
        byCategory = categories.summed
    }
}

/// How long some incidents took.
public struct CaseMinutes: Hashable, Sendable, Codable {
    /// A month's, a unit's or a category's name.
    public var group: String
    /// Incidents that were posted.
    public var cases: Int
    /// Of those that were claimed.
    public var toClaim: NearestRank
    /// Of those that have a lead.
    public var toFirstLead: NearestRank
    /// Of those that are closed.
    public var toOutcome: NearestRank
}

/// How the incidents closed in a month ended; one that was opened again is not closed.
public struct MonthOutcomes: Hashable, Sendable, Codable {
    /// `2026-03`.
    public var month: String
    /// How many were solved.
    public var solved = 0
    /// How many were not.
    public var unsolved = 0
    /// How many were no incident.
    public var unfounded = 0
    /// How many were another incident's.
    public var duplicate = 0

    init(month: String) { self.month = month }

    /// All that were closed.
    public var closed: Int { solved + unsolved + unfounded + duplicate }

    mutating func count(_ result: OutcomeResult) {
        switch result {
        case .solved: solved += 1
        case .unsolved: unsolved += 1
        case .unfounded: unfounded += 1
        case .duplicate: duplicate += 1
        }
    }
}

/// A group's lengths as they come.
private struct Gathered {
    private var cases = 0
    private var (claims, leads, outcomes): ([Microseconds], [Microseconds], [Microseconds]) = ([], [], [])

    mutating func add(_ clock: CaseClock) {
        cases += 1
        if let at = clock.claimedAt { claims.append(at - clock.postedAt) }
        if let at = clock.leadAt { leads.append(at - clock.postedAt) }
        if let at = clock.closedAt { outcomes.append(at - clock.postedAt) }
    }

    func summed(as group: String) -> CaseMinutes {
        CaseMinutes(
            group: group, cases: cases, toClaim: NearestRank(claims), toFirstLead: NearestRank(leads), toOutcome: NearestRank(outcomes))
    }
}

private struct NamedGroups {
    private var places: [String: Int] = [:]
    private var groups: [(name: String, gathered: Gathered)] = []

    mutating func add(_ clock: CaseClock, to name: String) {
        let place: Int
        if let known = places[name] {
            place = known
        } else {
            place = groups.count
            places[name] = place
            groups.append((name, Gathered()))
        }
        groups[place].gathered.add(clock)
    }

    /// Most incidents first.
    var summed: [CaseMinutes] {
        groups.map { $0.gathered.summed(as: $0.name) }.sorted { ($1.cases, $0.group) < ($0.cases, $1.group) }
    }
}
