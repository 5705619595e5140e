import CaselightArchive
import CaselightModel
import CaselightStore
import CaselightWorkerProtocol
import Logging
import Metrics
import ServiceLifecycle

/// Records every registered feed: recovers what a crash left, keeps a supervisor per feed, makes room, and drains when told to stop.
package actor IngestService: Service {
    private let records: any RecordStore
    private let index: any FootageIndex
    private let archive: Archive
    var settings: IngestSettings
    private let clock: any WallClock
    private let logger: Logger
    private let board = StatusBoard()
    private let outages: OutageBook
    private let indexWriter: IndexWriter
    private let pool: WorkerPool
    private let recovery: Recovery
    package nonisolated let desk: MediaDesk
    private var supervisors: [CameraCode: FeedSupervisor] = [:]
    private var changing: [CameraCode: Task<Void, Never>] = [:]
    private var isRecording = false
    private let feedGauge = Gauge(label: "caselight_feeds_registered")

    package init(
        records: any RecordStore, index: any FootageIndex, archive: Archive, settings: IngestSettings, clock: any WallClock,
        logger: Logger
    ) {
        self.records = records
        self.index = index
        self.archive = archive
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
                if case .progress(let segments) = event {
                    for segment in segments { runs.camera(of: segment.id.run).map { board.reached(segment.endsAt, $0) } }
                }
                await writer.add(runs.changes(for: event))
            },
            onDeath: { cameras in
                await writer.flush()
                await recovery.close(segmentsOf: cameras, at: clock.now())
            })
        self.recovery = recovery
    }

    /// Brings archive and index into step; before `run`.
    ///
    /// - Parameter rebuilding: reads the whole archive into an index that is new.
    package func recover(rebuilding: Bool) async throws {
        guard rebuilding else { return try await recovery.atStart() }
        let summary = try await recovery.rebuild()
        if summary.whole > 0 { logger.notice("the index was missing and has been rebuilt from \(summary.whole) segments") }
    }

    /// Whether recording has begun and the index takes what is recorded.
    package var isHealthy: Bool {
        get async { isRecording ? await indexWriter.isHealthy : false }
    }

    package func run() async throws {
        let retention = Retention(
            records: records, index: index, archive: archive, outages: outages, clock: clock, logger: logger,
            settings: { [weak self] in await self?.settings })
        try await startFeeds()
        isRecording = true
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await retention.run() }
            group.addTask { await self.measure() }
            try? await gracefulShutdown()
            group.cancelAll()
        }
        await drain()
    }

    private func startFeeds() async throws {
        try await outages.load()
        var after: CameraCode?
        var order = 0
        while true {
            let page = try await records.cameras(CameraFilter(), after: after, limit: 500)
            for camera in page {
                guard camera.feed != nil else { continue }
                // Spread, so that thousands of cameras are not dialled in one instant.
                await begin(camera, after: .milliseconds(min(30_000, order * 15)), isStart: true)
                order += 1
            }
            guard let last = page.last else { return }
            after = last.code
        }
    }

    private static let disabledGap = (cause: GapCause.disabled, detail: "the feed is disabled")

    private func begin(_ camera: Camera, after delay: Duration, isStart: Bool) async {
        guard let feed = camera.feed else { return }
        guard camera.isEnabled else {
            board.enter(.disabled, camera.code, at: clock.now())
            await outages.open(
                Outage(
                    camera: camera.code, startedAt: clock.now(), endedAt: nil, cause: Self.disabledGap.cause, detail: Self.disabledGap.detail))
            return
        }
        let credentials: FeedCredentials?
        do {
            credentials = feed.hasCredentials ? try await records.credentials(of: camera.code) : nil
        } catch {
            logger.error("\(error)", metadata: ["camera": "\(camera.code)"])
            credentials = nil
        }
        await noteStart(of: camera, isStart: isStart)
        let plan = FeedSupervisor.Plan(camera: camera.code, feed: feed, credentials: credentials, policy: camera.policy)
        let supervisor = FeedSupervisor(plan, surroundings)
        supervisors[camera.code] = supervisor
        await supervisor.start(after: delay)
    }

    /// From here until the first footage there is a gap, and this is why.
    private func noteStart(of camera: Camera, isStart: Bool) async {
        let now = clock.now()
        guard isStart else {
            // A camera registered this moment waits for its first footage since then.
            let isNew = now - camera.createdAt < .seconds(10)
            await outages.openUnlessOpen(
                Outage(
                    camera: camera.code, startedAt: isNew ? camera.createdAt : now, endedAt: nil, cause: .feedLost, detail: "connecting"))
            return
        }
        let since = await lastCovered(camera.code, since: now - .days(7)) ?? max(camera.createdAt, now - .days(7))
        await outages.openUnlessOpen(
            Outage(camera: camera.code, startedAt: min(since, now), endedAt: nil, cause: .restart, detail: "caselightd was not running"))
    }

    private var surroundings: FeedSupervisor.Surroundings {
        FeedSupervisor.Surroundings(
            pool: pool, board: board, outages: outages, clock: clock, backoff: settings.backoff, logger: logger,
            lastCovered: { [weak self] camera, since in await self?.lastCovered(camera, since: since) })
    }

    private func lastCovered(_ camera: CameraCode, since: WallTime) async -> WallTime? {
        await indexWriter.flush()
        let span = TimeSpan(start: since, end: max(since, clock.now()) + .days(1))
        return try? await index.coverage(of: [camera], overlapping: span)[camera]?.last?.span.end
    }

    private func measure() async {
        while !Task.isCancelled {
            feedGauge.record(supervisors.count)
            for state in FeedStatus.State.allCases {
                Gauge(label: "caselight_feeds", dimensions: [("state", state.rawValue)])
                    .record(board.all().count { $0.state == state })
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
        await outages.write()
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
                await running.stop(onlyPolicy ? .policyChanged : .stopped, gap: camera?.isEnabled == false ? Self.disabledGap : nil)
            }
            guard let camera, camera.feed != nil else {
                board.remove(code)
                await outages.close(code, at: clock.now())
                return
            }
            await begin(camera, after: .zero, isStart: false)
        } catch {
            logger.error("\(error)", metadata: ["camera": "\(code)"])
        }
    }

    package nonisolated func probe(_ url: FeedURL, credentials: FeedCredentials?, transport: FeedTransport) async throws -> StreamMetadata {
        try await desk.probe(url, credentials: credentials, transport: transport)
    }

    package nonisolated func importFootage(
        _ order: FootageImport, progress: @Sendable @escaping (Int64, Int64) -> Void
    ) async throws -> Run {
        try await desk.importFootage(order, progress: progress)
    }
}
