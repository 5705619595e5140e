import Testing

@testable import caselight_bench

@Suite struct SummaryTests {
    @Test(arguments: [(1, 50, 1.0), (100, 50, 50), (100, 99, 99), (1000, 99, 990), (3, 99, 3), (2, 50, 1)])
    func percentilesAreOfTheNearestRank(count: Int, percent: Int, expected: Double) {
        #expect(Latencies.percentile(percent, of: (1...count).map { Double($0) }) == expected)
    }

    @Test func medianOfAnEvenNumberLiesBetween() {
        #expect(Spread([4, 1, 3, 2])?.median == 2.5)
        #expect(Spread([3, 1, 2])?.highest == 3)
        #expect(Spread([]) == nil)
    }

    @Test(arguments: [
        (0.0, "0.000"), (0.1234, "0.123"), (1.005, "1.00"), (9.999, "10.00"), (47.26, "47.3"), (999.6, "1000"), (-2.5, "-2.50"), (12_345, "12345"),
    ])
    func figuresShowThreeDigitsThatCount(value: Double, text: String) {
        #expect(Figure.text(value) == text)
    }
}
