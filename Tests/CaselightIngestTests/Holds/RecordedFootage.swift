import CaselightArchive
import CaselightModel
import CaselightWorkerProtocol
import Synchronization

/// Writes small segments of one fragment through the archive's own writer, so that the archive reads them as any other.
final class RecordedFootage: Sendable {
    private let writer: SegmentWriter
    private let recorded = Recorded()

    init(archivePath: String) {
        writer = SegmentWriter(settings: WorkerSettings(archivePath: archivePath)) { [recorded] event in
            if case .segmentClosed(let segment) = event { recorded.add(segment) }
        }
    }

    /// A run of segments that follow each other. Blocks until they are on disk.
    ///
    /// - Parameter payloadByteCount: of each track of a segment.
    /// - Returns: those that the disk took.
    func record(
        _ camera: CameraCode, run: RunID, from start: WallTime, count: Int, length: Microseconds = .seconds(60), hasAudio: Bool = false,
        origin: RunOrigin = .feed, payloadByteCount: Int = 900
    ) -> [Segment] {
        let ids = (0..<UInt32(count)).map { SegmentID(run: run, sequence: $0) }
        for id in ids {
            let startsAt = WallTime(microseconds: start.microseconds + Int64(id.sequence) * length.value)
            let audio = AudioOpening(codec: "aac", initialization: Boxes.initialization(handler: "soun", codec: "mp4a"))
            let header = SegmentHeader(
                id: id, camera: camera, origin: origin, policy: .full, runStartedAt: start, startedAt: startsAt,
                stream: StreamMetadata(container: "rtsp"))
            writer.open(
                SegmentOpening(header: header, videoInitialization: Boxes.initialization(handler: "vide", codec: "avc1"), audio: hasAudio ? audio : nil))
            for track in hasAudio ? [RecordedFragment.Track.video, .audio] : [.video] {
                let bytes = Boxes.fragment(at: startsAt, payload: [UInt8](repeating: UInt8(1 + id.sequence % 250), count: payloadByteCount))
                try? writer.append(RecordedFragment(segment: id, track: track, bytes: bytes[...], endsAt: startsAt + length, dropped: []))
            }
            writer.close(
                SegmentClosing(
                    segment: id, endedAt: startsAt + length, reason: .full, stream: StreamMetadata(container: "rtsp"), clockSamples: []))
            // What waits for the disk is limited.
            if payloadByteCount > 100_000 { writer.drain() }
        }
        writer.drain()
        return recorded.take(ids)
    }
}

private final class Recorded: Sendable {
    private let segments = Mutex<[SegmentID: Segment]>([:])

    func add(_ segment: Segment) { segments.withLock { $0[segment.id] = segment } }
    func take(_ ids: [SegmentID]) -> [Segment] { segments.withLock { known in ids.compactMap { known.removeValue(forKey: $0) } } }
}

/// The few boxes that a segment of ours needs, as ISO/IEC 14496-12 has them.
private enum Boxes {
    static let timescale: UInt32 = 1000

    static func box(_ type: String, _ content: [UInt8]...) -> [UInt8] {
        let body = content.flatMap { $0 }
        return number(UInt32(8 + body.count)) + Array(type.utf8) + body
    }

    static func number(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    static func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

    static func initialization(handler: String, codec: String) -> [UInt8] {
        let tkhd = box("tkhd", number(UInt32(7)), zeros(8), number(UInt32(1)), zeros(68))
        let mdhd = box("mdhd", zeros(12), number(timescale), zeros(8))
        let hdlr = box("hdlr", zeros(8), Array(handler.utf8), zeros(13))
        let stsd = box("stsd", zeros(4), number(UInt32(1)), box(codec, zeros(78)))
        let mdia = box("mdia", mdhd, hdlr, box("minf", box("stbl", stsd)))
        let trex = box("trex", zeros(4), number(UInt32(1)), number(UInt32(1)), zeros(12))
        return box("ftyp", Array("iso6".utf8), number(UInt32(512)), Array("iso6".utf8))
            + box("moov", box("mvhd", zeros(100)), box("trak", tkhd, mdia), box("mvex", trex))
    }

    /// One keyframe that lasts a second.
    static func fragment(at time: WallTime, payload: [UInt8]) -> [UInt8] {
        func moof(dataOffset: UInt32) -> [UInt8] {
            let sample = number(timescale) + number(UInt32(payload.count)) + number(UInt32(0x200_0000)) + number(UInt32(0))
            let trun = box("trun", number(UInt32(0x100_0F01)), number(UInt32(1)), number(dataOffset), sample)
            let tfhd = box("tfhd", number(UInt32(0x2_0000)), number(UInt32(1)))
            return box("moof", box("mfhd", zeros(4), number(UInt32(1))), box("traf", tfhd, box("tfdt", number(UInt32(0x100_0000)), number(UInt64(0))), trun))
        }
        let ntpSeconds = UInt64(time.microseconds / 1_000_000 + 2_208_988_800)
        let prft = box("prft", number(UInt32(0x100_0018)), number(UInt32(1)), number(ntpSeconds << 32), number(UInt64(0)))
        return prft + moof(dataOffset: UInt32(moof(dataOffset: 0).count) + 8) + box("mdat", payload)
    }
}
