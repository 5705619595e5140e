import CaselightArchive
import CaselightModel
import CaselightWorkerProtocol
import Crypto
import Foundation
import Synchronization
import Testing

@testable import CaselightMedia

/// Footage recorded into real segment files by the real pipeline.
final class RecordedFootage: Sendable {
    /// A packet as a native file has it, read by the archive's own reader.
    struct NativePacket {
        let at: WallTime
        let endsAt: WallTime
        let isSync: Bool
        let md5: String
    }

    let folder: URL
    let segments: [Segment]

    /// - Parameter path: a recorded file; it is taken in as a run of segments of this length.
    init(_ path: String, run: RunID = RunID(1), startsAt: WallTime = testStart, segmentLength: Microseconds = .seconds(4)) throws {
        folder = Clips.shared.folder.appending(path: "archive-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var settings = WorkerSettings(archivePath: folder.path)
        settings.segmentLength = segmentLength
        let closed = Mutex<[Segment]>([])
        let writer = SegmentWriter(settings: settings) { event in
            if case .segmentClosed(let segment) = event { closed.withLock { $0.append(segment) } }
        }
        let order = ImportOrder(
            request: 1, camera: try CameraCode("gate-1"), run: run, path: path,
            origin: .file(name: URL(filePath: path).lastPathComponent, sha256: ""), startsAt: startsAt)
        let session = ImportSession(
            order, settings: settings, store: SegmentStore(sink: writer, drain: { writer.drain() }), report: { _ in })
        let event = session.run()
        guard case .importDone = event else { throw CaselightError(.damagedMedia, "make footage", because: "\(event)") }
        segments = closed.withLock { $0.sorted { $0.id < $1.id } }
        try #require(!segments.isEmpty)
    }

    func videoPath(_ segment: Segment) -> String { path(segment, suffix: ".mp4", audio: false) }
    func audioPath(_ segment: Segment) -> String? { segment.audio == nil ? nil : path(segment, suffix: "", audio: true) }

    private func path(_ segment: Segment, suffix: String, audio: Bool) -> String {
        let files = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        let found = files.first { $0.contains("\(segment.id)") && $0.contains(".audio.") == audio }
        return folder.appending(path: found ?? "none").path
    }

    func sources(offset: Microseconds = .zero) -> [ClipSource] {
        segments.map { segment in
            ClipSource(
                segment: segment.id, span: segment.span, clockOffsetUs: offset, videoPath: videoPath(segment),
                videoByteCount: segment.byteCount, audioPath: audioPath(segment), audioByteCount: segment.audio?.byteCount ?? 0)
        }
    }

    func packets(audio: Bool = false) throws -> [NativePacket] {
        try segments.flatMap { segment -> [NativePacket] in
            guard let path = audio ? audioPath(segment) : videoPath(segment) else { return [] }
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            let initialization = try MediaInitialization(bytes)
            let reader = FragmentReader(initialization: initialization)
            return try reader.fragments(in: bytes[...], at: 0).flatMap(\.samples).map { sample in
                let data = bytes[Int(sample.offset)..<Int(sample.offset) + sample.byteCount]
                let md5 = Insecure.MD5.hash(data: data).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                return NativePacket(at: sample.time, endsAt: sample.time + sample.duration, isSync: sample.isSync, md5: md5)
            }
        }
    }
}

/// Clips as the real session makes them, in a folder of their own.
struct MadeClips {
    let folder: URL
    let event: WorkerEvent

    init(_ sources: [ClipSource], _ wanted: TimeSpan, packetLimit: Int = RemuxSession.packetLimit) throws {
        folder = Clips.shared.folder.appending(path: "clips-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let order = RemuxOrder(request: 7, sources: sources, wanted: wanted, folder: folder.path)
        event = RemuxSession(order, packetLimit: packetLimit, report: { _ in }).run()
    }

    var clips: [ClipFile] {
        get throws {
            guard case .remuxDone(7, let clips) = event else { throw CaselightError(.workerFailed, "make clips", because: "\(event)") }
            return clips
        }
    }

    var error: CaselightError? {
        guard case .requestFailed(7, let error) = event else { return nil }
        return error
    }

    func path(_ clip: ClipFile) -> String { folder.appending(path: clip.name).path }

    /// Of each packet what another program reads: its hash, and when it shows in the clip, in microseconds.
    func packets(_ clip: ClipFile, track: String) throws -> [(md5: String, displayUs: Int64)] {
        var scale = (1.0, 1.0)
        return try Clips.run(
            "ffmpeg", ["-v", "error", "-nostdin", "-i", path(clip), "-map", "0:\(track)", "-c", "copy", "-copyts", "-f", "framemd5", "-"]
        ).split(separator: "\n").compactMap { line in
            if line.hasPrefix("#tb 0: ") {
                let parts = line.dropFirst(7).split(separator: "/").compactMap { Double($0) }
                scale = (parts[0], parts[1])
            }
            let fields = line.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            guard !line.hasPrefix("#"), fields.count > 5, let display = Double(fields[2]) else { return nil }
            return (fields[5], Int64((display * scale.0 / scale.1 * 1_000_000).rounded()))
        }
    }
}
