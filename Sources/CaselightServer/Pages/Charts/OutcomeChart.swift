import CaselightModel
import CaselightQuery

/// Bars of what was solved in each month, over what was closed otherwise.
enum OutcomeChart {
    private static let (width, height) = (840.0, 190.0)
    private static let (left, right, top, bottom) = (52.0, 8.0, 18.0, 38.0)

    static func chart(_ title: String, _ months: [MonthOutcomes], _ viewer: Viewer) -> Chart {
        let scale = Scale(upTo: Double(max(months.map(\.closed).max() ?? 0, 4)))
        func words(_ month: MonthOutcomes) -> String {
            viewer.say("solvedInWords", ["month": month.month, "solved": "\(month.solved)", "closed": "\(month.closed)"])
        }
        var chart = Chart(title, words: months.filter { $0.closed > 0 }.map(words).joined(separator: "; "), width: width, height: height)
        let (plot, base) = (height - top - bottom, height - bottom)
        func tall(_ count: Int) -> Double { scale.share(Double(count)) * plot }
        for mark in scale.marks where mark == mark.rounded() {
            chart.line(left, base - scale.share(mark) * plot, width - right, base - scale.share(mark) * plot, mark == 0 ? "axis" : "grid")
            chart.label(left - 6, base - scale.share(mark) * plot + 4, "\(Int(mark))", anchor: .end)
        }
        let step = (width - left - right) / Double(max(months.count, 1))
        let every = max(1, Int((14 / step).rounded(.up)))
        for (index, month) in months.enumerated() {
            let (x, wide, label) = (left + (Double(index) + 0.5) * step, min(step * 0.66, 44), MonthLabel(month.month, isFirst: index == 0))
            chart.box(x - wide / 2, base - tall(month.solved), wide, tall(month.solved), "solved")
            let rest = month.closed - month.solved
            if rest > 0 { chart.box(x - wide / 2, base - tall(month.closed), wide, tall(rest), "gap-off otherwise") }
            if month.solved > 0, step >= 12 { chart.label(x, base - tall(month.closed) - 5, RangeChart.short(month.solved), "few") }
            if index.isMultiple(of: every) || !label.year.isEmpty { chart.label(x, base + 13, label.month) }
            if !label.year.isEmpty { chart.label(x, base + 28, label.year) }
            chart.veil(x - step / 2, top, step, height - top, title: words(month))
        }
        return chart
    }
}

/// What the feeds do, as one bar, and the same in words.
struct FeedsPicture: Sendable {
    struct Part: Sendable { let kind, word, count: String }

    let bar: Chart
    let parts: [Part]
    let words: String

    init(_ counts: API.FeedCounts, _ viewer: Viewer) {
        let states: [(FeedStatus.State, String)] = [
            (.recording, "kept-full"), (.connecting, "kept-keyframes"), (.waiting, "gap-bad"), (.disabled, "gap-off"), (.stopped, "none"),
        ]
        parts = states.map { state, kind in
            Part(kind: kind, word: viewer.say(oneOf: "feedState", state.rawValue), count: "\(counts.counts[state.rawValue] ?? 0)")
        }
        words = viewer.say("onlineInWords", ["online": "\(counts.online)", "cameras": "\(counts.cameraCount)"])
        var bar = Chart(viewer.say("camerasNow"), words: words, width: 840, height: 34)
        var x = 0.0
        for (part, (state, kind)) in zip(parts, states) where counts.cameraCount > 0 {
            let wide = Double(counts.counts[state.rawValue] ?? 0) / Double(counts.cameraCount) * 840
            guard wide > 0 else { continue }
            bar.box(x, 0, wide, 34, kind, title: "\(part.word): \(part.count)")
            x += wide
        }
        self.bar = bar
    }
}
