import CaselightModel
import CaselightQuery
import Hummingbird

extension API {
    var numbersPages: [Route] {
        // Each role sees its own part: what it may not know of is left out, as `caseNumberReaders` and `completenessReaders` have it.
        [
            page(
                "/numbers", .signedIn, query: ["months", "unit", "category", "grid"], template: "numbers", fragments: ["numbers-completeness"],
                numbersPage)
        ]
    }

    private struct Choice { let value, label: String, isCurrent: Bool }

    /// What is to be chosen from, in months.
    private static let monthChoices = [3, 6, 12, 24]

    private func numbersPage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        let principal = try call.principal()
        guard call.query.text("fragment") == nil else { return try await completenessPart(call, viewer, principal) }
        let months = try call.query.whole("months", in: 1...limits.numbersMonthCount) ?? NumbersQuestion.defaultMonthCount
        let question = try numbersQuestion(call, months: months)
        let choices = Set(Self.monthChoices + [months]).sorted()
        var model: [String: any Sendable] = [
            "months": choices.map { Choice(value: "\($0)", label: viewer.say("lastMonths", ["count": "\($0)"]), isCurrent: $0 == months) },
            "unit": question.unit ?? "", "category": question.category ?? "", "grid": question.grid ?? "",
            "hasCompleteness": Self.completenessReaders.admits(principal), "at": services.clock.now().rfc3339(),
            "feeds": FeedsPicture(try await feedCounts(for: principal), viewer),
        ]
        if Self.caseNumberReaders.admits(principal) { model["cases"] = try await casesPart(question, viewer, principal) }
        return Page(viewer.say("navNumbers"), model)
    }

    // MARK: Incidents

    private struct CasesPart {
        let from, to, query, statement, unitsNote, categoriesNote: String
        let hasMinutes, hasOutcomes: Bool
        let byMonth, byUnit, byCategory: [Chart]
        let outcomes: Chart
        let knownUnits, knownCategories: [String]
    }

    private func casesPart(_ question: NumbersQuestion, _ viewer: Viewer, _ principal: Principal) async throws -> CasesPart {
        let clocks = try await caseClocks(question, for: principal)
        let numbers = CaseNumbers(clocks.lazy.filter(question.holds), months: question.months)
        let charts = MinutesCharts(numbers, viewer)
        func note(_ count: Int) -> String { count > 0 ? viewer.say("groupsLeftOut", ["count": "\(count)"]) : "" }
        let values = [
            "count": "\(numbers.total.cases)", "claimed": "\(numbers.total.toClaim.count)", "lead": "\(numbers.total.toFirstLead.count)",
            "closed": "\(numbers.total.toOutcome.count)", "zone": question.zone.name,
        ]
        return CasesPart(
            from: question.span.start.rfc3339(), to: question.span.end.rfc3339(), query: Self.tableQuery(question),
            statement: viewer.say("casesInWords", values), unitsNote: note(charts.unitsLeftOut), categoriesNote: note(charts.categoriesLeftOut),
            hasMinutes: numbers.total.cases > 0, hasOutcomes: numbers.outcomes.contains { $0.closed > 0 },
            byMonth: charts.byMonth, byUnit: charts.byUnit, byCategory: charts.byCategory,
            outcomes: OutcomeChart.chart(viewer.say("solvedByMonth"), numbers.outcomes, viewer),
            knownUnits: Self.known(clocks.map(\.unit)), knownCategories: Self.known(clocks.map(\.category)))
    }

    /// For a field to choose from; more than a list can show are typed.
    private static func known(_ names: [String]) -> [String] { Array(Set(names).subtracting([""]).sorted().prefix(200)) }

    /// The same question, for the tables.
    private static func tableQuery(_ question: NumbersQuestion) -> String {
        let parts = [
            ("from", question.span.start.rfc3339()), ("to", question.span.end.rfc3339()), ("unit", question.unit), ("category", question.category),
            ("grid", question.grid),
        ]
        return parts.compactMap { name, value in value.map { "\(name)=\(QueryText.encode($0))" } }.joined(separator: "&")
    }

    // MARK: Completeness

    /// Read apart from the page, which is there at once; and logged when it is shown.
    private func completenessPart(_ call: Call, _ viewer: Viewer, _ principal: Principal) async throws -> Page {
        guard Self.completenessReaders.admits(principal) else {
            throw CaselightError(.forbidden, "tell how complete cameras are", because: "it tells where footage is, and is for those who may know that")
        }
        let question = try completenessQuestion(call)
        let found = try await completeness(question, call)
        let charts = CompletenessCharts(found, viewer)
        let span = question.span
        var query = "from=\(QueryText.encode(span.start.rfc3339()))&to=\(QueryText.encode(span.end.rfc3339()))"
        if let grid = question.grid { query += "&grid=\(QueryText.encode(grid))" }
        var model: [String: any Sendable] = [
            "statement": viewer.say(
                "completenessStatement",
                ["cameras": "\(charts.cameraCount)", "days": "\(found.days.count)", "zone": question.zone.name]),
            "query": query, "isCut": found.isCut, "limit": "\(limits.completenessCameraCount)", "hasAny": charts.squares != nil,
            "isWorstAlone": charts.isWorstAlone, "worst": "\(CompletenessCharts.worstCount)",
        ]
        model["squares"] = charts.squares
        model["spread"] = charts.spread
        return Page(viewer.say("navNumbers"), model)
    }
}
