import CFFmpeg
package import CaselightModel
package import CaselightWorkerProtocol
import Glibc

/// `caselight-media still`: decodes keyframes, makes clips and imports recorded files. Commands come from one thread; a few others do the
/// work.
package final class StillWorker: WorkerRole {
    /// A decoder for each core: more would only wait for each other.
    static let stillThreads = max(1, min(16, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    /// Above what the daemon asks for at once.
    static let stillQueueLimit = 256
    static let importThreads = 2
    static let importQueueLimit = 256
    /// Copying waits for the disk; two at once would only share it.
    static let clipThreads = 1
    static let clipQueueLimit = 256
    static let drainLimitSeconds = 8.0

    private struct State {
        var stills: [StillOrder] = []
        var runningStills = 0
        var isDraining = false
    }

    private let settings: WorkerSettings
    private let store: SegmentStore
    private let report: @Sendable (WorkerEvent) -> Void
    private let state = Monitor(State())
    private let imports: JobLane
    private let clips: JobLane

    package init(settings: WorkerSettings, store: SegmentStore, report: @Sendable @escaping (WorkerEvent) -> Void) {
        self.settings = settings
        self.store = store
        self.report = report
        imports = JobLane("import", threads: Self.importThreads, queueLimit: Self.importQueueLimit, report: report)
        clips = JobLane("clip", threads: Self.clipThreads, queueLimit: Self.clipQueueLimit, report: report)
        // The frames and tables of some pictures.
        caselight_keep_freed_memory(32 << 20)
        for index in 1...Self.stillThreads {
            NativeThread.start("still-\(index)", stackBytes: 4 << 20) { [state, report] in Self.decodeStills(state, report) }
        }
        // Silence means that a worker hangs.
        NativeThread.start("still-alive") { [state, report] in
            while state.wait(seconds: FeedWorker.countIntervalSeconds, { $0.isDraining ? true : nil }) == nil { report(.feedCounts([])) }
        }
    }

    package func take(_ command: WorkerCommand) {
        switch command {
        case .still(let order): decode(order)
        case .importFootage(let order): imports.add(ImportSession(order, settings: settings, store: store, report: report))
        case .remux(let order): clips.add(RemuxSession(order, report: report))
        case .cancel(let request): cancel(request)
        case .probe(let order): refuse(order.request, "open the feed")
        case .open(let order): WorkerLog.write(.error, "feed \(order.feed) was given to a still worker, which reads none")
        case .close, .configure, .drain: break
        }
    }

    /// Gives up what waits, interrupts what runs; returns when all is on disk and reported.
    package func drain(_ reason: EndReason) {
        state.change { state in
            state.isDraining = true
            state.stills.removeAll()
        }
        for lane in [imports, clips] { lane.stop() }
        let deadlineUs = caselight_monotonic_us() + Int64(Self.drainLimitSeconds * 1_000_000)
        func secondsLeft() -> Double { max(0, Double(deadlineUs - caselight_monotonic_us()) / 1_000_000) }
        let isIdle = state.wait(seconds: secondsLeft()) { $0.runningStills == 0 ? true : nil } ?? false
        let hasEnded = [imports, clips].map { $0.waitUntilIdle(seconds: secondsLeft()) }
        if !isIdle || hasEnded.contains(false) { WorkerLog.write(.warning, "some imports or clips did not end in time") }
        store.drain()
    }

    private func decode(_ order: StillOrder) {
        let isAdmitted = state.change { state in
            guard !state.isDraining, state.stills.count < Self.stillQueueLimit else { return false }
            state.stills.append(order)
            return true
        }
        if !isAdmitted { busy(order.request, "decode a still", "\(Self.stillQueueLimit) others wait") }
    }

    private func cancel(_ request: RequestNumber) {
        let wasWaiting = state.change { state in
            let before = state.stills.count
            state.stills.removeAll { $0.request == request }
            return state.stills.count < before
        }
        if wasWaiting {
            report(.requestFailed(request, CaselightError(.interrupted, "decode a still", because: "it was told to stop")))
        }
        for lane in [imports, clips] { lane.cancel(request) }
    }

    private static func decodeStills(_ state: Monitor<State>, _ report: @Sendable (WorkerEvent) -> Void) {
        while true {
            let order = state.wait { state -> StillOrder? in
                guard !state.stills.isEmpty else { return nil }
                state.runningStills += 1
                return state.stills.removeFirst()
            }
            guard let order else { continue }
            do {
                let still = try StillDecoder.jpeg(
                    initialization: order.initialization.bytes, keyframe: order.keyframe.bytes, widthPixels: order.widthPixels)
                report(.stillDone(order.request, Attachment(still.bytes), widthPixels: still.widthPixels, heightPixels: still.heightPixels))
            } catch {
                report(.requestFailed(order.request, error))
            }
            state.change { $0.runningStills -= 1 }
        }
    }

    private func busy(_ request: RequestNumber, _ what: String, _ cause: String) {
        report(.requestFailed(request, CaselightError(.busy, what, because: cause, remedy: "Try again later.")))
    }

    private func refuse(_ request: RequestNumber, _ what: String) {
        report(.requestFailed(request, CaselightError(.workerFailed, what, because: "this worker decodes stills; a feed worker does that")))
    }
}
