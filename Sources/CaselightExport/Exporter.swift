package import CaselightModel
internal import CaselightStore
import Foundation
internal import Logging
import Metrics
import ServiceLifecycle

/// Makes the evidence packages that people ask for, a few at a time, in the order asked.
///
/// Who asks has been checked, and the log has its `export` entry, before `submit`: each package carries that entry's proof, and none is
/// sealed without. An order is durable before it is taken; what a restart interrupts begins again.
package actor Exporter {
    private let services: ExportServices
    private let settings: ExportSettings
    private let folder: ExportFolder
    private let lane: ThreadLane
    private let board = ExportBoard()
    private var waiting: [ExportOrder] = []
    private var running: [String: Task<Void, Never>] = [:]
    private var cancelled: Set<String> = []
    private var isStopping = false
    private let waitingGauge = Gauge(label: "caselight_exports_waiting")
    private let readyCounter = Counter(label: "caselight_exports_total", dimensions: [("outcome", "ready")])
    private let failedCounter = Counter(label: "caselight_exports_total", dimensions: [("outcome", "failed")])
    private let byteCounter = Counter(label: "caselight_export_bytes_total")

    package init(_ services: ExportServices, _ settings: ExportSettings) {
        self.services = services
        self.settings = settings
        folder = ExportFolder(path: settings.folder)
        lane = ThreadLane(name: "export", threadCount: settings.exportsAtOnceCount + 2)
    }

    /// Clears what a crash left half made, and takes up the orders it interrupted. To be called once, before anything else.
    package func start() async throws {
        let cleared = try await Task(executorPreference: lane) { [folder] in
            try folder.make()
            return try folder.clearLeftovers()
        }.value
        if cleared > 0 { services.logger.notice("removed \(cleared) half-made packages") }
        for var order in try await services.cases.unfinishedExports() {
            services.logger.notice("export \(order.id) begins again")
            order.state = .waiting
            add(order)
        }
        startNext()
    }

    /// Takes an order. The log's `export` entry, with the order's id as its object, is there already.
    ///
    /// - Throws: `busy` where too many wait, `tooLarge`, `notFound` for the incident.
    package func submit(_ order: ExportOrder) async throws {
        let operation = "take the export '\(order.id)'"
        guard order.state == .waiting, ExportFolder.isID(order.id), !order.clips.isEmpty else {
            throw CaselightError(.invalidValue, operation, because: "it is no new order with an id of 16 hexadecimal digits and a clip")
        }
        guard waiting.count < settings.waitingLimit, !isStopping else {
            throw CaselightError(.busy, operation, because: "\(waiting.count) exports are waiting already", remedy: "Try again later.")
        }
        try await services.cases.addExport(order)
        add(order)
        startNext()
    }

    /// Gives an export up, waiting or running; one that is over stays as it is.
    package func cancel(_ id: String) async {
        cancelled.insert(id)
        defer { cancelled.remove(id) }
        if let index = waiting.firstIndex(where: { $0.id == id }) {
            let order = waiting.remove(at: index)
            waitingGauge.record(waiting.count)
            return await finish(order, .failure(CancellationError()))
        }
        running[id]?.cancel()
        await running[id]?.value
    }

    /// How far an export is, as far as this process knows it; else its record says.
    package nonisolated func progress(of order: ExportOrder) -> ExportProgress { board.latest(order.id) ?? ExportProgress(order) }

    /// What happens to an export from now on; ends with its last word. One that is over already says nothing: look at its record
    /// after this, not before.
    package nonisolated func updates(of id: String) -> AsyncStream<ExportProgress> { board.watch(id) }

    /// Where the package of an export that is ready stands. - Throws: `notFound` for one that is not ready.
    package nonisolated func packagePath(of order: ExportOrder) throws(CaselightError) -> String {
        guard order.state == .ready, ExportFolder.isID(order.id) else {
            throw CaselightError(.notFound, "hand over the package of export '\(order.id)'", because: "it is \(order.state.rawValue)")
        }
        return folder.package(order.id)
    }

    /// The authority's answer that came after the package was sealed; `nil` where there is none. Blocks.
    package nonisolated func lateTimestamp(of order: ExportOrder) -> [UInt8]? {
        guard order.state == .ready, ExportFolder.isID(order.id) else { return nil }
        return FileManager.default.contents(atPath: folder.stamp(order.id)).map(Array.init)
    }

    /// Interrupts what runs, which begins again at the next start. Returns when all has ended.
    package func stop() async {
        isStopping = true
        for task in running.values { task.cancel() }
        for task in running.values { await task.value }
    }

    private func add(_ order: ExportOrder) {
        waiting.append(order)
        waitingGauge.record(waiting.count)
        board.tell(ExportProgress(order))
    }

    private func startNext() {
        while !isStopping, running.count < settings.exportsAtOnceCount, !waiting.isEmpty {
            var order = waiting.removeFirst()
            waitingGauge.record(waiting.count)
            order.state = .running
            let job = ExportJob(order: order, services: services, settings: settings, folder: folder, meter: ExportMeter(order, board))
            running[order.id] = Task(executorPreference: lane) { [order] in
                let outcome = await Self.outcome(of: job)
                await self.finish(order, outcome)
            }
        }
    }

    private static nonisolated func outcome(of job: ExportJob) async -> Result<ExportJob.Made, any Error> {
        do {
            try await job.services.cases.updateExport(job.order)
            return .success(try await job.run())
        } catch {
            return .failure(error)
        }
    }

    private func finish(_ order: ExportOrder, _ outcome: Result<ExportJob.Made, any Error>) async {
        defer {
            running[order.id] = nil
            startNext()
        }
        var order = order
        switch outcome {
        case .success(let made):
            (order.state, order.byteCount, order.sha256) = (.ready, made.byteCount, made.sha256)
            readyCounter.increment()
            byteCounter.increment(by: made.byteCount)
        case .failure(let error):
            // The record stays at `running`, so that the next start begins it again.
            if isStopping, !cancelled.contains(order.id) { return }
            order.state = .failed
            order.failure = Self.text(error, order)
            failedCounter.increment()
            services.logger.warning("\(order.failure ?? "")", metadata: ["export": "\(order.id)"])
        }
        order.finishedAt = services.clock.now()
        await record(order, made: try? outcome.get())
        board.tell(ExportProgress(order))
    }

    /// A record that cannot be written leaves the export unfinished: the next start begins it again.
    private func record(_ order: ExportOrder, made: ExportJob.Made?) async {
        do {
            try await services.log.append(
                LoggedAct(
                    .exportFinished, by: .daemon, outcome: order.state == .ready ? .done : .failed, incident: order.incident,
                    purpose: order.reason, object: order.id,
                    detail: made.map { "\($0.byteCount) bytes, SHA-256 \($0.sha256), of its SHA256SUMS \($0.sumsSHA256)" } ?? order.failure))
            try await services.cases.updateExport(order)
        } catch {
            services.logger.critical("the end of export \(order.id) cannot be recorded: \(error)")
        }
    }

    private static func text(_ error: any Error, _ order: ExportOrder) -> String {
        if let error = error as? CaselightError { return error.description }
        if error is CancellationError { return "the export was given up" }
        return "cannot make the package of export '\(order.id)': \(type(of: error)) \(error.localizedDescription)"
    }
}

extension Exporter: Service {
    /// Waits for the daemon's stop. Listed behind the service whose workers make clips, it is over before those are: an export that lost
    /// its worker would count as failed, and this one begins again.
    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask(executorPreference: lane) { [services, settings, folder] in
                var keeping = PackageKeeping(services, settings, folder)
                while !Task.isCancelled {
                    await keeping.run()
                    try? await Task.sleep(for: settings.keepingInterval)
                }
            }
            try? await gracefulShutdown()
            group.cancelAll()
        }
        await stop()
    }
}
