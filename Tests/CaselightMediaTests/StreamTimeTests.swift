import CFFmpeg
import CaselightModel
import Testing

@testable import CaselightMedia

@Suite struct StreamTimeTests {
    private let base = AVRational(num: 1, den: 90_000)

    private func run(_ jumps: StreamTime.Jumps, _ packets: [(pts: Int64?, hasSenderClock: Bool)]) -> [Int64] {
        var time = StreamTime(timeBase: base, stepTicks: 3600, jumps: jumps)
        return packets.enumerated().map { index, packet in
            time.next(pts: packet.pts, arrivalUs: Int64(index) * 40_000, hasSenderClock: packet.hasSenderClock, isReordered: false)
        }
    }

    private let even = (0..<100).map { Int64($0) * 3600 }

    @Test func leavesASteadyStreamAlone() {
        #expect(run(.takeOutWithSenderClock, even.map { ($0, true) }) == even)
    }

    @Test(arguments: [324_000_000, -5_000_000, 450_000]) func takesOutACameraClockThatWasSet(jump: Int64) {
        let packets = even.enumerated().map { ($1 + ($0 >= 50 ? jump : 0), $0 >= 10) }
        #expect(run(.takeOutWithSenderClock, packets) == even)
    }

    @Test func takesOutTheJumpOfTheFirstReport() {
        let packets = even.enumerated().map { ($1 + ($0 >= 10 ? 20_000 : 0), $0 >= 10) }
        #expect(run(.takeOutWithSenderClock, packets) == even)
    }

    @Test func keepsAHoleThatArrivalExplains() {
        var time = StreamTime(timeBase: base, stepTicks: 3600, jumps: .takeOutWithSenderClock)
        let first = time.next(pts: 0, arrivalUs: 0, hasSenderClock: true, isReordered: false)
        let second = time.next(pts: 450_000, arrivalUs: 5_000_000, hasSenderClock: true, isReordered: false)
        #expect((first, second) == (0, 450_000))
    }

    @Test func keepsAJumpThatIsTheStreamsOwn() {
        let packets = even.enumerated().map { ($1 + ($0 >= 50 ? 9_000_000 : 0), false) }
        #expect(run(.keep, packets) == packets.map(\.0))
    }

    @Test func fillsInMissingTimes() {
        #expect(run(.takeOutOfFile, even.map { _ in (nil, false) }) == even)
    }

    @Test func mendsAFileWhoseTimesGoWild() {
        let packets = even.enumerated().map { ($0 == 50 ? 1 << 60 : $0 > 60 ? $1 - 500_000 : $1, false) }
        #expect(run(.takeOutOfFile, packets) == even)
    }
}

@Suite struct CameraClockSamplerTests {
    private func arrival(_ us: Int64) -> Arrival { Arrival(wall: WallTime(microseconds: 1_772_431_200_000_000 + us), monotonicUs: us) }

    @Test func samplesAfterASecondAndThenEveryTen() {
        var sampler = CameraClockSampler(clockRateHertz: 90_000)
        var samples: [ClockSample] = []
        for frame in 0..<1000 {
            let arrival = arrival(Int64(frame) * 40_000)
            // The camera runs 137 s fast; the network takes 20 to 30 ms.
            let late = Int64(20_000 + frame * 7919 % 10_001)
            let camera = arrival.wall.microseconds + 137_000_000 - late
            if let sample = sampler.take(cameraUs: camera, arrival: arrival) { samples.append(sample) }
        }
        #expect(samples.count == 4)
        #expect(samples.allSatisfy { abs($0.offsetUs.value - 136_980_000) < 1000 && (1000...5001).contains($0.uncertaintyUs.value) })
    }

    @Test func packetsReadInBatchesTellTheClockAsWell() {
        var sampler = CameraClockSampler(clockRateHertz: 90_000)
        var samples: [ClockSample] = []
        var (drainUs, beforeUs): (Int64, Int64) = (100_000, 0)
        var seed: UInt64 = 1
        for frame in 0..<1000 {
            let sentUs = Int64(frame) * 40_000
            // Drains fall 75 to 125 ms apart, in no step with the pictures.
            while drainUs < sentUs + 500 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                (beforeUs, drainUs) = (drainUs, drainUs + 75_000 + Int64(seed >> 33) % 50_000)
            }
            var arrival = arrival(drainUs)
            arrival.spreadUs = drainUs - beforeUs
            let camera = arrival.wall.microseconds - (drainUs - sentUs) + 137_000_000
            if let sample = sampler.take(cameraUs: camera, arrival: arrival) { samples.append(sample) }
        }
        #expect(samples.count >= 3)
        #expect(samples.allSatisfy { abs($0.offsetUs.value - 137_000_000) <= $0.uncertaintyUs.value && $0.uncertaintyUs.value < 20_000 })
    }

    @Test func aClockThatIsSetGivesANewSampleSoon() {
        var sampler = CameraClockSampler(clockRateHertz: 90_000)
        var offsets: [Int64] = []
        for frame in 0..<200 {
            let arrival = arrival(Int64(frame) * 40_000)
            let camera = arrival.wall.microseconds + (frame < 100 ? 0 : -4_000_000)
            if let sample = sampler.take(cameraUs: camera, arrival: arrival) { offsets.append(sample.offsetUs.value) }
        }
        #expect(offsets == [0, -4_000_000])
    }

    @Test func theWrapOfRTPTimestampsIsNoStep() {
        var sampler = CameraClockSampler(clockRateHertz: 90_000)
        var offsets: [Int64] = []
        for frame in 0..<300 {
            let arrival = arrival(Int64(frame) * 40_000)
            let wrapped: Int64 = (100..<200).contains(frame) ? -(1 << 32) * 100 / 9 : 0
            if let sample = sampler.take(cameraUs: arrival.wall.microseconds + wrapped, arrival: arrival) {
                offsets.append(sample.offsetUs.value)
            }
        }
        #expect(offsets == [0, 0])
    }
}
