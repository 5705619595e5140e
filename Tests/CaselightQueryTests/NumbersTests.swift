import CaselightModel
import CaselightStore
import Foundation
import TestSupport
import Testing

@testable import CaselightQuery

/// How long incidents took and how much cameras recorded, against what one counts by hand.
@Suite struct NumbersTests {
    private static let march = [
        CivilPeriod(name: "2026-02", span: span(-30 * 86_400, -86_400)), CivilPeriod(name: "2026-03", span: span(-86_400, 30 * 86_400)),
    ]

    private func clock(
        _ posted: Int64, claim: Int64? = nil, lead: Int64? = nil, closed: Int64? = nil, unit: String = "Daotou", category: String = "theft",
        _ result: OutcomeResult? = .solved
    ) -> CaseClock {
        CaseClock(
            unit: unit, category: category, postedAt: at(posted), claimedAt: claim.map { at(posted + $0 * 60) },
            leadAt: lead.map { at(posted + $0 * 60) }, closedAt: closed.map { at(posted + $0 * 60) }, result: closed == nil ? nil : result)
    }

    @Test(arguments: [
        ([], nil, nil), ([7], 7, 7), ([1, 2], 1, 2), ([3, 1, 2], 2, 3), ([4, 1, 3, 2], 2, 4), (Array(1...10), 5, 9), (Array(1...11), 6, 10),
        (Array(1...100), 50, 90), ([5, 5, 5, 5, 5, 5, 5, 5, 5, 900], 5, 5), ([-3, -1], 0, 0),
    ] as [([Int64], Double?, Double?)])
    func aPercentileIsOneThatOccurred(minutes: [Int64], median: Double?, p90: Double?) {
        let rank = NearestRank(minutes.map { .seconds($0 * 60) })
        #expect(rank.count == minutes.count && rank.medianMinutes == median && rank.p90Minutes == p90)
    }

    /// Of any number of values at least half are at most the median, and it is the least such value; so with nine tenths.
    @Test func percentilesAreTheLeastThatCoverTheirShare() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            let values = (0..<Int.random(in: 1...60, using: &random)).map { _ in Int64.random(in: 0...30, using: &random) }
            let rank = NearestRank(values.map { .seconds($0 * 60) })
            for (percent, found) in [(50, rank.medianMinutes), (90, rank.p90Minutes)] {
                let least = values.filter { value in values.count { $0 <= value } * 100 >= percent * values.count }.min()
                #expect(found == least.map(Double.init))
            }
        }
    }

    @Test func countsInTheMonthOfThePostAndOutcomesInThatOfTheClosing() {
        let numbers = CaseNumbers(
            [
                clock(-2 * 86_400, claim: 4, lead: 60, closed: 3 * 1440), clock(0, claim: 10), clock(60, claim: 2, lead: 30, unit: "", category: "fraud"),
                clock(120), clock(180, claim: 3, closed: 90, .unfounded), clock(-90 * 86_400, closed: 90 * 1440),
            ], months: Self.march)
        #expect(numbers.byMonth.map(\.group) == ["2026-02", "2026-03"] && numbers.byMonth.map(\.cases) == [1, 4])
        #expect(numbers.byMonth[1].toClaim == NearestRank([10, 2, 3].map { .seconds($0 * 60) }) && numbers.byMonth[1].toClaim.medianMinutes == 3)
        #expect(numbers.byMonth[1].toOutcome.count == 1 && numbers.byMonth[0].toOutcome.medianMinutes == 3 * 1440)
        // That of February was closed in March; the one posted long before counts with the outcomes alone.
        #expect(numbers.outcomes.map(\.solved) == [0, 2] && numbers.outcomes.map(\.unfounded) == [0, 1] && numbers.outcomes[1].closed == 3)
        #expect(numbers.byUnit.map(\.group) == ["Daotou", ""] && numbers.byCategory.map(\.cases) == [4, 1] && numbers.total.cases == 5)
    }

    @Test func aMonthWithoutIncidentsIsThereAndSaysSo() {
        let numbers = CaseNumbers([], months: Self.march)
        #expect(numbers.byMonth.map(\.cases) == [0, 0] && numbers.byMonth[0].toClaim.medianMinutes == nil && numbers.byUnit.isEmpty)
    }

    @Test func aMomentBelongsToThePeriodThatBeginsWithIt() {
        #expect([span(-31 * 86_400, 1).start, at(-30 * 86_400), at(-86_401), at(-86_400), at(30 * 86_400)].map { CivilPeriods(Self.march).position(of: $0) } == [nil, 0, 0, 1, nil])
    }

    /// As built for release: `CASELIGHT_MEASURE=1 swift test -c release --filter NumbersTests`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["CASELIGHT_MEASURE"] != nil)) func sumsAHundredThousandAtOnce() {
        var random = SeededGenerator(seed: 3)
        let clocks = (0..<100_000).map { number in
            clock(
                Int64(number) * 20, claim: .random(in: 1...90, using: &random), lead: .random(in: 5...900, using: &random),
                closed: .random(in: 60...9000, using: &random), unit: "派出所 \(number % 40)", category: "类别 \(number % 12)")
        }
        let began = ContinuousClock.now
        let numbers = CaseNumbers(clocks, months: Self.march)
        let taken = ContinuousClock.now - began
        print("numbers of 100,000 incidents: \(taken)")
        #expect(numbers.total.cases == 100_000 && numbers.byUnit.count == 40 && taken < .milliseconds(100))
    }

    // MARK: Completeness

    @Test func completenessIsOfWhatWasWanted() async throws {
        let installation = try Installation(now: at(2 * 86_400))
        let days = (0..<2).map { CivilPeriod(name: "day \($0)", span: span(Int64($0) * 86_400, Int64($0 + 1) * 86_400)) }
        let whole = try await installation.register("whole"), holes = try await installation.register("holes")
        let late = try await installation.register("late", since: 3600 + 43_200), idle = try await installation.register("idle")
        try await installation.record(whole, 0, 2 * 86_400)
        // Two hours lost, four disabled, six expired: of fourteen wanted hours twelve are there.
        try await installation.record(holes, 12 * 3600, 2 * 86_400)
        try await installation.note(.feedLost, holes, 0, 2 * 3600)
        try await installation.note(.disabled, holes, 2 * 3600, 6 * 3600)
        try await installation.note(.expired, holes, 6 * 3600, 12 * 3600)
        try await installation.record(late, 43_200, 86_400)
        let cameras = try await installation.records.cameras(CameraFilter(), after: nil, limit: 9)
        let found = try await installation.search.completeness(of: cameras, days: days)
        let shares = Dictionary(uniqueKeysWithValues: found.map { ($0.camera, $0.days.map(\.share)) })
        #expect(shares[whole] == [1, 1])
        #expect(shares[holes] == [12.0 / 14, 1])
        #expect(shares[late] == [1, 0])
        #expect(shares[idle] == [0, 0])
        let judgedEnd = found.first { $0.camera == whole }?.days[1].wantedUs
        #expect(judgedEnd == .seconds(86_400 - 3), "what is younger than the recording's lag is not judged")
        let spread = CompletenessSpread.of(found, days: days)
        #expect(spread.map(\.cameras) == [4, 4] && spread[0].p10 == 0 && spread[0].median == 12.0 / 14 && spread[0].p90 == 1)
    }

    @Test func ofTheFutureNothingIsWanted() async throws {
        let installation = try Installation(now: at(0))
        let camera = try await installation.register("whole")
        let found = try await installation.search.completeness(
            of: try await installation.records.cameras(CameraFilter(), after: nil, limit: 9), days: [CivilPeriod(name: "tomorrow", span: span(86_400, 172_800))])
        #expect(found.map(\.camera) == [camera] && found[0].days[0].share == nil && found[0].whole.share == nil)
        #expect(CompletenessSpread.of(found, days: [CivilPeriod(name: "tomorrow", span: span(86_400, 172_800))])[0].median == nil)
    }
}
