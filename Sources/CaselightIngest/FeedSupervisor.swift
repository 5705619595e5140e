import CaselightModel
import CaselightStore
import CaselightWorkerProtocol
import Logging

/// Keeps one camera's feed recorded for as long as it is registered: connects, and connects again, and notes why there is a gap.
actor FeedSupervisor {
    /// What about the feed needs a new connection when it changes.
    struct Plan: Hashable, Sendable {
        var camera: CameraCode
        var feed: Feed
        var credentials: FeedCredentials?
        var policy: RecordingPolicy
    }

    struct Surroundings: Sendable {
        var pool: WorkerPool
        var board: StatusBoard
        var outages: OutageBook
        var gate: ConnectGate
        var clock: any WallClock
        var backoff: Backoff.Limits
        var logger: Logger
        /// Until when the index has footage of a camera, looking back to a time.
        var lastCovered: @Sendable (CameraCode, WallTime) async -> WallTime?
        /// Returns when what a crash left of the camera's footage is in step, so that new may be recorded.
        var recovered: @Sendable (CameraCode) async -> Void
    }

    nonisolated let plan: Plan
    private let around: Surroundings
    private var backoff: Backoff
    private var fallback: TransportFallback
    private var openFeed: FeedNumber?
    private var stopReason: EndReason?
    private var stopGap: (cause: GapCause, detail: String)?
    private var pause: Task<Void, Never>?
    private var isConnecting = false
    /// Since the last footage.
    private var hasFailed = false
    private var lastLogged = ""
    private var task: Task<Void, Never>?

    init(_ plan: Plan, _ surroundings: Surroundings) {
        self.plan = plan
        around = surroundings
        backoff = Backoff(surroundings.backoff)
        fallback = TransportFallback(plan.feed)
    }

    /// - Parameter delay: before the first attempt.
    func start(after delay: Duration) {
        task = Task { await self.run(after: delay) }
    }

    /// Ends the run and the attempts; returns when the feed's files are closed.
    ///
    /// - Parameter gap: why there is no footage from then on; `nil` where the reason says it.
    func stop(_ reason: EndReason, gap: (cause: GapCause, detail: String)? = nil) async {
        stopReason = reason
        stopGap = gap
        pause?.cancel()
        if let openFeed { await around.pool.close(openFeed, reason: reason) }
        await task?.value
    }

    private func run(after delay: Duration) async {
        around.board.enter(.connecting, plan.camera, at: around.clock.now())
        await wait(delay)
        if stopReason == nil { await around.recovered(plan.camera) }
        while await mayConnect() {
            let failure = await attempt()
            hasFailed = failure != nil
            guard stopReason == nil else { break }
            await wait(nextPause(after: failure))
        }
        around.board.enter(.stopped, plan.camera, at: around.clock.now())
    }

    /// Waits for a place among those that connect.
    ///
    /// - Returns: false when told to stop.
    private func mayConnect() async -> Bool {
        guard stopReason == nil else { return false }
        let entering = Task { [gate = around.gate, hasFailed] in
            isConnecting = await gate.enter(isRepeated: hasFailed)
        }
        pause = entering
        await entering.value
        pause = nil
        if stopReason != nil { await leaveGate() }
        return stopReason == nil
    }

    private func leaveGate() async {
        guard isConnecting else { return }
        isConnecting = false
        await around.gate.leave()
    }

    /// One connection, from opening to its end.
    ///
    /// - Returns: why it ended, where that was an error.
    private func attempt() async -> CaselightError? {
        let startedAt = around.clock.now()
        around.board.enter(.connecting, plan.camera, at: startedAt)
        let transport = fallback.transport
        around.board.change(plan.camera) { $0.fallback = transport == plan.feed.transport ? nil : transport }
        let (feed, events) = await around.pool.open(
            camera: plan.camera, url: plan.feed.url, credentials: plan.credentials, transport: transport, policy: plan.policy)
        openFeed = feed
        if let stopReason { await around.pool.close(feed, reason: stopReason) }
        var failure: CaselightError?
        var reason = EndReason.feedLost
        for await event in events {
            switch event {
            case .workerDied:
                reason = .restart
                failure = CaselightError(.workerFailed, "read the feed of camera '\(plan.camera)'", because: "its media worker ended")
            case .worker(.feedEnded(_, _, let why, let error)):
                reason = why
                failure = error
            case .worker(let event):
                if case .runStarted = event { await leaveGate() }
                await note(event)
            }
        }
        openFeed = nil
        fallback.ended(with: failure?.code)
        await leaveGate()
        // The gap begins where the footage ends, which is a moment before anybody noticed.
        let footageEnd = await around.lastCovered(plan.camera, startedAt)
        await ended(at: footageEnd ?? startedAt, reason: reason, failure)
        return failure
    }

    private func note(_ event: WorkerEvent) async {
        switch event {
        case .runStarted(_, let run):
            around.logger.notice(
                "recording", metadata: ["camera": "\(plan.camera)", "run": "\(run.id)", "codec": "\(run.stream.video?.codec ?? "none")"])
            around.board.change(plan.camera) { status in
                status.run = run.id
                status.stream = run.stream
            }
        case .streamChanged(_, _, let stream):
            around.board.change(plan.camera) { $0.stream = stream }
        case .clockSample(_, _, let sample):
            around.board.change(plan.camera) { $0.lastClock = sample }
        case .segmentOpened(let segment):
            backoff.succeeded()
            fallback.succeeded()
            lastLogged = ""
            around.board.enter(.recording, plan.camera, at: segment.span.start)
            around.board.change(plan.camera) { status in
                status.problem = nil
                status.problemCode = nil
                status.lastFragmentAt = segment.span.end
            }
            await around.outages.close(plan.camera, at: segment.span.start)
        case .segmentClosed(let segment) where [.diskFull, .diskFailed, .overload].contains(segment.endReason):
            let (cause, detail) = GapCause.of(segment.endReason ?? .diskFailed, nil)
            await lost(since: segment.span.end, cause, detail.isEmpty ? "the disk did not take the footage" : detail)
        case .segmentLost(_, _, let error):
            let (cause, detail) = GapCause.of(.diskFailed, error)
            around.board.change(plan.camera) { status in
                status.problem = error.description
                status.problemCode = error.code
            }
            await lost(since: around.clock.now(), cause, detail)
        case .feedCounts(let counts):
            guard let count = counts.first else { return }
            around.board.change(plan.camera) { status in
                status.receivedByteCount = count.byteCount
                status.packetCount = count.packetCount
                status.reception = count.reception
            }
        default: break
        }
    }

    /// The feed goes on, but nothing of it is kept until the next segment.
    private func lost(since time: WallTime, _ cause: GapCause, _ detail: String) async {
        await around.outages.openUnlessOpen([Outage(camera: plan.camera, startedAt: time, endedAt: nil, cause: cause, detail: detail)])
    }

    private func ended(at time: WallTime, reason: EndReason, _ failure: CaselightError?) async {
        let (cause, detail) = stopGap ?? GapCause.of(reason, failure)
        around.board.change(plan.camera) { status in
            status.problem = failure?.description
            status.problemCode = failure?.code
        }
        await around.outages.open(Outage(camera: plan.camera, startedAt: time, endedAt: nil, cause: cause, detail: detail))
        let text = failure?.description ?? "the feed ended: \(reason.rawValue)"
        // A camera that stays dead says so once, not every minute.
        let level: Logger.Level = text == lastLogged ? .debug : stopReason == nil ? .warning : .info
        lastLogged = text
        around.logger.log(level: level, "\(text)", metadata: ["camera": "\(plan.camera)"])
    }

    private func nextPause(after failure: CaselightError?) -> Duration {
        // A worker's death is ours, not the camera's: come back as soon as the next one stands.
        if failure?.code == .workerFailed { return .milliseconds(500) }
        let pause = backoff.delay(after: failure?.code, fraction: .random(in: 0..<1))
        let retryAt = around.clock.now() + Microseconds(pause.microseconds)
        around.board.enter(.waiting, plan.camera, at: around.clock.now())
        around.board.change(plan.camera) { $0.retryAt = retryAt }
        return pause
    }

    /// Sleeps unless told to stop.
    private func wait(_ duration: Duration) async {
        guard stopReason == nil, duration > .zero else { return }
        let sleep = Task { _ = try? await Task.sleep(for: duration) }
        pause = sleep
        await sleep.value
        pause = nil
    }
}

extension Duration {
    var microseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    }
}

extension GapCause {
    /// The cause of the gap that follows a run's end, and what was seen of it.
    static func of(_ reason: EndReason, _ failure: CaselightError?) -> (GapCause, String) {
        switch failure?.code {
        case .unauthorized?: return (.unauthorized, failure?.cause ?? "")
        case .diskFull?, .diskFailed?: return (.diskFull, failure?.cause ?? "")
        case .overload?: return (.overload, failure?.cause ?? "")
        case .workerFailed?: return (.restart, failure?.cause ?? "")
        default: break
        }
        switch reason {
        case .stopped, .restart: return (.restart, failure?.cause ?? "recording was stopped")
        case .policyChanged: return (.restart, "the recording policy was changed")
        case .diskFull, .diskFailed: return (.diskFull, failure?.cause ?? "")
        case .overload: return (.overload, failure?.cause ?? "")
        default: return (.feedLost, failure?.cause ?? "the camera ended the stream")
        }
    }
}
