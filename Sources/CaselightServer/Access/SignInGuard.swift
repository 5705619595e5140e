import CaselightModel
import Synchronization

/// Counts failed sign-ins by name, and locks a name out after too many: 5 in 15 minutes, for 15 minutes.
///
/// Names nobody has are counted alike, so that a lock-out tells nothing. In memory: a restart forgets, and only who may restart the
/// daemon can make it.
final class SignInGuard: Sendable {
    static let failureLimit = 5
    static let window = Microseconds.seconds(15 * 60)
    /// Names remembered; past it the one whose last failure is oldest is forgotten.
    private static let nameLimit = 10_000

    private let clock: any WallClock
    private let failures = Mutex<[String: [WallTime]]>([:])

    init(clock: any WallClock) { self.clock = clock }

    func isLocked(_ name: String) -> Bool {
        let now = clock.now()
        return failures.withLock { recent($0[name] ?? [], now).count >= Self.failureLimit }
    }

    /// - Returns: whether this failure locks the name.
    func failed(_ name: String) -> Bool {
        let now = clock.now()
        return failures.withLock { failures in
            if failures[name] == nil, failures.count >= Self.nameLimit { makeRoom(&failures, now) }
            let times = recent(failures[name] ?? [], now) + [now]
            failures[name] = times
            return times.count == Self.failureLimit
        }
    }

    func clear(_ name: String) { failures.withLock { $0[name] = nil } }

    /// Of those, the last alone counts once the name is locked: the lock lasts from the failure that brought it.
    private func recent(_ times: [WallTime], _ now: WallTime) -> [WallTime] { times.filter { now - $0 < Self.window } }

    private func makeRoom(_ failures: inout [String: [WallTime]], _ now: WallTime) {
        failures = failures.filter { !recent($0.value, now).isEmpty }
        guard failures.count >= Self.nameLimit, let oldest = failures.min(by: { $0.value.last ?? now < $1.value.last ?? now }) else { return }
        failures[oldest.key] = nil
        ServerMetrics.limitReached("lockedNames")
    }
}
