import CFFmpeg
internal import CaselightModel
internal import CaselightWorkerProtocol
import Synchronization

/// Reads a recorded file and records it as one run. Runs on a thread of its own; `cancel` comes from others.
final class ImportSession: FileJob {
    static let progressInterval = Microseconds.milliseconds(250)
    /// Damaged packets in a row after which the rest of a file counts as unreadable.
    private static let damageLimit = 100

    let order: ImportOrder
    private let settings: WorkerSettings
    private let store: SegmentStore
    private let report: @Sendable (WorkerEvent) -> Void
    private let interrupt = Interrupt()

    init(_ order: ImportOrder, settings: WorkerSettings, store: SegmentStore, report: @Sendable @escaping (WorkerEvent) -> Void) {
        self.order = order
        self.settings = settings
        self.store = store
        self.report = report
    }

    var request: RequestNumber { order.request }
    var operation: String { "import \(name)" }

    func cancel() { interrupt.trip() }

    /// Blocks until the file is read; its segments are on disk before the answer.
    func run() -> WorkerEvent {
        do {
            let run = try record()
            store.drain()
            return .importDone(order.request, run)
        } catch {
            store.drain()
            return .requestFailed(order.request, error)
        }
    }

    private func record() throws(CaselightError) -> Run {
        let pool = PacketPool()
        let address = SourceAddress.file(path: order.path, operation: "import \(name)")
        let input = try MediaInput.open(address, interrupt: interrupt, readTimeout: settings.readTimeout)
        var startsAt = order.startsAt
        if startsAt == nil { startsAt = try FileStart.read(input.metadata("creation_time"), operation: address.operation) }
        guard let startsAt, FileStart.range.contains(startsAt) else {
            throw CaselightError(
                .invalidTime, address.operation, because: "footage of before 1980 or after 2100 is not taken", remedy: FileStart.remedy)
        }
        let source = PacketSource(input: input, pool: pool)
        let streams = try StreamDiscovery.run(source, pool: pool)
        let recorder = Recorder(
            recordingOrder(address.operation), streams: streams, isRTP: false, runID: order.run, startsAt: startsAt,
            streamCount: source.streamCount, pool: pool)
        do {
            var order = DisplayOrder(of: source, video: streams.video, pool: pool)
            for queued in streams.queue { try hand(queued, to: recorder, through: &order) }
            try pump(source, into: recorder, through: &order, pool: pool)
            for ready in order?.finish() ?? [] { try recorder.take(ready.packet, arrival: ready.arrival) }
        } catch {
            recorder.finish(error.code == .interrupted ? .stopped : .endOfFile)
            throw error
        }
        recorder.finish(.endOfFile)
        if let failure = recorder.failure { throw failure }
        guard let run = recorder.run else {
            throw CaselightError(.damagedMedia, address.operation, because: "it holds no picture that can be kept")
        }
        return run
    }

    private func hand(_ queued: QueuedPacket, to recorder: Recorder, through order: inout DisplayOrder?) throws(CaselightError) {
        guard let ready = order?.take(queued) else { return try recorder.take(queued.packet, arrival: queued.arrival) }
        for queued in ready { try recorder.take(queued.packet, arrival: queued.arrival) }
    }

    private func pump(
        _ source: PacketSource, into recorder: Recorder, through order: inout DisplayOrder?, pool: PacketPool
    ) throws(CaselightError) {
        var (failures, unwritten, toldUs) = (0, 0, Int64(0))
        while true {
            let packet = pool.take()
            let status = source.next(into: packet)
            guard status >= 0 else {
                pool.giveBack(packet)
                if source.isInterrupted { throw source.failure(status) }
                failures += 1
                if status == FFmpegStatus.invalidData, failures < Self.damageLimit { continue }
                if status != FFmpegStatus.endOfFile {
                    WorkerLog.write(.notice, "import \(name): reading ended early: \(FFmpegStatus.text(status))")
                }
                return
            }
            failures = 0
            unwritten += Int(packet.pointee.size)
            try hand(QueuedPacket(packet: packet, arrival: source.arrival), to: recorder, through: &order)
            // A file is read faster than a disk writes; the sink never waits, so this does.
            if unwritten >= settings.queueLimitBytes / 4 {
                store.drain()
                unwritten = 0
            }
            tellProgress(source, &toldUs)
        }
    }

    private func tellProgress(_ source: PacketSource, _ toldUs: inout Int64) {
        guard source.arrival.monotonicUs - toldUs >= Self.progressInterval.value, let progress = source.progress else { return }
        toldUs = source.arrival.monotonicUs
        report(.importProgress(order.request, doneBytes: progress.doneBytes, totalBytes: progress.totalBytes))
    }

    private var name: String {
        if case .file(let name, _) = order.origin { return "'\(name)'" }
        return "a file"
    }

    private func recordingOrder(_ operation: String) -> RecordingOrder {
        RecordingOrder(
            camera: order.camera, origin: order.origin, policy: .full, segmentLength: settings.segmentLength,
            fragmentLength: settings.fragmentLength, operation: operation, sink: store.sink, runStarted: { _ in },
            streamChanged: { _, _ in }, clockSampled: { _, _ in })
    }
}

/// When a file says it was recorded.
enum FileStart {
    /// Recorders whose clock was never set begin here.
    private static let unsetDays = ["1904-01-01", "1970-01-01", "1980-01-01", "2000-01-01"]

    static let remedy = "Say when it begins: --starts-at 2026-03-02T14:05:00+08:00."
    /// 1980 to 2100: within what NTP's 32 bits of seconds tell apart.
    static let range = WallTime(microseconds: 315_532_800_000_000)..<WallTime(microseconds: 4_102_444_800_000_000)

    /// - Parameter text: the container's `creation_time`.
    static func read(_ text: String?, operation: String) throws(CaselightError) -> WallTime {
        guard let text else {
            throw CaselightError(.invalidTime, operation, because: "it does not say when it was recorded", remedy: remedy)
        }
        guard let time = try? WallTime(rfc3339: text) else {
            throw CaselightError(.invalidTime, operation, because: "'\(text.prefix(40))' in it is not a time", remedy: remedy)
        }
        guard !unsetDays.contains(where: { text.hasPrefix($0) }) else {
            throw CaselightError(
                .invalidTime, operation, because: "it says \(text.prefix(10)), as a recorder does whose clock was never set", remedy: remedy
            )
        }
        return time
    }
}
