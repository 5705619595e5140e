import CaselightModel
import CaselightQuery
import Foundation
import TestSupport
import Testing

@Suite struct ActiveStretchTests {
    private func segment(_ start: Int64, _ values: [Double], bytes: Bool = false) throws -> Segment {
        let table = bytes ? ActivityTable(bytesPerSecond: values.map { Int($0) }) : ActivityTable(weightedBytesPerSecond: values)
        return Segment(
            id: SegmentID(run: RunID(1), sequence: UInt32(start)), camera: try CameraCode("a"),
            span: span(start, start + Int64(values.count)), policy: .full, byteCount: 1, initializationByteCount: 1, sha256: nil,
            endReason: .full, audio: nil, keyframes: .empty, activity: table)
    }

    /// Noise of a camera at night, in octaves, by seed.
    private func night(_ count: Int, noise: Double, seed: UInt64, busy: Range<Int>? = nil) -> [Double] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { second in
            let normal = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
            return 8000 * exp2(normal * noise) * (busy?.contains(second) == true ? 1.6 : 1)
        }
    }

    @Test func eightQuietHoursTakeAMinute() throws {
        for (seed, noise) in [(1, 0.02), (2, 0.1), (3, 0.2)] {
            let hours = try (0..<480).map { try segment(Int64($0) * 60, night(60, noise: noise, seed: UInt64(seed * 1000 + $0))) }
            let found = ActiveStretches(of: hours, in: span(0, 28_800))
            let seconds = found.active.reduce(0) { $0 + $1.duration.value } / 1_000_000
            #expect(seconds <= 60 && found.untold == [], "noise \(noise): \(seconds) s")
        }
    }

    @Test func oneWhoPassesIsFoundInAnHour() throws {
        let found = ActiveStretches(of: [try segment(0, night(3600, noise: 0.08, seed: 4, busy: 1800..<1806))], in: span(0, 3600))
        #expect(found.active.contains { $0.start <= at(1800) && $0.end >= at(1806) }, "\(found.active)")
    }

    @Test func reachesASecondBeyondWhatMovedAndJoinsWhatIsNear() throws {
        var values = Array(repeating: 1000.0, count: 120)
        for second in [20, 21, 25, 60] { values[second] = 9000 }
        let whole = ActiveStretches(of: [try segment(0, values)], in: span(0, 120))
        #expect(whole.active == [span(19, 27), span(59, 62)])
        #expect(ActiveStretches(of: [try segment(0, values)], in: span(21, 61)).active == [span(21, 27), span(59, 61)])
    }

    @Test func aSpanThatIsHalfBusyHasAQuietLevelStill() throws {
        let values = (0..<200).map { (second: Int) -> Double in second / 20 % 2 == 0 ? 2000 + Double(second % 3) * 20 : 7000 }
        let found = ActiveStretches(of: [try segment(0, values)], in: span(0, 200))
        let busy = [span(19, 41), span(59, 81), span(99, 121), span(139, 161), span(179, 200)]
        #expect(found.active == busy)
    }

    @Test func eachMeasureIsJudgedByItself() throws {
        var (weighted, bytes) = (Array(repeating: 1000.0, count: 60), Array(repeating: 90_000.0, count: 60))
        (weighted[30], bytes[30]) = (4000, 400_000)
        let found = ActiveStretches(of: [try segment(0, weighted), try segment(60, bytes, bytes: true)], in: span(0, 120))
        #expect(found.active == [span(29, 32), span(89, 92)])
    }

    @Test func saysWhereNothingCanBeToldAndKeepsStillWhereThereIsNoFootage() throws {
        let quiet = Array(repeating: 1000.0, count: 60)
        let segments = [try segment(0, quiet), try segment(300, Array(repeating: 0, count: 60)), try segment(360, Array(repeating: 0, count: 60), bytes: true)]
        let found = ActiveStretches(of: segments, in: span(0, 1000))
        #expect(found.active == [] && found.untold == [span(300, 420)])
        let none = ActiveStretches(of: [], in: span(0, 10))
        #expect(none.active == [] && none.untold == [])
    }
}
