import CaselightModel

/// How long to wait before connecting again: doubling from the shortest to the longest, each wait drawn at random from its
/// upper half, so that a thousand cameras behind one switch do not come back at once. A refused login waits the longest at once:
/// many cameras lock an account after a few.
package struct Backoff: Sendable {
    package struct Limits: Sendable {
        package var shortest: Duration
        package var longest: Duration

        package init(shortest: Duration = .seconds(1), longest: Duration = .seconds(60)) {
            self.shortest = shortest
            self.longest = longest
        }
    }

    private let limits: Limits
    private var failureCount = 0

    package init(_ limits: Limits) { self.limits = limits }

    /// To be called when a connection has delivered footage.
    package mutating func succeeded() { failureCount = 0 }

    /// The wait after another failure.
    ///
    /// - Parameter fraction: 0 ..< 1, drawn by the caller.
    package mutating func delay(after code: CaselightError.Code?, fraction: Double) -> Duration {
        let base: Duration
        if code == .unauthorized {
            base = limits.longest
        } else {
            base = min(limits.longest, limits.shortest * (1 << min(failureCount, 16)))
            failureCount += 1
        }
        return base / 2 + base / 2 * fraction
    }
}
