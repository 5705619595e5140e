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

extension [CivilPeriod] {
    /// Which of them holds the moment, where they are in order and do not overlap; `nil` for none.
    func position(of time: WallTime) -> Int? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].span.end <= time { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].span.contains(time) ? low : nil
    }
}
