import CaselightModel
import CaselightWorkerProtocol
import Foundation
import Synchronization

@testable import CaselightArchive

/// A folder that is gone after the test.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("caselight-archive-\(RunID.random())")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Every file below, relative.
    var files: [String] {
        let found = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return found.filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/" + name))) }

    func write(_ bytes: [UInt8], to name: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name)) }
}

/// Keeps what a writer reports.
final class EventLog: Sendable {
    private let kept = Mutex<[WorkerEvent]>([])

    func add(_ event: WorkerEvent) { kept.withLock { $0.append(event) } }

    var events: [WorkerEvent] { kept.withLock { $0 } }

    var opened: [Segment] { events.compactMap { if case .segmentOpened(let segment) = $0 { segment } else { nil } } }
    var closed: [Segment] { events.compactMap { if case .segmentClosed(let segment) = $0 { segment } else { nil } } }
    var lost: [CaselightError] { events.compactMap { if case .segmentLost(_, _, let error) = $0 { error } else { nil } } }
    var progress: [SegmentProgress] {
        events.compactMap { if case .progress(let batch) = $0 { batch.segments } else { nil } }.flatMap(\.self)
    }
}

/// A feed that records handmade footage.
struct Recording {
    let camera: CameraCode
    let run = RunID(0x5F0C_2A91_B3D4_E6F7)
    let start: WallTime
    var policy = RecordingPolicy.full
    var hasAudio = false

    init(camera: String = "gate-3", start: String = "2026-03-02T07:08:12.25Z") throws {
        self.camera = try CameraCode(camera)
        self.start = try WallTime(rfc3339: start)
    }

    var stream: StreamMetadata {
        var stream = StreamMetadata(container: "rtsp")
        stream.video = VideoStream(codec: "h264", widthPixels: 1280, heightPixels: 720, timeBaseHertz: 90_000)
        stream.video?.measuredFrameRate = 24.98
        return stream
    }

    func id(_ sequence: UInt32) -> SegmentID { SegmentID(run: run, sequence: sequence) }

    func opening(_ sequence: UInt32 = 0, second: Int64 = 0) -> SegmentOpening {
        let header = SegmentHeader(
            id: id(sequence), camera: camera, origin: .feed, policy: policy, runStartedAt: start,
            startedAt: start + .seconds(second), stream: stream)
        let audio = AudioOpening(codec: "aac", initialization: Handmade.initialization(handler: "soun", codec: "mp4a"))
        return SegmentOpening(
            header: header, videoInitialization: Handmade.initialization(), audio: hasAudio ? audio : nil)
    }

    func fragmentBytes(second: Int64, _ samples: [Handmade.Sample] = Handmade.second()) -> [UInt8] {
        Handmade.fragment(at: start + .seconds(second), ticks: UInt64(second) * UInt64(Handmade.timescale), samples)
    }

    func fragment(
        _ sequence: UInt32 = 0, second: Int64, track: RecordedFragment.Track = .video,
        samples: [Handmade.Sample] = Handmade.second(), dropped: [DroppedFrame] = []
    ) -> RecordedFragment {
        RecordedFragment(
            segment: id(sequence), track: track, bytes: samples.isEmpty ? [] : fragmentBytes(second: second, samples)[...],
            endsAt: start + .seconds(second + 1), dropped: dropped)
    }

    func closing(_ sequence: UInt32 = 0, second: Int64, reason: EndReason = .full) -> SegmentClosing {
        let sample = ClockSample(at: start + .seconds(1), offsetUs: .milliseconds(320), uncertaintyUs: .milliseconds(8))
        return SegmentClosing(
            segment: id(sequence), endedAt: start + .seconds(second), reason: reason, stream: stream, clockSamples: [sample])
    }
}
