/// From zero to somewhat over the largest value, with a few round marks.
struct Scale: Sendable {
    let end: Double
    let marks: [Double]

    /// - Parameter count: about so many marks over zero.
    init(upTo largest: Double, marks count: Int = 4) {
        let rough = max(largest, 1e-9) / Double(count)
        var power = 1.0
        while power * 10 <= rough { power *= 10 }
        while power > rough { power /= 10 }
        let step = ([1, 2, 5].first { power * $0 >= rough } ?? 10) * power
        let steps = max(1, (largest / step).rounded(.up))
        end = steps * step
        marks = (0...Int(steps)).map { Double($0) * step }
    }

    /// 0 to 1.
    func share(_ value: Double) -> Double { min(max(value / end, 0), 1) }
}

/// Minutes as people say them: of two hours and more hours, of two days and more days.
struct Lengths: Sendable {
    enum Unit: Double { case minutes = 1, hours = 60, days = 1440 }

    let unit: Unit
    let viewer: Viewer

    /// - Parameter largest: minutes; all that stand beside it are said in its unit.
    init(upTo largest: Double, _ viewer: Viewer) {
        unit = largest >= 2 * Unit.days.rawValue ? .days : largest >= 2 * Unit.hours.rawValue ? .hours : .minutes
        self.viewer = viewer
    }

    static func text(_ minutes: Double, _ viewer: Viewer) -> String { Lengths(upTo: minutes, viewer).text(minutes) }

    func text(_ minutes: Double) -> String {
        let count = minutes / unit.rawValue
        let rounded = count >= 10 ? count.rounded() : (count * 10).rounded() / 10
        let values = ["count": rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"]
        return switch unit {
        case .minutes: viewer.say("numbersMinutes", values)
        case .hours: viewer.say("numbersHours", values)
        case .days: viewer.say("numbersDays", values)
        }
    }
}
