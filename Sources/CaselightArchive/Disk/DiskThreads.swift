import Foundation

/// A few threads of our own on which everything that may wait for a disk runs: never on the cooperative pool.
///
/// Jobs of one lane run in order and one at a time; lanes run beside each other. Anyone may call anything here.
/// The threads end when the last reference goes, after the jobs that are waiting.
final class DiskThreads: Sendable {
    static let threadCountPerVolume = 2

    /// Jobs that keep their order. Its fields belong to `Core`, under its lock.
    final class Lane: @unchecked Sendable {
        fileprivate var jobs: [@Sendable () -> Void] = []
        fileprivate var isActive = false

        init() {}
    }

    private let core: Core

    /// - Parameters:
    ///   - name: what a debugger shows; 15 letters at most.
    ///   - tick: called about every second on one of the threads.
    init(name: String, count: Int = threadCountPerVolume, tick: (@Sendable () -> Void)? = nil) {
        core = Core(tick: tick)
        for _ in 0..<count {
            let thread = Thread { [core] in core.work() }
            thread.name = name
            thread.start()
        }
    }

    deinit { core.stop() }

    func enqueue(on lane: Lane, _ job: @Sendable @escaping () -> Void) { core.enqueue(on: lane, job) }

    /// Runs `body` on one of the threads.
    func run<Value: Sendable>(
        on lane: Lane = Lane(), _ body: @Sendable @escaping () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            core.enqueue(on: lane) { continuation.resume(with: Swift.Result { try body() }) }
        }
    }

    /// Blocks until no job waits or runs. Not to be called from a job.
    func waitUntilIdle() { core.waitUntilIdle() }
}

/// What the threads share. Every field is guarded by `condition`.
private final class Core: @unchecked Sendable {
    private static let tickIntervalNs: Int64 = 1_000_000_000

    private let condition = MonotonicCondition()
    private let tick: (@Sendable () -> Void)?
    private var ready: [DiskThreads.Lane] = []
    private var activeLaneCount = 0
    private var nextTickNs: Int64?
    private var isStopping = false
    private var idleThreadCount = 0
    private var isAwaitedIdle = false

    init(tick: (@Sendable () -> Void)?) {
        self.tick = tick
        nextTickNs = tick == nil ? nil : MonotonicCondition.nowNs() + Self.tickIntervalNs
    }

    func enqueue(on lane: DiskThreads.Lane, _ job: @Sendable @escaping () -> Void) {
        let sleepers = condition.withLock {
            lane.jobs.append(job)
            guard !lane.isActive else { return Sleepers.none }
            lane.isActive = true
            activeLaneCount += 1
            ready.append(lane)
            // Whoever waits for the end waits on the same condition. One thread is enough for one lane.
            return isAwaitedIdle ? .all : idleThreadCount > 0 ? .one : .none
        }
        // Without the lock, which who is woken wants first of all.
        switch sleepers {
        case .none: break
        case .one: condition.wakeOne()
        case .all: condition.wakeAll()
        }
    }

    private enum Sleepers { case none, one, all }

    func stop() {
        condition.withLock {
            isStopping = true
            condition.wakeAll()
        }
    }

    func waitUntilIdle() {
        condition.withLock {
            while activeLaneCount > 0 {
                isAwaitedIdle = true
                condition.wait(until: nil)
            }
        }
    }

    func work() {
        var done: DiskThreads.Lane?
        while let (job, lane) = next(after: done) {
            job()
            done = lane
        }
    }

    /// The next thing to do, one job of one lane at a time so that a busy lane does not starve the others.
    private func next(after done: DiskThreads.Lane?) -> (job: @Sendable () -> Void, lane: DiskThreads.Lane?)? {
        condition.withLock {
            if let done { finished(done) }
            while true {
                if let tick, let due = nextTickNs, due <= MonotonicCondition.nowNs(), !isStopping {
                    nextTickNs = MonotonicCondition.nowNs() + Self.tickIntervalNs
                    return (tick, nil)
                }
                if !ready.isEmpty {
                    let lane = ready.removeFirst()
                    return (lane.jobs.removeFirst(), lane)
                }
                if isStopping { return nil }
                idleThreadCount += 1
                condition.wait(until: nextTickNs)
                idleThreadCount -= 1
            }
        }
    }

    private func finished(_ lane: DiskThreads.Lane) {
        guard lane.jobs.isEmpty else { return ready.append(lane) }
        lane.isActive = false
        activeLaneCount -= 1
        if activeLaneCount == 0, isAwaitedIdle {
            isAwaitedIdle = false
            condition.wakeAll()
        }
    }
}
