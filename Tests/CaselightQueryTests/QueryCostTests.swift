import CaselightModel
import CaselightQuery
import CaselightStore
import Foundation
import TestSupport
import Testing

/// What a question costs inside the library. Small by default; `CASELIGHT_FULL_BENCH=1` builds the city the product is measured at.
@Suite(.serialized) struct QueryCostTests {
    private static let isFull = ProcessInfo.processInfo.environment["CASELIGHT_FULL_BENCH"] == "1"

    /// What is promised of a release build at full size, and what a busy machine's debug build never reaches at the small one.
    private static let bounds: (median: Duration, worst: Duration) =
        isFull ? (.microseconds(500), .milliseconds(2)) : (.milliseconds(100), .seconds(2))

    @Test func fiveHundredMetresForThirtyMinutes() async throws {
        let city = try await City.build(Self.isFull ? .full : .small)
        var random = SeededGenerator(seed: 52)
        let queries = (0..<(Self.isFull ? 1000 : 50)).map { _ in
            let start = city.randomTime(&random)
            return ClipQuery(
                place: .shape(.circle(center: city.randomPlace(&random), radiusMeters: 500)),
                span: TimeSpan(start: start, end: start + .seconds(1800)))
        }
        for query in queries.prefix(50) { _ = try await city.place.search.clips(query) }
        var times: [Duration] = []
        var (cameraCount, gapCount) = (0, 0)
        for query in queries {
            let began = ContinuousClock.now
            let answer = try await city.place.search.clips(query)
            times.append(ContinuousClock.now - began)
            let statement = answer.statement
            #expect(statement.withFullFootage + statement.withGaps + statement.withoutFootage == statement.camerasInRange)
            #expect(answer.gaps.allSatisfy { $0.cause == .feedLost })
            cameraCount += statement.camerasInRange
            gapCount += answer.gaps.count
        }
        times.sort()
        let (median, worst) = (times[times.count / 2], times[times.count * 99 / 100])
        print("""
            query cost: \(city.positions.count) cameras, \(city.size.dayCount) days, \(city.size.incidentCount) incidents; \
            \(queries.count) questions of 500 m and 30 min; p50 \(median), p99 \(worst), longest \(times.last ?? .zero); \
            \(Double(cameraCount) / Double(queries.count)) cameras and \(Double(gapCount) / Double(queries.count)) gaps an answer
            """)
        #expect(median <= Self.bounds.median && worst <= Self.bounds.worst)
    }
}
