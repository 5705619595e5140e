import CaselightModel
import CaselightWorkerProtocol
import Logging
import Metrics

/// A worker that answers single requests: stills, imports, clips, probes. Spawned when first needed, replaced when it dies;
/// requests it took with it fail with `workerFailed`.
actor RequestDesk {
    /// A request's answer: the event that ends it.
    private struct Waiting {
        let answer: CheckedContinuation<WorkerEvent, any Error>
        let onEvent: (@Sendable (WorkerEvent) -> Void)?
    }

    private let role: WorkerProcess.Role
    private let settings: IngestSettings
    private let limit: Int
    private let logger: Logger
    private var process: WorkerProcess?
    private var task: Task<Void, Never>?
    private var waiting: [RequestNumber: Waiting] = [:]
    private var nextNumber: RequestNumber = 1
    private let refusedCounter: Counter
    private let waitingGauge: Gauge

    /// - Parameter limit: requests waiting or being answered; one more is refused with `busy`.
    init(role: WorkerProcess.Role, settings: IngestSettings, limit: Int, logger: Logger) {
        self.role = role
        self.settings = settings
        self.limit = limit
        self.logger = logger
        refusedCounter = Counter(label: "caselight_worker_requests_refused_total", dimensions: [("role", role.rawValue)])
        waitingGauge = Gauge(label: "caselight_worker_requests_waiting", dimensions: [("role", role.rawValue)])
    }

    /// Asks the worker and waits for the event that answers.
    ///
    /// - Parameters:
    ///   - timeout: past it the request is cancelled and fails with `timedOut`; `nil` waits as long as the worker lives.
    ///   - onEvent: hears the worker's other events while this request runs: an import's segments and progress.
    ///   - order: makes the command for the request's number.
    func ask(
        timeout: Duration?, onEvent: (@Sendable (WorkerEvent) -> Void)? = nil, _ order: @Sendable (RequestNumber) -> WorkerCommand
    ) async throws -> WorkerEvent {
        guard waiting.count < limit else {
            refusedCounter.increment()
            throw CaselightError(
                .busy, "ask the \(role.rawValue) worker", because: "\(limit) requests are waiting already", remedy: "Try again in a moment.")
        }
        let number = nextNumber
        nextNumber += 1
        let command = order(number)
        let alarm = timeout.map { timeout in
            Task {
                try await Task.sleep(for: timeout)
                self.giveUp(number, after: timeout)
            }
        }
        defer { alarm?.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { answer in
                waiting[number] = Waiting(answer: answer, onEvent: onEvent)
                waitingGauge.record(waiting.count)
                do {
                    try runningProcess().send(command)
                } catch {
                    finish(number, with: .failure(error))
                }
            }
        } onCancel: {
            Task { await self.cancel(number) }
        }
    }

    /// Ends the worker; waiting requests fail.
    func stop() async {
        process?.finish()
        task?.cancel()
        await task?.value
    }

    private func runningProcess() throws -> WorkerProcess {
        if let process { return process }
        let process = WorkerProcess(role: role, path: settings.workerPath, logger: logger)
        try process.send(.configure(settings.workerSettings))
        self.process = process
        task = Task { await self.run(process) }
        return process
    }

    private func run(_ process: WorkerProcess) async {
        var cause = "it ended"
        do {
            let ending = try await process.run { [weak self] event in await self?.deliver(event) }
            cause = "it ended (\(ending))"
        } catch {
            cause = "\(error)"
        }
        if self.process === process { self.process = nil }
        let failure = CaselightError(.workerFailed, "get an answer from the \(role.rawValue) worker", because: cause, remedy: "Try again.")
        for number in waiting.keys { finish(number, with: .failure(failure)) }
    }

    private func deliver(_ event: WorkerEvent) {
        switch event {
        case .stillDone(let number, _, _, _), .probeDone(let number, _, _), .importDone(let number, _), .remuxDone(let number, _):
            finish(number, with: .success(event))
        case .importProgress(let number, _, _), .remuxProgress(let number, _, _):
            waiting[number]?.onEvent?(event)
        case .requestFailed(let number, let error):
            finish(number, with: .failure(error))
        default:
            for request in waiting.values { request.onEvent?(event) }
        }
    }

    private func giveUp(_ number: RequestNumber, after timeout: Duration) {
        try? process?.send(.cancel(request: number))
        finish(
            number,
            with: .failure(CaselightError(.timedOut, "wait for the \(role.rawValue) worker", because: "it took longer than \(timeout)")))
    }

    private func cancel(_ number: RequestNumber) {
        try? process?.send(.cancel(request: number))
        finish(number, with: .failure(CancellationError()))
    }

    private func finish(_ number: RequestNumber, with result: Result<WorkerEvent, any Error>) {
        guard let request = waiting.removeValue(forKey: number) else { return }
        waitingGauge.record(waiting.count)
        request.answer.resume(with: result)
    }
}
