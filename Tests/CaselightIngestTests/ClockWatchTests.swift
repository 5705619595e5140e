import CaselightModel
import Testing

@testable import CaselightIngest

@Suite struct ClockWatchTests {
    private static let wall = WallTime(microseconds: 1_772_434_800_000_000)
    private static let instant = ContinuousClock.now

    private static func trusts(_ watch: inout ClockWatch, after seconds: Int64, wallAhead ahead: Int64 = 0) -> Bool {
        watch.trusts(wall + .seconds(seconds + ahead), at: instant + .seconds(seconds))
    }

    @Test func aClockThatRunsIsBelieved() {
        var watch = ClockWatch()
        for hour in 0..<1000 { #expect(Self.trusts(&watch, after: Int64(hour) * 3600)) }
        // Set right by minutes, or back by years, makes nothing older.
        #expect(Self.trusts(&watch, after: 3_600_000, wallAhead: 600))
        #expect(Self.trusts(&watch, after: 3_600_030, wallAhead: -100_000_000))
    }

    @Test func aLeapIsNotBelievedForADay() {
        var watch = ClockWatch()
        let leap: Int64 = 400 * 86_400
        #expect(Self.trusts(&watch, after: 0))
        #expect(!Self.trusts(&watch, after: 30, wallAhead: leap))
        #expect(watch.leap?.span == .seconds(leap))
        #expect(!Self.trusts(&watch, after: 86_000, wallAhead: leap))
        #expect(Self.trusts(&watch, after: 86_500, wallAhead: leap))
        #expect(Self.trusts(&watch, after: 86_530, wallAhead: leap))
    }

    @Test func aClockThatIsSetBackIsBelievedAtOnce() {
        var watch = ClockWatch()
        #expect(Self.trusts(&watch, after: 0))
        #expect(!Self.trusts(&watch, after: 30, wallAhead: 1_000_000))
        #expect(Self.trusts(&watch, after: 60))
        #expect(!Self.trusts(&watch, after: 90, wallAhead: 1_000_000))
    }
}
