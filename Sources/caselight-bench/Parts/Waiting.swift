import Foundation
import Synchronization

enum Waiting {
    /// Looks again and again, ten times a second.
    ///
    /// - Throws: `Trouble` when nothing is found in time.
    static func until<Found>(_ what: String, seconds: Double, every interval: useconds_t = 100_000, _ look: () throws -> Found?) throws -> Found {
        let watch = Stopwatch()
        while true {
            if let found = try look() { return found }
            guard watch.seconds < seconds else { throw Trouble("waited \(Int(seconds)) s in vain: \(what)") }
            usleep(interval)
        }
    }

    static func pause(seconds: Double) { usleep(useconds_t(seconds * 1e6)) }

    /// Runs asynchronous work from the blocking side, which is no thread of Swift's pool.
    static func result<Value: Sendable>(of work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let outcome = Mutex<Result<Value, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        Task {
            let result: Result<Value, any Error>
            do { result = .success(try await work()) } catch { result = .failure(error) }
            outcome.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        guard let result = outcome.withLock({ $0 }) else { throw Trouble("work ended without a result") }
        return try result.get()
    }
}
