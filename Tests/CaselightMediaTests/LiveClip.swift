import CFFmpeg
import CaselightModel
import CaselightWorkerProtocol
import Synchronization

@testable import CaselightMedia

/// Plays a file's packets to a recorder as if a camera sent them: real packets, a clock of our own.
final class LiveClip {
    struct Packet {
        var pts: Int64
        var arrival: Arrival
        var isKeyframe: Bool
        var isDropped = false
    }

    private final class Told: Sendable {
        let runs = Mutex<[String]>([])
        let changes = Mutex<[StreamMetadata]>([])
    }

    let sink = MemorySink()
    private let told = Told()
    private let path: String
    private let policy: RecordingPolicy
    private let segmentLength: Microseconds
    private let camera: CameraCode

    init(_ path: String, policy: RecordingPolicy = .full, segmentLength: Microseconds = .seconds(4)) throws {
        camera = try CameraCode("gate-1")
        (self.path, self.policy, self.segmentLength) = (path, policy, segmentLength)
    }

    var runs: [String] { told.runs.withLock { $0 } }
    var streamChanges: [StreamMetadata] { told.changes.withLock { $0 } }

    /// - Parameter change: what the world does to the n-th packet of pictures.
    func play(ending reason: EndReason = .stopped, change: (Int, inout Packet) -> Void = { _, _ in }) throws {
        let pool = PacketPool()
        let input = try MediaInput.open(
            .file(path: path, operation: "play a clip"), interrupt: Interrupt(), readTimeout: .seconds(10))
        let source = PacketSource(input: input, pool: pool)
        var streams = try StreamDiscovery.run(source, pool: pool)
        var queued = streams.queue.map(\.packet)
        streams.queue = []
        let recorder = Recorder(
            order, streams: streams, isRTP: false, runID: RunID(1), startsAt: nil, streamCount: 1, pool: pool)
        let scale = TickScale(timeBase: streams.video.timeBase, timescale: 1_000_000)
        var (index, lastUs) = (0, Int64(0))
        while true {
            var packet = queued.isEmpty ? nil : queued.removeFirst()
            if packet == nil {
                let next = pool.take()
                guard source.next(into: next) >= 0 else { break }
                packet = next
            }
            guard let packet else { break }
            guard packet.pointee.stream_index == streams.video.streamIndex else {
                try recorder.take(packet, arrival: arrival(lastUs))
                continue
            }
            lastUs = scale.microseconds(packet.pointee.dts)
            var facts = Packet(
                pts: packet.pointee.pts, arrival: arrival(lastUs), isKeyframe: packet.pointee.flags & AV_PKT_FLAG_KEY != 0)
            change(index, &facts)
            index += 1
            packet.pointee.dts += facts.pts - packet.pointee.pts
            packet.pointee.pts = facts.pts
            if facts.isDropped { pool.giveBack(packet) } else { try recorder.take(packet, arrival: facts.arrival) }
        }
        recorder.finish(reason)
    }

    private func arrival(_ us: Int64) -> Arrival {
        Arrival(wall: testStart + Microseconds(us), monotonicUs: 1_000_000_000 + us)
    }

    private var order: RecordingOrder {
        let told = told
        return RecordingOrder(
            camera: camera, origin: .feed, policy: policy, segmentLength: segmentLength, fragmentLength: .seconds(1),
            operation: "record a clip", sink: sink, runStarted: { run in told.runs.withLock { $0.append("\(run.startedAt)") } },
            streamChanged: { _, stream in told.changes.withLock { $0.append(stream) } }, clockSampled: { _, _ in })
    }
}
