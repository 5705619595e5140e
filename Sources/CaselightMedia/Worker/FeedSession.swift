import CFFmpeg
internal import CaselightModel
internal import CaselightRTSP
internal import CaselightWorkerProtocol
import Synchronization

/// One attempt at a feed: connect, find its streams, record until it ends. Runs on a thread of its own; `stop` comes from others.
final class FeedSession: Sendable {
    private struct Counts {
        var packets: Int64 = 0
        var bytes: Int64 = 0
        var reception: FeedReception?
    }

    let order: FeedOrder
    private let settings: WorkerSettings
    private let sink: any SegmentSink
    private let clock: any WallClock
    private let report: @Sendable (WorkerEvent) -> Void
    private let interrupt = Interrupt()
    private let stopReason = Mutex<EndReason?>(nil)
    private let counts = Mutex(Counts())

    init(
        _ order: FeedOrder, settings: WorkerSettings, sink: any SegmentSink, clock: any WallClock,
        report: @Sendable @escaping (WorkerEvent) -> Void
    ) {
        self.order = order
        self.settings = settings
        self.sink = sink
        self.clock = clock
        self.report = report
    }

    /// Ends the feed; its thread reports the end.
    func stop(_ reason: EndReason) {
        stopReason.withLock { $0 = $0 ?? reason }
        interrupt.trip()
    }

    var count: FeedCount {
        counts.withLock { FeedCount(feed: order.feed, packetCount: $0.packets, byteCount: $0.bytes, reception: $0.reception) }
    }

    /// Blocks until the feed has ended. `feedEnded` is the last it reports.
    func run() {
        let recorder = Mutex<WallTime?>(nil)
        var failure: CaselightError?
        do {
            try record { end in recorder.withLock { $0 = end } }
        } catch {
            failure = error
        }
        let stopped = stopReason.withLock { $0 }
        if stopped != nil { failure = nil }
        let at = recorder.withLock { $0 } ?? clock.now()
        report(.feedEnded(feed: order.feed, at: at, reason: stopped ?? .feedLost, failure))
    }

    /// - Parameter ended: told where the recorded footage ends.
    private func record(ended: (WallTime?) -> Void) throws(CaselightError) {
        let pool = PacketPool()
        let address = SourceAddress.feed(
            order.url, credentials: order.credentials, transport: order.transport, timing: settings.timing,
            name: "feed of camera '\(order.camera)'")
        let input = try MediaInput.open(address, interrupt: interrupt, readTimeout: settings.readTimeout)
        let source = PacketSource(input: input, pool: pool)
        let streams = try StreamDiscovery.run(source, pool: pool)
        let recorder = Recorder(
            recordingOrder, streams: streams, isRTP: address.kind == .rtsp, runID: .random(), startsAt: nil,
            streamCount: source.streamCount, pool: pool)
        defer { ended(recorder.endedAt) }
        do {
            var rest = streams.queue[...]
            while let queued = rest.popFirst() { try recorder.take(queued.packet, arrival: queued.arrival) }
            try pump(source, into: recorder, pool: pool)
        } catch {
            recorder.finish(stopReason.withLock { $0 } ?? .feedLost)
            throw error
        }
    }

    /// Hands packets on until reading fails: every feed ends that way.
    private func pump(_ source: PacketSource, into recorder: Recorder, pool: PacketPool) throws(CaselightError) {
        var failures = 0
        var pictureUs = source.arrival.monotonicUs
        var countedUs = pictureUs
        while true {
            let packet = pool.take()
            let status = source.next(into: packet)
            guard status >= 0 else {
                pool.giveBack(packet)
                failures += 1
                if status == FFmpegStatus.invalidData, failures < Self.damageLimit, !interrupt.isTripped { continue }
                throw source.failure(status)
            }
            failures = 0
            if packet.pointee.stream_index == recorder.videoIndex {
                pictureUs = source.arrival.monotonicUs
            } else if source.arrival.monotonicUs - pictureUs > settings.readTimeout.value {
                pool.giveBack(packet)
                throw CaselightError(
                    .timedOut, "read feed of camera '\(order.camera)' at \(order.url.redacted)",
                    because: "sound comes, but no picture in time",
                    remedy: "Check the camera.")
            }
            try recorder.take(packet, arrival: source.arrival)
            if source.arrival.monotonicUs - countedUs >= Self.countIntervalUs {
                countedUs = source.arrival.monotonicUs
                count(source, recorder)
            }
        }
    }

    private func count(_ source: PacketSource, _ recorder: Recorder) {
        let now = Counts(
            packets: Int64(recorder.counts.packets), bytes: Int64(recorder.counts.bytes),
            reception: source.reception.map {
                FeedReception(packetCount: Int64($0.received), lostPacketCount: Int64($0.lost), jitterUs: Microseconds(Int64($0.jitterUs)))
            })
        counts.withLock { $0 = now }
    }

    private static let countIntervalUs: Int64 = 1_000_000
    /// Damaged packets in a row after which a feed counts as lost.
    private static let damageLimit = 100

    private var recordingOrder: RecordingOrder {
        let (feed, report) = (order.feed, report)
        return RecordingOrder(
            camera: order.camera, origin: .feed, policy: order.policy, segmentLength: settings.segmentLength,
            fragmentLength: settings.fragmentLength, operation: "record feed of camera '\(order.camera)'", sink: sink,
            runStarted: { report(.runStarted(feed: feed, $0)) },
            streamChanged: { report(.streamChanged(feed: feed, run: $0, $1)) },
            clockSampled: { report(.clockSample(feed: feed, run: $0, $1)) })
    }
}
