import CaselightArchive
import CaselightModel
import CaselightStore
import CaselightWorkerProtocol
import Logging
import Metrics
import ServiceLifecycle

/// Records every registered feed: recovers what a crash left, keeps a supervisor per feed, makes room, and drains when told to stop.
package actor IngestService: Service {
    let records: any RecordStore
    private let index: any FootageIndex
    private let archive: Archive
    var settings: IngestSettings
    let clock: any WallClock
    let logger: Logger
    let board = StatusBoard()
    let outages: OutageBook
    let holds: HoldBook
    private let indexWriter: IndexWriter
    private let pool: WorkerPool
    private let gate: ConnectGate
    private let recovery: Recovery
    private let startRecovery: StartRecovery
    package nonisolated let desk: MediaDesk
    var supervisors: [CameraCode: FeedSupervisor] = [:]
    private var changing: [CameraCode: Task<Void, Never>] = [:]
    private var isRecording = false
    /// Why nothing can be recorded for want of room; `nil` while there is some.
    private var archiveProblem: String?
    private let feedGauge = Gauge(label: "caselight_feeds_registered")

    package init(
        records: any RecordStore, index: any FootageIndex, archive: Archive, holds: HoldBook, settings: IngestSettings,
        clock: any WallClock, logger: Logger
    ) {
        self.records = records
        self.index = index
        self.archive = archive
        self.holds = holds
        self.settings = settings
        self.clock = clock
        self.logger = logger
        outages = OutageBook(records: records, logger: logger)
        let writer = IndexWriter(index: index, logger: logger)
        indexWriter = writer
        desk = MediaDesk(index: index, archive: archive, settings: settings, logger: logger)
        let runs = RunBook()
        let recovery = Recovery(index: index, archive: archive, logger: logger)
        pool = WorkerPool(
            settings: settings, logger: logger,
            onEvent: { [board] event in
                if case .progress(let batch) = event {
                    let segments = batch.segments
                    board.reached(zip(runs.cameras(of: segments.map(\.id.run)), segments.map(\.endsAt)))
                }
                await writer.add(runs.changes(for: event))
            },
            onDeath: { cameras in
                await writer.flush()
                await recovery.close(segmentsOf: cameras, at: clock.now())
            })
        gate = ConnectGate(limit: settings.connectLimit)
        self.recovery = recovery
        startRecovery = StartRecovery(recovery, clock: clock, logger: logger)
    }

    /// Finds out what a crash left; before `run`. Each camera's footage is then brought into step before its feed is opened.
    ///
    /// - Parameter rebuilding: reads the whole archive into an index that is new.
    package func recover(rebuilding: Bool) async throws {
        await holds.reconcile()
        guard rebuilding else { return try await startRecovery.begin() }
        let summary = try await recovery.rebuild()
        await startRecovery.skip()
        if summary.whole > 0 { logger.notice("the index was missing and has been rebuilt from \(summary.whole) segments") }
    }

    /// Whether recording has begun and the index takes what is recorded.
    package var isHealthy: Bool {
        get async { isRecording ? await indexWriter.isHealthy : false }
    }

    /// What keeps footage from being recorded right now: the part concerned, and a line on it.
    package var problems: [(part: String, detail: String)] {
        get async {
            var problems: [(part: String, detail: String)] = []
            if await !isHealthy { problems.append(("index", "recording has not begun, or the index takes no changes")) }
            if let problem = await pool.problem { problems.append(("worker", problem)) }
            if let archiveProblem { problems.append(("archive", archiveProblem)) }
            return problems
        }
    }

    private func note(archiveProblem problem: String?) { archiveProblem = problem }

    package func run() async throws {
        let retention = Retention(
            records: records, index: index, archive: archive, holds: holds, outages: outages, clock: clock, logger: logger,
            settings: { [weak self] in await self?.settings }, onRoom: { [weak self] in await self?.note(archiveProblem: $0) })
        try await startFeeds()
        isRecording = true
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await self.finishDeletions()
                await retention.run()
            }
            group.addTask { [spread = settings.connectSpread] in
                // By then cameras with a feed have seen to themselves.
                guard (try? await Task.sleep(for: spread)) != nil else { return }
                await self.startRecovery.finishAll()
            }
            group.addTask { await self.measure() }
            try? await gracefulShutdown()
            group.cancelAll()
        }
        await drain()
    }

    var surroundings: FeedSupervisor.Surroundings {
        FeedSupervisor.Surroundings(
            pool: pool, board: board, outages: outages, gate: gate, clock: clock, backoff: settings.backoff, logger: logger,
            lastCovered: { [weak self] camera, since in await self?.lastCovered([camera], since: since)[camera] },
            recovered: { [startRecovery] camera in await startRecovery.finish(camera) })
    }

    /// Until when the index has footage of each camera, looking back to a time.
    func lastCovered(_ cameras: [CameraCode], since: WallTime) async -> [CameraCode: WallTime] {
        await indexWriter.flush()
        let span = TimeSpan(start: since, end: max(since, clock.now()) + .days(1))
        let covered = try? await index.coverage(of: cameras, overlapping: span)
        return (covered ?? [:]).compactMapValues { $0.last?.span.end }
    }

    private func finishDeletions() async {
        do {
            let gone = try await recovery.finishDeletions(sparing: try await holds.shield())
            await outages.note(Retention.outages(of: gone, "expired before the last stop"))
        } catch {
            logger.error("\(error)")
        }
    }

    private func measure() async {
        while !Task.isCancelled {
            feedGauge.record(supervisors.count)
            let counts = board.counts()
            for state in FeedStatus.State.allCases {
                Gauge(label: "caselight_feeds", dimensions: [("state", state.rawValue)]).record(counts[state] ?? 0)
            }
            try? await Task.sleep(for: .seconds(5))
        }
    }

    private func drain() async {
        isRecording = false
        logger.notice("closing \(supervisors.count) feeds")
        let all = Array(supervisors.values)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await withDiscardingTaskGroup { stops in
                    for supervisor in all { stops.addTask { await supervisor.stop(.stopped) } }
                }
            }
            group.addTask { [limit = settings.drainLimit] in try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        await pool.drain()
        await desk.stop()
        await indexWriter.flush()
        await outages.finish()
    }
}

extension IngestService: LiveFeeds {
    package nonisolated func status(of code: CameraCode) async -> FeedStatus? { board.status(of: code) }
    package nonisolated func statuses() async -> [FeedStatus] { board.all() }

    /// Changes of one camera run one after another; those of different cameras do not wait for each other.
    package func cameraChanged(_ code: CameraCode) async {
        let before = changing[code]
        let change = Task {
            await before?.value
            await self.apply(changeOf: code)
        }
        changing[code] = change
        await change.value
        if changing[code] == change { changing[code] = nil }
    }

    private func apply(changeOf code: CameraCode) async {
        guard isRecording else { return }
        do {
            let camera = try await records.camera(code)
            let credentials = camera?.feed?.hasCredentials == true ? try await records.credentials(of: code) : nil
            let plan = camera.flatMap { camera in
                camera.isEnabled
                    ? camera.feed.map {
                        FeedSupervisor.Plan(camera: code, feed: $0, credentials: credentials, policy: camera.policy)
                    } : nil
            }
            if let running = supervisors[code] {
                if running.plan == plan { return }
                let onlyPolicy = plan.map { $0.feed == running.plan.feed && $0.credentials == running.plan.credentials } ?? false
                supervisors[code] = nil
                let gap = camera.map { $0.isEnabled ? nil : gapOfDisabled } ?? gapOfRemoved
                await running.stop(onlyPolicy ? .policyChanged : .stopped, gap: gap)
            }
            guard let camera, camera.feed != nil else {
                board.remove(code)
                await outages.close(code, at: clock.now())
                return
            }
            await begin(camera)
        } catch {
            logger.error("\(error)", metadata: ["camera": "\(code)"])
        }
    }

    package nonisolated func probe(
        _ url: FeedURL, credentials: FeedCredentials?, transport: FeedTransport, pictureWidthPixels: Int?
    ) async throws -> ProbedFeed {
        try await desk.probe(url, credentials: credentials, transport: transport, pictureWidthPixels: pictureWidthPixels)
    }

    package nonisolated func importFootage(
        _ order: FootageImport, progress: @Sendable @escaping (Int64, Int64) -> Void
    ) async throws -> Run {
        await startRecovery.finish(order.camera)
        return try await desk.importFootage(order, progress: progress)
    }
}
