/// Ranges beside one another, as months have them: a dot at the median, a bar's end at a percentile, and below each of how many it is.
struct RangeChart: Sendable {
    struct Column: Sendable {
        /// Below the axis; a second line where a year or month begins.
        let label: String
        let under: String
        let count: Int
        /// `nil` where there is nothing to draw.
        let low, median, high: Double?
        let words: String
    }

    /// Fewer than these are drawn hollow: one more could change everything.
    static let fewCount = 10

    private static let (width, height) = (420.0, 196.0)
    private static let (left, right, top, bottom) = (52.0, 8.0, 10.0, 50.0)

    /// - Parameters:
    ///   - markText: how a mark of the axis is written.
    ///   - wide: twice as wide, for days.
    static func chart(
        _ title: String, _ columns: [Column], scale: Scale, countName: String, isWide: Bool = false, markText: (Double) -> String
    ) -> Chart {
        let width = isWide ? width * 2 : width
        var chart = Chart(title, words: columns.filter { $0.median != nil }.map(\.words).joined(separator: "; "), width: width, height: height)
        let (plot, base) = (height - top - bottom, height - bottom)
        func y(_ value: Double) -> Double { base - scale.share(value) * plot }
        for mark in scale.marks {
            chart.line(left, y(mark), width - right, y(mark), mark == 0 ? "axis" : "grid")
            chart.label(left - 6, y(mark) + 4, markText(mark), anchor: .end)
        }
        chart.label(left - 6, base + 27, countName, "few", anchor: .end)
        let step = (width - left - right) / Double(max(columns.count, 1))
        // Where columns are narrow every second, third, … is labelled.
        let every = max(1, Int((13 / step).rounded(.up)))
        for (index, column) in columns.enumerated() {
            let x = left + (Double(index) + 0.5) * step
            if index.isMultiple(of: every) || !column.under.isEmpty { chart.label(x, base + 13, column.label) }
            if index.isMultiple(of: every) { chart.label(x, base + 27, short(column.count), "few") }
            if !column.under.isEmpty { chart.label(x, base + 42, column.under, anchor: index == 0 ? .start : .middle) }
            if let median = column.median, let high = column.high {
                let kind = column.count < fewCount ? " few" : ""
                chart.line(x, y(column.low ?? median), x, y(high), "range")
                chart.line(x - min(5, step / 3), y(high), x + min(5, step / 3), y(high), "end")
                if let low = column.low { chart.line(x - min(5, step / 3), y(low), x + min(5, step / 3), y(low), "end") }
                chart.dot(x, y(median), min(4.5, step / 3), "median\(kind)")
            }
            chart.veil(x - step / 2, top, step, height - top, title: column.words)
        }
        return chart
    }

    /// In at most four places: 1.2k.
    static func short(_ count: Int) -> String {
        count < 1000 ? "\(count)" : count < 10_000 ? "\(Double(count / 100) / 10)k" : "\(count / 1000)k"
    }
}

/// Ranges below one another, as units and categories have them.
enum GroupChart {
    struct Row: Sendable {
        let name: String
        let count: Int
        let median, high: Double?
        let words: String
    }

    private static let width = 420.0
    private static let (left, right, top, rowHeight) = (136.0, 52.0, 22.0, 20.0)

    static func chart(_ title: String, _ rows: [Row], scale: Scale, markText: (Double) -> String) -> Chart {
        let base = top + Double(rows.count) * rowHeight
        var chart = Chart(
            title, words: rows.filter { $0.median != nil }.map(\.words).joined(separator: "; "), width: width, height: base + 6)
        func x(_ value: Double) -> Double { left + scale.share(value) * (width - left - right) }
        for mark in scale.marks {
            chart.line(x(mark), top, x(mark), base, mark == 0 ? "axis" : "grid")
            chart.label(x(mark), top - 8, markText(mark))
        }
        for (index, row) in rows.enumerated() {
            let y = top + (Double(index) + 0.5) * rowHeight
            chart.label(left - 6, y + 4, Chart.short(row.name, columns: 19), "name", anchor: .end)
            chart.label(width - 2, y + 4, "n=\(row.count)", "few", anchor: .end)
            if let median = row.median, let high = row.high {
                chart.line(x(median), y, x(high), y, "range")
                chart.line(x(high), y - 5, x(high), y + 5, "end")
                chart.dot(x(median), y, 4.5, row.count < RangeChart.fewCount ? "median few" : "median")
            }
            chart.veil(0, y - rowHeight / 2, width, rowHeight, title: row.words)
        }
        return chart
    }
}
