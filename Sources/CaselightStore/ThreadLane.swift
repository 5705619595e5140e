import Foundation

/// A few threads of our own for what may wait for a disk: never the cooperative pool, whose threads must not.
///
/// Also an executor, so that work made of many such calls runs on one of these threads as a whole: it then changes threads twice, and
/// not twice for each call, each of which may be cheaper than one change. Anyone may call anything here; the threads stay for ever.
package final class ThreadLane: TaskExecutor {
    private let queue = JobQueue()

    /// - Parameter name: what a debugger shows, and a number after it; 15 letters at most.
    package init(name: String, threadCount: Int) {
        for number in 1...threadCount {
            let thread = Thread { [self] in work() }
            thread.name = "\(name)-\(number)"
            thread.start()
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) { queue.append(UnownedJob(job)) }

    private func work() {
        let executor = asUnownedTaskExecutor()
        while true { queue.next().runSynchronously(on: executor) }
    }
}

/// Jobs that wait for a thread, in order. Every field is guarded by `condition`.
private final class JobQueue: @unchecked Sendable {
    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    /// Where the first job that waits stands: those before it are taken.
    private var first = 0
    private var sleepingCount = 0

    func append(_ job: UnownedJob) {
        condition.lock()
        jobs.append(job)
        let wakes = sleepingCount > 0
        condition.unlock()
        if wakes { condition.signal() }
    }

    func next() -> UnownedJob {
        condition.lock()
        defer { condition.unlock() }
        while first == jobs.count {
            sleepingCount += 1
            condition.wait()
            sleepingCount -= 1
        }
        let job = jobs[first]
        first += 1
        if first == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            first = 0
        }
        return job
    }
}
