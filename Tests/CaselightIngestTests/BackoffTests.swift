import CaselightModel
import Testing

@testable import CaselightIngest

@Suite struct BackoffTests {
    private let limits = Backoff.Limits(shortest: .seconds(1), longest: .seconds(60))

    @Test func doublesUpToTheLongest() {
        var backoff = Backoff(limits)
        let waits = (0..<9).map { _ in backoff.delay(after: .unreachable, fraction: 0) }
        #expect(waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30].map { .seconds($0) })
    }

    @Test func drawsFromTheUpperHalf() {
        for fraction in [0.0, 0.25, 0.999] {
            var backoff = Backoff(limits)
            let wait = backoff.delay(after: .timedOut, fraction: fraction)
            #expect(wait >= .milliseconds(500) && wait < .seconds(1))
        }
    }

    @Test func startsOverAfterASuccess() {
        var backoff = Backoff(limits)
        for _ in 0..<5 { _ = backoff.delay(after: .unreachable, fraction: 0) }
        backoff.succeeded()
        #expect(backoff.delay(after: .unreachable, fraction: 0) == .milliseconds(500))
    }

    @Test func aRefusedLoginWaitsTheLongestAtOnce() {
        var backoff = Backoff(limits)
        #expect(backoff.delay(after: .unauthorized, fraction: 0) == .seconds(30))
    }
}
