import CaselightModel
import CaselightQuery

/// How complete cameras were: each camera's days as squares while one can look at them all; of more, the percentiles of each day, and the
/// squares of those that lack most.
struct CompletenessCharts: Sendable {
    /// Rows of squares that fit a screen or two.
    static let rowCount = 60
    /// Of many cameras, the worst.
    static let worstCount = 30

    let squares: Chart?
    let spread: Chart?
    let cameraCount: Int
    let isWorstAlone: Bool

    init(_ found: API.Completeness, _ viewer: Viewer) {
        let measured = found.cameras.filter { $0.whole.share != nil }
        cameraCount = measured.count
        isWorstAlone = measured.count > Self.rowCount
        guard !measured.isEmpty else {
            (squares, spread) = (nil, nil)
            return
        }
        let worst = measured.sorted { ($0.whole.share ?? 0, $0.camera) < ($1.whole.share ?? 0, $1.camera) }
        squares = Self.squares(isWorstAlone ? Array(worst.prefix(Self.worstCount)) : measured, found.days, viewer)
        spread = isWorstAlone ? Self.spread(CompletenessSpread.of(measured, days: found.days), viewer) : nil
    }

    private static func spread(_ days: [CompletenessSpread], _ viewer: Viewer) -> Chart {
        let columns = days.enumerated().map { index, day in
            let label = DayLabel(day.day, isFirst: index == 0)
            let values = ["day": day.day, "count": "\(day.cameras)"].merging(
                [("p10", day.p10), ("median", day.median), ("p90", day.p90)].map { ($0, $1.map(percent) ?? "–") }) { $1 }
            return RangeChart.Column(
                label: label.day, under: label.month, count: day.cameras, low: day.p10, median: day.median, high: day.p90,
                words: viewer.say("spreadInWords", values))
        }
        return RangeChart.chart(viewer.say("completenessByDay"), columns, scale: Scale(upTo: 1), countName: "n =", isWide: true) { percent($0) }
    }

    private static let (left, right, top, square) = (190.0, 56.0, 34.0, 18.0)

    private static func squares(_ cameras: [CameraCompleteness], _ days: [CivilPeriod], _ viewer: Viewer) -> Chart {
        let width = left + Double(max(days.count, 30)) * square + right
        var chart = Chart(
            viewer.say("completenessByCamera"), words: cameras.map { words($0.name, $0.whole, viewer) }.joined(separator: "; "), width: width,
            height: top + Double(cameras.count) * square + 4)
        for (index, day) in days.enumerated() {
            let (x, label) = (left + (Double(index) + 0.5) * square, DayLabel(day.name, isFirst: index == 0))
            chart.label(x, top - 6, label.day)
            if !label.month.isEmpty { chart.label(x, top - 20, label.month, anchor: .start) }
        }
        for (row, camera) in cameras.enumerated() {
            let y = top + Double(row) * square
            chart.label(left - 8, y + 13, Chart.short(camera.name, columns: 27), "name", anchor: .end)
            chart.veil(0, y, left, square, title: "\(camera.camera) \(words(camera.name, camera.whole, viewer))")
            for (index, day) in camera.days.enumerated() {
                chart.box(
                    left + Double(index) * square + 1, y + 1, square - 2, square - 2, kind(day.share),
                    title: words("\(camera.name), \(days[index].name)", day, viewer))
            }
            chart.label(width - 4, y + 13, camera.whole.share.map(percent) ?? "–", "few", anchor: .end)
        }
        return chart
    }

    /// From all to nothing: darker is more, hatched lacks much, and a cross-barred one lacks all.
    private static func kind(_ share: Double?) -> String {
        switch share {
        case nil: "unwanted"
        case .some(0.999...): "kept-full"
        case .some(0.99...): "kept-most"
        case .some(0.95...): "kept-much"
        case .some(0.5...): "gap-warn"
        case .some(let share) where share > 0: "gap-bad"
        default: "lost"
        }
    }

    private static func words(_ name: String, _ day: DayCompleteness, _ viewer: Viewer) -> String {
        guard let share = day.share else { return viewer.say("completenessOfNone", ["name": name]) }
        return viewer.say(
            "completenessInWords",
            [
                "name": name, "share": percent(share), "recorded": CoverageStrip.length(day.recordedUs, viewer),
                "wanted": CoverageStrip.length(day.wantedUs, viewer),
            ])
    }

    /// Never rounded up to all: 99.99 % is not 100 %.
    private static func percent(_ share: Double) -> String {
        let tenths = Int(share * 1000)
        return tenths.isMultiple(of: 10) ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
    }
}

/// A day below an axis: its number, and the month where one begins.
struct DayLabel {
    let day: String
    let month: String

    /// - Parameter name: `2026-03-02`.
    init(_ name: String, isFirst: Bool) {
        let number = name.split(separator: "-").last.flatMap { Int($0) } ?? 0
        day = "\(number)"
        month = isFirst || number == 1 ? String(name.prefix(7)) : ""
    }
}
