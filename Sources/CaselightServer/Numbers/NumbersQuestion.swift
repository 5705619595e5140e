import CaselightModel
import CaselightQuery

/// Which incidents and cameras the numbers are asked of: the same for the routes and the page.
struct NumbersQuestion: Sendable {
    private(set) var span: TimeSpan
    let months: [CivilPeriod]
    let unit: String?
    let category: String?
    let grid: String?
    let zone: LocalZone

    static let names = ["from", "to", "unit", "category", "grid"]
    /// Months that are told of where no time is given, this one among them.
    static let defaultMonthCount = 12

    /// - Parameter months: in place of `from`: so many, the last of them the one of `to`.
    init(_ query: QueryReader, months wanted: Int? = nil, now: WallTime, zone: LocalZone, limits: ServerLimits) throws {
        self.zone = zone
        unit = try query.given("unit")
        category = try query.given("category")
        grid = try query.given("grid")
        let end = try query.time("to") ?? now
        let start = try query.time("from") ?? zone.startOfMonth((wanted ?? Self.defaultMonthCount) - 1, before: end - Microseconds(1))
        let span = try TimeSpan(from: start, to: end)
        self.span = span
        guard span.duration <= .days(31 * Int64(limits.numbersMonthCount)) else {
            throw CaselightError(
                .tooLarge, "count incidents", because: "the time is longer than \(limits.numbersMonthCount) months", remedy: "Ask for a shorter one.")
        }
        // The first and the last month are cut to what was asked for.
        months = zone.months(span).compactMap { month in
            month.span.intersection(span).map { CivilPeriod(name: month.name, span: $0) }
        }
    }

    /// What completeness is told of where no time is given: the last 30 days, as cut as `span` where one is.
    static let defaultDayCount: Int64 = 30

    static func completeness(_ query: QueryReader, now: WallTime, zone: LocalZone, limits: ServerLimits) throws -> NumbersQuestion {
        var question = try NumbersQuestion(query, now: now, zone: zone, limits: limits)
        if query.text("from") == nil { question.span = TimeSpan(start: question.span.end - .days(defaultDayCount), end: question.span.end) }
        return question
    }

    /// Whether an incident is one of those asked for.
    func holds(_ clock: CaseClock) -> Bool { (unit == nil || clock.unit == unit) && (category == nil || clock.category == category) }
}
