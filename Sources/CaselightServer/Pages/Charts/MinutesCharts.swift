import CaselightQuery

/// The three lengths of an incident as pictures: to the claim, to the first lead, to the outcome.
struct MinutesCharts: Sendable {
    let byMonth, byUnit, byCategory: [Chart]
    /// Groups that the pictures leave out; the table has them all.
    let unitsLeftOut, categoriesLeftOut: Int

    /// Rows that one can take in, and a screen can show.
    static let groupCount = 40

    init(_ numbers: CaseNumbers, _ viewer: Viewer) {
        let measures: [(title: String, of: @Sendable (CaseMinutes) -> NearestRank)] = [
            (viewer.say("toClaim"), { $0.toClaim }), (viewer.say("toFirstLead"), { $0.toFirstLead }), (viewer.say("toOutcome"), { $0.toOutcome }),
        ]
        byMonth = measures.map { Self.months($0.title, numbers.byMonth, $0.of, viewer) }
        let units = numbers.byUnit.prefix(Self.groupCount), categories = numbers.byCategory.prefix(Self.groupCount)
        byUnit = measures.map { Self.groups($0.title, units, unnamed: viewer.say("noUnit"), $0.of, viewer) }
        byCategory = measures.map { Self.groups($0.title, categories, unnamed: viewer.say("noCategory"), $0.of, viewer) }
        unitsLeftOut = numbers.byUnit.count - units.count
        categoriesLeftOut = numbers.byCategory.count - categories.count
    }

    private static func months(
        _ title: String, _ rows: [CaseMinutes], _ measure: (CaseMinutes) -> NearestRank, _ viewer: Viewer
    ) -> Chart {
        let largest = rows.compactMap { measure($0).p90Minutes }.max() ?? 0
        let (lengths, scale) = axis(largest, viewer)
        let columns = rows.enumerated().map { index, row in
            let (rank, label) = (measure(row), MonthLabel(row.group, isFirst: index == 0))
            return RangeChart.Column(
                label: label.month, under: label.year, count: rank.count, low: nil, median: rank.medianMinutes, high: rank.p90Minutes,
                words: words(row.group, rank, viewer))
        }
        return RangeChart.chart(title, columns, scale: scale, countName: "n =") { lengths.text($0) }
    }

    private static func groups(
        _ title: String, _ rows: some Sequence<CaseMinutes>, unnamed: String, _ measure: (CaseMinutes) -> NearestRank, _ viewer: Viewer
    ) -> Chart {
        let largest = rows.compactMap { measure($0).p90Minutes }.max() ?? 0
        let (lengths, scale) = axis(largest, viewer)
        let shown = rows.map { row in
            let (rank, name) = (measure(row), row.group.isEmpty ? unnamed : row.group)
            return GroupChart.Row(
                name: name, count: rank.count, median: rank.medianMinutes, high: rank.p90Minutes, words: words(name, rank, viewer))
        }
        return GroupChart.chart(title, shown, scale: scale) { lengths.text($0) }
    }

    /// Round in the unit that it is written in.
    private static func axis(_ largest: Double, _ viewer: Viewer) -> (Lengths, Scale) {
        let lengths = Lengths(upTo: largest, viewer)
        let scale = Scale(upTo: max(largest, 1) / lengths.unit.rawValue)
        return (lengths, Scale(scale, times: lengths.unit.rawValue))
    }

    private static func words(_ name: String, _ rank: NearestRank, _ viewer: Viewer) -> String {
        guard let median = rank.medianMinutes, let high = rank.p90Minutes else { return viewer.say("rangeOfNone", ["name": name]) }
        return viewer.say(
            "rangeInWords",
            ["name": name, "count": "\(rank.count)", "median": Lengths.text(median, viewer), "p90": Lengths.text(high, viewer)])
    }
}

extension Scale {
    fileprivate init(_ scale: Scale, times factor: Double) {
        end = scale.end * factor
        marks = scale.marks.map { $0 * factor }
    }
}

/// A month below an axis: its number, and the year where one begins.
struct MonthLabel {
    let month: String
    let year: String

    /// - Parameter name: `2026-03`. The first month has its year, unless the next one's would stand upon it.
    init(_ name: String, isFirst: Bool) {
        let parts = name.split(separator: "-")
        let number = parts.last.flatMap { Int($0) } ?? 0
        month = "\(number)"
        year = number == 1 || (isFirst && number < 11) ? parts.first.map(String.init) ?? "" : ""
    }
}
