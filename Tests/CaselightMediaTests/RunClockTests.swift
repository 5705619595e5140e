import CaselightModel
import Testing

@testable import CaselightMedia

@Suite struct RunClockTests {
    /// 2026-03-02T06:00:00Z.
    private let start: Int64 = 1_772_431_200_000_000

    private func arrival(_ mediaUs: Int64, lateUs: Int64 = 0, steppedUs: Int64 = 0) -> Arrival {
        Arrival(wall: WallTime(microseconds: start + mediaUs + lateUs + steppedUs), monotonicUs: 5_000_000 + mediaUs + lateUs)
    }

    @Test func followsASteadyStreamExactly() {
        var clock = RunClock(offsetUs: start, arrival: arrival(0))
        for frame in 0..<1000 {
            #expect(clock.observe(mediaUs: Int64(frame) * 40_000, arrival: arrival(Int64(frame) * 40_000)) == .steady)
            clock.steer(at: Int64(frame) * 40_000)
        }
        #expect(clock.offsetUs == start)
    }

    @Test func slewsTowardTheLeastLatenessWithoutAStep() {
        // The first packet came 100 ms late; the rest in time.
        var clock = RunClock(offsetUs: start + 100_000, arrival: arrival(0, lateUs: 100_000))
        var last = clock.wall(0)
        for second in 1...300 {
            let mediaUs = Int64(second) * 1_000_000
            #expect(clock.observe(mediaUs: mediaUs, arrival: arrival(mediaUs)) == .steady)
            clock.steer(at: mediaUs)
            let step = clock.wall(mediaUs) - last
            #expect(abs(step.value - 1_000_000) <= 500)
            last = clock.wall(mediaUs)
        }
        #expect(clock.offsetUs == start)
    }

    @Test func jitterAloneMovesNothing() {
        var clock = RunClock(offsetUs: start, arrival: arrival(0))
        for frame in 1...2000 {
            let mediaUs = Int64(frame) * 40_000
            let late: Int64 = frame % 20 == 0 ? 0 : Int64(frame * 7919 % 300_000)
            #expect(clock.observe(mediaUs: mediaUs, arrival: arrival(mediaUs, lateUs: late)) == .steady)
            clock.steer(at: mediaUs)
        }
        #expect(clock.offsetUs == start)
    }

    @Test func followsACameraWhoseCrystalDrifts() {
        var clock = RunClock(offsetUs: start, arrival: arrival(0))
        for second in 1...3600 {
            // 100 ppm fast: media time runs ahead of arrival.
            let mediaUs = Int64(second) * 1_000_100
            #expect(clock.observe(mediaUs: mediaUs, arrival: arrival(Int64(second) * 1_000_000)) == .steady)
            clock.steer(at: mediaUs)
        }
        let error = clock.wall(3600 * 1_000_100).microseconds - (start + 3_600_000_000)
        #expect(abs(error) < 5000)
    }

    @Test func staysWithAStallThatCatchesUp() {
        var clock = RunClock(offsetUs: start, arrival: arrival(0))
        // Nine seconds of packets come at once, in order.
        for frame in 0..<225 {
            let mediaUs = Int64(frame) * 40_000
            #expect(clock.observe(mediaUs: mediaUs, arrival: arrival(mediaUs, lateUs: 9_000_000 - mediaUs)) == .steady)
        }
        clock.steer(at: 9_000_000)
        #expect(clock.offsetUs == start)
    }

    @Test(arguments: [3_600_000_000, -3_600_000_000, 2_500_000])
    func saysThatTheReceiverWasStepped(step: Int64) {
        var clock = RunClock(offsetUs: start, arrival: arrival(0))
        #expect(clock.observe(mediaUs: 40_000, arrival: arrival(40_000, steppedUs: step)) == .receiverStepped)
    }

    @Test func saysThatTheStreamJumpedAheadAtOnce() {
        var clock = RunClock(offsetUs: start, arrival: arrival(0))
        #expect(clock.observe(mediaUs: 100_000_000, arrival: arrival(40_000)) == .streamJumped)
    }

    @Test func saysThatTheStreamFellBehindOnlyWhenItStaysBehind() {
        var clock = RunClock(offsetUs: start, arrival: arrival(0))
        var verdicts: [RunClock.Verdict] = []
        for second in 1...12 {
            verdicts.append(
                clock.observe(mediaUs: Int64(second) * 1_000_000, arrival: arrival(Int64(second) * 1_000_000, lateUs: 5_000_000)))
        }
        #expect(verdicts == Array(repeating: .steady, count: 11) + [.streamJumped])
    }

    @Test func aStatedClockIsNotSteered() {
        var clock = RunClock(stated: start)
        #expect(clock.observe(mediaUs: 900_000_000, arrival: arrival(0)) == .steady)
        clock.steer(at: 0)
        clock.steer(at: 900_000_000)
        #expect(clock.wall(900_000_000) == WallTime(microseconds: start + 900_000_000))
    }
}
