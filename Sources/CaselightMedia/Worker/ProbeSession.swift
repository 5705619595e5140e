import CFFmpeg
internal import CaselightModel
internal import CaselightWorkerProtocol

/// Opens an address and says what it carries, with a keyframe to look at where one is wanted. Keeps nothing.
final class ProbeSession: Sendable {
    let order: ProbeOrder
    private let timing: FeedTiming
    private let interrupt = Interrupt()

    init(_ order: ProbeOrder, timing: FeedTiming) {
        self.order = order
        self.timing = timing
    }

    func cancel() { interrupt.trip() }

    /// Blocks until the streams are known.
    func run() -> WorkerEvent {
        do {
            let (stream, keyframe) = try probe()
            return .probeDone(order.request, stream, keyframe)
        } catch {
            return .requestFailed(order.request, error)
        }
    }

    private func probe() throws(CaselightError) -> (StreamMetadata, ProbedKeyframe?) {
        let pool = PacketPool()
        let address = SourceAddress.feed(
            order.url, credentials: order.credentials, transport: order.transport, timing: timing, name: "the feed")
        let input = try MediaInput.open(address, interrupt: interrupt, readTimeout: timing.readTimeout)
        let source = PacketSource(input: input, pool: pool)
        let streams = try StreamDiscovery.run(source, pool: pool)
        guard order.wantsKeyframe else {
            for queued in streams.queue { pool.giveBack(queued.packet) }
            return (streams.metadata, nil)
        }
        return (streams.metadata, try keyframe(of: streams, isRTP: address.kind == .rtsp, streamCount: source.streamCount, pool: pool))
    }

    /// Records the first picture as a feed's recording would, into memory: what decodes stills takes it as it stands there.
    private func keyframe(
        of streams: SourceStreams, isRTP: Bool, streamCount: Int, pool: PacketPool
    ) throws(CaselightError) -> ProbedKeyframe {
        let sink = KeyframeSink()
        let recording = RecordingOrder(
            camera: Self.nobody, origin: .feed, policy: .full, segmentLength: .seconds(60), fragmentLength: .seconds(1),
            operation: "look at the feed", sink: sink, runStarted: { _ in }, streamChanged: { _, _ in }, clockSampled: { _, _ in })
        let recorder = Recorder(
            recording, streams: streams, isRTP: isRTP, runID: .random(), startsAt: nil, streamCount: streamCount, pool: pool)
        let first = streams.queue.firstIndex { $0.packet.pointee.stream_index == streams.video.streamIndex }
        for (index, queued) in streams.queue.enumerated() where index != first { pool.giveBack(queued.packet) }
        if let first { try recorder.take(streams.queue[first].packet, arrival: streams.queue[first].arrival) }
        recorder.finish(.stopped)
        guard let found = sink.keyframe else {
            throw CaselightError(.damagedMedia, "look at the feed", because: "its first picture cannot be used", remedy: "Try again.")
        }
        return found
    }

    /// Stands in the messages' place of a camera, and leaves this type nowhere.
    private static let nobody: CameraCode = {
        guard let code = try? CameraCode("probe") else { preconditionFailure("letters are a code") }
        return code
    }()
}
