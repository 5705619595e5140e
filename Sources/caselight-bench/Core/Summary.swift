/// The spread of a figure over the rounds of a measurement.
struct Spread: Encodable, Equatable {
    let lowest: Double
    let median: Double
    let highest: Double

    /// - Returns: `nil` where nothing was measured.
    init?(_ values: [Double]) {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        let middle = sorted.count / 2
        lowest = first
        highest = last
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

/// How long things took, in milliseconds.
struct Latencies: Encodable, Equatable {
    let count: Int
    let p50Milliseconds: Double
    let p99Milliseconds: Double
    let longestMilliseconds: Double

    /// - Returns: `nil` where nothing was measured.
    init?(milliseconds: [Double]) {
        let sorted = milliseconds.sorted()
        guard let last = sorted.last else { return nil }
        count = sorted.count
        p50Milliseconds = Self.percentile(50, of: sorted)
        p99Milliseconds = Self.percentile(99, of: sorted)
        longestMilliseconds = last
    }

    /// The least value that as many percent of all do not exceed (nearest rank).
    static func percentile(_ percent: Int, of sorted: [Double]) -> Double {
        sorted[max(0, (sorted.count * percent + 99) / 100 - 1)]
    }
}
