public import CaselightModel

/// A day or a month of somebody's calendar, as the span it takes.
public struct CivilPeriod: Hashable, Sendable {
    /// `2026-03`, `2026-03-02`.
    public var name: String
    /// From its first midnight to the next period's.
    public var span: TimeSpan

    /// Makes a period.
    public init(name: String, span: TimeSpan) {
        self.name = name
        self.span = span
    }
}

/// Finds the period that a moment lies in.
struct CivilPeriods {
    private let starts: [Int64]
    private let ends: [Int64]

    /// - Parameter periods: in order; they do not overlap.
    init(_ periods: [CivilPeriod]) {
        starts = periods.map { $0.span.start.microseconds }
        ends = periods.map { $0.span.end.microseconds }
    }

    /// `nil` where it lies in none.
    func position(of time: WallTime) -> Int? {
        var (low, high) = (0, ends.count)
        while low < high {
            let middle = (low + high) / 2
            if ends[middle] <= time.microseconds { low = middle + 1 } else { high = middle }
        }
        return low < ends.count && starts[low] <= time.microseconds ? low : nil
    }
}
