public import CaselightModel

/// The median and the 90th percentile of some lengths of time, and of how many: by nearest rank, so that each is one that occurred.
///
/// The p-th percentile of n values is the one at rank ⌈p·n/100⌉ in their order; of three, the median is the second and the 90th the third.
public struct NearestRank: Hashable, Sendable, Codable {
    /// Of how many.
    public var count: Int
    /// `nil` of none.
    public var medianMinutes: Double?
    /// `nil` of none.
    public var p90Minutes: Double?

    /// - Parameter lengths: in any order. One below zero, as a clock that was set back leaves it, counts as zero.
    public init(_ lengths: [Microseconds]) {
        let sorted = lengths.map { max(0, $0.value) }.sorted()
        count = sorted.count
        medianMinutes = Self.percentile(50, ofSorted: sorted).map(Self.minutes)
        p90Minutes = Self.percentile(90, ofSorted: sorted).map(Self.minutes)
    }

    /// - Parameter percent: 1 to 100.
    static func percentile<Value>(_ percent: Int, ofSorted values: [Value]) -> Value? {
        guard !values.isEmpty else { return nil }
        return values[(percent * values.count + 99) / 100 - 1]
    }

    private static func minutes(_ microseconds: Int64) -> Double { Double(microseconds) / 60_000_000 }
}
