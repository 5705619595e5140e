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
        var values = lengths.map { max(0, $0.value) }
        count = values.count
        medianMinutes = Self.percentile(50, of: &values).map(Self.minutes)
        p90Minutes = Self.percentile(90, of: &values).map(Self.minutes)
    }

    /// Found without sorting all, since each month, unit and category asks for its own.
    ///
    /// - Parameters:
    ///   - percent: 1 to 100.
    ///   - values: are put into another order.
    /// - Complexity: O(*n*) on average.
    static func percentile<Value: Comparable>(_ percent: Int, of values: inout [Value]) -> Value? {
        guard !values.isEmpty else { return nil }
        let rank = (percent * values.count + 99) / 100 - 1
        return values.withUnsafeMutableBufferPointer { select(rank, of: $0) }
    }

    /// Hoare's selection, by his partition: equal values are spread over both sides, so that many of them cost no more.
    private static func select<Value: Comparable>(_ rank: Int, of values: UnsafeMutableBufferPointer<Value>) -> Value {
        var (first, last) = (0, values.count - 1)
        while first < last {
            let pivot = values[first + (last - first) / 2]
            var (left, right) = (first, last)
            while left <= right {
                while values[left] < pivot { left += 1 }
                while pivot < values[right] { right -= 1 }
                if left <= right {
                    values.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if rank <= right { last = right } else if rank >= left { first = left } else { return values[rank] }
        }
        return values[rank]
    }

    private static func minutes(_ microseconds: Int64) -> Double { Double(microseconds) / 60_000_000 }
}
