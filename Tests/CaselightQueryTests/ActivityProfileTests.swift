import CaselightModel
import Testing

@testable import CaselightQuery

@Suite struct ActivityProfileTests {
    private func segment(_ start: Int64, _ bytesPerSecond: [Int]) throws -> Segment {
        Segment(
            id: SegmentID(run: RunID(1), sequence: UInt32(start)), camera: try CameraCode("a"),
            span: span(start, start + Int64(bytesPerSecond.count)), policy: .full, byteCount: 1, initializationByteCount: 1,
            sha256: nil, endReason: .full, audio: nil, keyframes: .empty, activity: ActivityTable(bytesPerSecond: bytesPerSecond))
    }

    @Test func findsWhereItRises() throws {
        var quiet = Array(repeating: 1000, count: 60)
        for (second, bytes) in [(10, 8000), (11, 20_000), (14, 9000), (30, 5000), (50, 1500)] { quiet[second] = bytes }
        var profile = ActivityProfile()
        profile.add(try segment(0, quiet), offset: .zero, in: span(0, 60))
        #expect(profile.peaks.map(\.span) == [span(10, 15), span(30, 31)])
        #expect(abs((profile.peaks.first?.perSecond ?? 0) - 20_000) < 700)
    }

    @Test func nothingRisesInASteadyPicture() throws {
        var profile = ActivityProfile()
        #expect(profile.peaks == [] && profile.level == 0)
        profile.add(try segment(0, Array(repeating: 30_000, count: 60)), offset: .zero, in: span(0, 60))
        #expect(profile.peaks == [])
    }

    @Test func takesOnlySecondsOfTheWindowInTrueTime() throws {
        var profile = ActivityProfile()
        profile.add(try segment(100, [1, 1, 9000, 1, 1]), offset: .seconds(100), in: span(1, 4))
        #expect(profile.seconds.map(\.time) == [at(1), at(2), at(3)])
        #expect(profile.peaks.map(\.span) == [span(2, 3)])
    }

    @Test func listsTheHighestFiveInOrder() throws {
        var values = Array(repeating: 100, count: 200)
        for (index, second) in stride(from: 10, to: 170, by: 20).enumerated() { values[second] = 10_000 * (1 + (index * 5) % 8) }
        var profile = ActivityProfile()
        profile.add(try segment(0, values), offset: .zero, in: span(0, 200))
        #expect(profile.peaks.count == 5)
        #expect(profile.peaks.map(\.span.start) == profile.peaks.map(\.span.start).sorted())
        #expect(profile.peaks.allSatisfy { $0.perSecond > 35_000 })
    }

    @Test func segmentsThatTouchAreOneStretch() throws {
        let segments = [try segment(60, Array(repeating: 1, count: 60)), try segment(0, Array(repeating: 1, count: 60))]
        var keyframesOnly = try segment(120, [1])
        keyframesOnly.policy = .keyframes
        let later = try segment(300, [1])
        #expect(Coverage.joined(segments + [keyframesOnly, later]) == [
            Coverage(span: span(0, 120), policy: .full), Coverage(span: span(120, 121), policy: .keyframes),
            Coverage(span: span(300, 301), policy: .full),
        ])
    }

    @Test func barsTellTheBusiestSecondOfEachMinute() throws {
        var profile = ActivityProfile()
        #expect(profile.bars(over: span(0, 150)) == nil)
        profile.add(try segment(0, Array(repeating: 1, count: 60)), offset: .zero, in: span(0, 150))
        profile.add(try segment(60, [1, 1, 9000, 1, 1]), offset: .zero, in: span(0, 150))
        let bars = try #require(profile.bars(over: span(0, 150)))
        #expect(bars.startedAt == at(0) && bars.barUs == .seconds(60) && bars.levels.count == 3 && bars.levels[2] == 0)
        #expect(bars.quietLevel == bars.levels[0])
        #expect(bars.levels[1] - bars.levels[0] > 10 * ActivityTable.stepsPerOctave, "thirteen octaves")
        let long = try #require(profile.bars(over: span(0, 2 * 86_400 + 1)))
        #expect(long.barUs == .seconds(180) && long.levels.count == 961, "no more than a day of minutes")
    }
}
