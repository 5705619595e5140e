import CFFmpeg
internal import CaselightModel
internal import CaselightWorkerProtocol

/// Opens an address and says what it carries. Records nothing.
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
            return .probeDone(order.request, try probe())
        } catch {
            return .requestFailed(order.request, error)
        }
    }

    private func probe() throws(CaselightError) -> StreamMetadata {
        let pool = PacketPool()
        let address = SourceAddress.feed(
            order.url, credentials: order.credentials, transport: order.transport, timing: timing, name: "the feed")
        let input = try MediaInput.open(address, interrupt: interrupt, readTimeout: timing.readTimeout)
        let source = PacketSource(input: input, pool: pool)
        let streams = try StreamDiscovery.run(source, pool: pool)
        for queued in streams.queue { pool.giveBack(queued.packet) }
        return streams.metadata
    }
}
