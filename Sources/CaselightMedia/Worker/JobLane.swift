internal import CaselightModel
internal import CaselightWorkerProtocol

/// Work on files that takes long and may be given up.
protocol FileJob: Sendable {
    var request: RequestNumber { get }
    /// Completes "cannot …".
    var operation: String { get }
    /// Blocks until it is done. The answer is the job's last event.
    func run() -> WorkerEvent
    /// From any thread.
    func cancel()
}

/// Jobs that wait for a few threads. Any thread may call.
final class JobLane: Sendable {
    private struct State {
        var waiting: [any FileJob] = []
        var running: [any FileJob] = []
        var isDraining = false
    }

    private let state = Monitor(State())
    private let queueLimit: Int
    private let report: @Sendable (WorkerEvent) -> Void

    /// - Parameter name: what a debugger shows of the threads.
    init(_ name: String, threads: Int, queueLimit: Int, report: @Sendable @escaping (WorkerEvent) -> Void) {
        self.queueLimit = queueLimit
        self.report = report
        for index in 1...threads {
            NativeThread.start("\(name)-\(index)") { [state, report] in
                while true {
                    let job = state.wait { state -> (any FileJob)? in
                        guard !state.waiting.isEmpty else { return nil }
                        let job = state.waiting.removeFirst()
                        state.running.append(job)
                        return job
                    }
                    guard let job else { continue }
                    report(job.run())
                    state.change { state in state.running.removeAll { $0.request == job.request } }
                }
            }
        }
    }

    func add(_ job: any FileJob) {
        let isAdmitted = state.change { state in
            guard !state.isDraining, state.waiting.count < queueLimit else { return false }
            state.waiting.append(job)
            return true
        }
        if !isAdmitted {
            report(
                .requestFailed(
                    job.request,
                    CaselightError(.busy, job.operation, because: "\(queueLimit) others wait", remedy: "Try again later.")))
        }
    }

    func cancel(_ request: RequestNumber) {
        let dropped = state.change { state -> (any FileJob)? in
            state.running.first { $0.request == request }?.cancel()
            return state.waiting.firstIndex { $0.request == request }.map { state.waiting.remove(at: $0) }
        }
        if let dropped {
            report(.requestFailed(request, CaselightError(.interrupted, dropped.operation, because: "it was told to stop")))
        }
    }

    /// Gives up what waits and interrupts what runs.
    func stop() {
        state.change { state in
            state.isDraining = true
            state.waiting.removeAll()
            for job in state.running { job.cancel() }
        }
    }

    /// Blocks until nothing runs, or for so long.
    func waitUntilIdle(seconds: Double) -> Bool { state.wait(seconds: seconds) { $0.running.isEmpty ? true : nil } ?? false }
}
