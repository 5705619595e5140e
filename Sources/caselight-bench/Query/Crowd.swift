import Foundation
import Synchronization

/// Clients that ask the daemon over HTTP, each on a connection and a thread of its own.
struct Crowd: Sendable {
    let daemon: Daemon
    let clientCount: Int
    /// Requests begun a second by all of them together; `nil` lets each ask again as soon as it has its answer.
    let ratePerSecond: Double?

    struct Outcome: Encodable {
        let latencies: Latencies?
        let clientCount: Int
        let ratePerSecond: Double
    }

    /// Asks for every path once.
    ///
    /// At a rate, an answer's time counts from when its question was due: one that is held up by those before it is late too.
    func ask(_ paths: [String]) throws -> Outcome {
        let times = Mutex<[Double]>([])
        let failure = Mutex<String?>(nil)
        let connections = try (0..<clientCount).map { _ in try daemon.connection() }
        // One request each opens what a first request opens.
        for connection in connections.prefix(4) { try connection.get("/healthz") }
        let watch = Stopwatch()
        let group = DispatchGroup()
        for (client, connection) in connections.enumerated() {
            group.enter()
            let work = Work(connection: connection, numbers: Array(stride(from: client, to: paths.count, by: clientCount)))
            Thread {
                defer { group.leave() }
                do {
                    let taken = try work.numbers.map { number in try time(paths[number], number, on: work.connection, since: watch) }
                    times.withLock { $0 += taken }
                } catch {
                    failure.withLock { $0 = "\(error)" }
                }
            }.start()
        }
        group.wait()
        let seconds = watch.seconds
        if let failure = failure.withLock({ $0 }) { throw Trouble(failure) }
        let all = times.withLock { $0 }
        return Outcome(latencies: Latencies(milliseconds: all), clientCount: clientCount, ratePerSecond: Double(all.count) / seconds)
    }

    /// Handed over to the thread that alone uses it.
    private struct Work: @unchecked Sendable {
        let connection: HTTPConnection
        let numbers: [Int]
    }

    private func time(_ path: String, _ number: Int, on connection: HTTPConnection, since watch: Stopwatch) throws -> Double {
        let due = ratePerSecond.map { Double(number) / $0 } ?? watch.seconds
        Waiting.pause(seconds: max(0, due - watch.seconds))
        let began = ratePerSecond == nil ? watch.seconds : due
        try connection.get(path)
        return (watch.seconds - began) * 1e3
    }
}
