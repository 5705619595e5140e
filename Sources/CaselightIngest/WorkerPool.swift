import CaselightModel
import CaselightWorkerProtocol
import Logging
import Metrics

/// The feed workers: which carries which feed, and replacing those that die.
///
/// A worker that ends takes its feeds' runs with it and nothing else: each of its feeds is told, its open segments are handed to
/// `onDeath`, and a new process stands ready within two seconds. Other workers never notice.
package actor WorkerPool {
    /// What a feed's supervisor hears.
    package enum FeedEvent: Sendable {
        case worker(WorkerEvent)
        /// The last event: the worker ended while it carried the feed.
        case workerDied
    }

    private struct Slot {
        var process: WorkerProcess?
        var feeds: [FeedNumber: Carried] = [:]
        var task: Task<Void, Never>?
        /// Processes in a row that did not live long, and how the last one ended.
        var earlyDeaths = 0
        var lastEnding = ""
    }

    private struct Carried {
        let order: FeedOrder
        let events: AsyncStream<FeedEvent>.Continuation
    }

    /// Past it a supervisor is stuck; the oldest events go and are counted.
    private static let eventLimit = 4096
    private static let respawnDelay: Duration = .milliseconds(300)
    private static let longestRespawnDelay: Duration = .seconds(10)
    /// A worker that lived for less did not stay up.
    private static let shortLife: Duration = .seconds(10)
    private static let earlyDeathLimit = 3

    private let settings: IngestSettings
    private let logger: Logger
    private let onEvent: @Sendable (WorkerEvent) async -> Void
    private let onDeath: @Sendable (Set<CameraCode>) async -> Void
    private var slots: [Slot] = []
    private var nextNumber: FeedNumber = 1
    private var isStopping = false
    private let deathCounter = Counter(label: "caselight_worker_deaths_total")

    /// - Parameters:
    ///   - onEvent: hears every event of every worker, in each worker's order, before the feed it is about.
    ///   - onDeath: called with its feeds' cameras after a worker ended and before the feeds are told.
    package init(
        settings: IngestSettings, logger: Logger, onEvent: @Sendable @escaping (WorkerEvent) async -> Void,
        onDeath: @Sendable @escaping (Set<CameraCode>) async -> Void
    ) {
        self.settings = settings
        self.logger = logger
        self.onEvent = onEvent
        self.onDeath = onDeath
    }

    /// Has a worker connect once; the events end with `feedEnded` or `workerDied`.
    package func open(
        camera: CameraCode, url: FeedURL, credentials: FeedCredentials?, transport: FeedTransport, policy: RecordingPolicy
    ) -> (feed: FeedNumber, events: AsyncStream<FeedEvent>) {
        let feed = nextNumber
        nextNumber += 1
        let order = FeedOrder(feed: feed, camera: camera, url: url, credentials: credentials, transport: transport, policy: policy)
        let (events, continuation) = AsyncStream<FeedEvent>.makeStream(bufferingPolicy: .bufferingNewest(Self.eventLimit))
        let position = slotWithRoom()
        slots[position].feeds[feed] = Carried(order: order, events: continuation)
        // A slot whose process is being replaced sends its orders when the new one is ready.
        if let process = slots[position].process { send(.open(order), to: process) }
        return (feed, events)
    }

    /// Ends a feed's run; its events end with `feedEnded`.
    package func close(_ feed: FeedNumber, reason: EndReason) {
        guard let position = slots.firstIndex(where: { $0.feeds[feed] != nil }) else { return }
        if let process = slots[position].process {
            send(.close(feed: feed, reason: reason), to: process)
        } else {
            release(feed, from: position, with: .workerDied)
        }
    }

    /// Closes every feed and every worker; returns when all have exited or the limit has passed.
    package func drain() async {
        isStopping = true
        let tasks = slots.compactMap(\.task)
        for slot in slots {
            if let process = slot.process { send(.drain(.stopped), to: process) }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for task in tasks { await task.value } }
            group.addTask { [limit = settings.drainLimit] in
                try? await Task.sleep(for: limit)
                for task in tasks { task.cancel() }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Why workers do not stay up; `nil` when they do.
    package var problem: String? {
        slots.first { $0.earlyDeaths >= Self.earlyDeathLimit }.map { "a media worker does not stay up: \($0.lastEnding)" }
    }

    private func slotWithRoom() -> Int {
        if let position = slots.firstIndex(where: { $0.feeds.count < settings.feedsPerWorker }) { return position }
        let position = slots.count
        slots.append(Slot())
        slots[position].task = Task { await self.keepAlive(position) }
        return position
    }

    private func keepAlive(_ position: Int) async {
        while !isStopping, !Task.isCancelled {
            let process = WorkerProcess(role: .feed, path: settings.workerPath, logger: logger)
            let began = ContinuousClock.now
            await run(process, at: position)
            slots[position].earlyDeaths = ContinuousClock.now - began < Self.shortLife ? slots[position].earlyDeaths + 1 : 0
            slots[position].process = nil
            await onDeath(Set(slots[position].feeds.values.map(\.order.camera)))
            for feed in slots[position].feeds.keys { release(feed, from: position, with: .workerDied) }
            guard !isStopping else { return }
            let doublings = min(5, max(0, slots[position].earlyDeaths - 1))
            try? await Task.sleep(for: min(Self.longestRespawnDelay, Self.respawnDelay * (1 << doublings)))
        }
    }

    private func run(_ process: WorkerProcess, at position: Int) async {
        do {
            try process.send(.configure(settings.workerSettings))
            slots[position].process = process
            for carried in slots[position].feeds.values { send(.open(carried.order), to: process) }
            let ending = try await process.run { [weak self] event in await self?.deliver(event, of: position) }
            if !isStopping {
                deathCounter.increment()
                slots[position].lastEnding = "\(ending)"
                logger.error("a media worker ended (\(ending)); starting another")
            }
        } catch {
            deathCounter.increment()
            slots[position].lastEnding = "\(error)"
            logger.error("\(error)")
        }
    }

    private func deliver(_ event: WorkerEvent, of position: Int) async {
        await onEvent(event)
        switch event {
        case .runStarted(let feed, _), .streamChanged(let feed, _, _), .clockSample(let feed, _, _):
            slots[position].feeds[feed]?.events.yield(.worker(event))
        case .feedEnded(let feed, _, _, _):
            release(feed, from: position, with: .worker(event))
        case .segmentOpened(let segment), .segmentClosed(let segment):
            carrier(of: segment.camera, in: position)?.yield(.worker(event))
        case .segmentLost(_, let camera, _):
            carrier(of: camera, in: position)?.yield(.worker(event))
        case .feedCounts(let counts):
            for count in counts { slots[position].feeds[count.feed]?.events.yield(.worker(.feedCounts([count]))) }
        default: break
        }
    }

    private func carrier(of camera: CameraCode, in position: Int) -> AsyncStream<FeedEvent>.Continuation? {
        slots[position].feeds.values.first { $0.order.camera == camera }?.events
    }

    private func release(_ feed: FeedNumber, from position: Int, with event: FeedEvent) {
        guard let carried = slots[position].feeds.removeValue(forKey: feed) else { return }
        carried.events.yield(event)
        carried.events.finish()
    }

    private func send(_ command: WorkerCommand, to process: WorkerProcess) {
        do {
            try process.send(command)
        } catch {
            // The process is on its way out; `keepAlive` tells its feeds.
            logger.warning("\(error)")
        }
    }
}

extension IngestSettings {
    /// What every worker is told first.
    var workerSettings: WorkerSettings {
        var worker = WorkerSettings(archivePath: archivePath)
        worker.segmentLength = segmentLength
        worker.fragmentLength = fragmentLength
        worker.syncInterval = syncInterval
        worker.queueLimitBytes = queueLimitBytes
        worker.readTimeout = readTimeout
        worker.drainInterval = drainInterval
        return worker
    }
}
