import CFFmpeg
package import CaselightModel
package import CaselightWorkerProtocol

/// `caselight-media feed`: reads feeds, a thread each. Commands come from one thread; sessions end on theirs.
package final class FeedWorker: WorkerRole {
    /// How long a drain waits for feeds to end; each is interrupted within a tenth of a second, but for a name look-up, which blocks.
    static let drainLimitSeconds = 8.0
    static let countIntervalSeconds = 5.0
    static let probeLimit = 8
    /// By this share of the time between two drains a feed's thread may wake late.
    static let latenessShare: Int64 = 4

    private struct State {
        var feeds: [FeedNumber: FeedSession] = [:]
        var probes: [RequestNumber: ProbeSession] = [:]
        var isDraining = false
    }

    private let settings: WorkerSettings
    private let store: SegmentStore
    private let report: @Sendable (WorkerEvent) -> Void
    private let clock: any WallClock
    private let state = Monitor(State())

    package init(
        settings: WorkerSettings, store: SegmentStore, clock: any WallClock = SystemWallClock(),
        report: @Sendable @escaping (WorkerEvent) -> Void
    ) {
        self.settings = settings
        self.store = store
        self.clock = clock
        self.report = report
        caselight_keep_freed_memory(1 << 20)
        NativeThread.start("feed-counts") { [state, report] in
            while state.wait(seconds: Self.countIntervalSeconds, { $0.isDraining ? true : nil }) == nil {
                let sessions = state.change { Array($0.feeds.values) }
                // Without feeds too: silence means that a worker hangs.
                report(.feedCounts(sessions.map(\.count)))
            }
        }
    }

    package func take(_ command: WorkerCommand) {
        switch command {
        case .open(let order): open(order)
        case .close(let feed, let reason): state.change { $0.feeds[feed] }?.stop(reason)
        case .probe(let order): probe(order)
        case .cancel(let request): state.change { $0.probes[request] }?.cancel()
        case .still(let order): refuse(order.request, "decode a still")
        case .importFootage(let order): refuse(order.request, "import a file")
        case .remux(let order): refuse(order.request, "make clips")
        case .configure, .drain: break
        }
    }

    /// Ends every feed; returns when all is on disk and reported.
    package func drain(_ reason: EndReason) {
        let (feeds, probes) = state.change { state in
            state.isDraining = true
            return (Array(state.feeds.values), Array(state.probes.values))
        }
        for feed in feeds { feed.stop(reason) }
        for probe in probes { probe.cancel() }
        let ended = state.wait(seconds: Self.drainLimitSeconds) { $0.feeds.isEmpty && $0.probes.isEmpty ? true : nil }
        if ended == nil { WorkerLog.write(.warning, "some feeds did not end in time; their last fragment may be lost") }
        store.drain()
    }

    private func open(_ order: FeedOrder) {
        let session = FeedSession(order, settings: settings, sink: store.sink, clock: clock, report: report)
        let isNew = state.change { state in
            guard !state.isDraining, state.feeds[order.feed] == nil else { return false }
            state.feeds[order.feed] = session
            return true
        }
        guard isNew else { return WorkerLog.write(.error, "feed \(order.feed) is open already, or the worker is draining") }
        NativeThread.start("feed-\(order.feed)") { [state, settings] in
            caselight_let_timers_be_late(settings.drainInterval.value / Self.latenessShare)
            session.run()
            state.change { $0.feeds[order.feed] = nil }
        }
    }

    private func probe(_ order: ProbeOrder) {
        let session = ProbeSession(order, timing: settings.timing)
        let isAdmitted = state.change { state in
            guard !state.isDraining, state.probes.count < Self.probeLimit else { return false }
            state.probes[order.request] = session
            return true
        }
        guard isAdmitted else {
            return report(
                .requestFailed(
                    order.request,
                    CaselightError(.busy, "open the feed", because: "\(Self.probeLimit) others are being opened", remedy: "Try again.")))
        }
        NativeThread.start("probe-\(order.request)") { [state, report] in
            report(session.run())
            state.change { $0.probes[order.request] = nil }
        }
    }

    private func refuse(_ request: RequestNumber, _ what: String) {
        report(.requestFailed(request, CaselightError(.workerFailed, what, because: "this worker reads feeds; a still worker does that")))
    }
}
