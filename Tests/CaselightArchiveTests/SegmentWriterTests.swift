import CaselightModel
import CaselightWorkerProtocol
import Foundation
import Testing

@testable import CaselightArchive

@Suite struct SegmentWriterTests {
    let folder: ScratchFolder
    let log = EventLog()
    var recording: Recording

    init() throws {
        folder = try ScratchFolder()
        recording = try Recording()
    }

    func writer(queueLimitBytes: Int = 16 << 20, calls: DiskCalls = .system) -> SegmentWriter {
        var settings = WorkerSettings(archivePath: folder.path)
        settings.queueLimitBytes = queueLimitBytes
        return SegmentWriter(settings: settings, calls: calls) { [log] in log.add($0) }
    }

    let path = "gate-3/2026-03-02/070812.250Z-5f0c2a91b3d4e6f7-000000.mp4"

    @Test func writesInitializationHeaderFragmentsAndTrailer() throws {
        let writer = writer()
        writer.open(recording.opening())
        for second in 0..<3 { try writer.append(recording.fragment(second: Int64(second))) }
        writer.close(recording.closing(second: 3))
        writer.drain()

        let initialization = Handmade.initialization()
        let fragments = (0..<3).map { recording.fragmentBytes(second: $0) }
        let header = try SegmentBox.encode(recording.opening().header)
        let bytes = try folder.bytes(path)
        #expect(folder.files == [path])
        #expect(bytes.starts(with: initialization + header + fragments.flatMap { $0 }))
        let trailerStart = initialization.count + header.count + fragments.reduce(0) { $0 + $1.count }
        let trailer = try #require(SegmentBox.trailer(bytes[(trailerStart + 8)...]))
        #expect(trailer.endReason == .full)
        #expect(trailer.endedAt == recording.start + .seconds(3))
        #expect(trailer.clockSamples == recording.closing(second: 3).clockSamples)

        let segment = try #require(log.closed.first)
        #expect(segment.byteCount == Int64(bytes.count))
        #expect(segment.initializationByteCount == initialization.count)
        #expect(segment.activity.packed == trailer.activity)
        #expect(segment.activity == ActivityTable(bytesPerSecond: [24 * 700, 24 * 700, 24 * 700]))
        #expect(segment.span == TimeSpan(start: recording.start, end: recording.start + .seconds(3)))
        let keyframes = segment.keyframes.keyframes(from: segment.span.start)
        #expect(keyframes.map(\.time) == (0..<3).map { recording.start + .seconds($0) })
        for (keyframe, fragment) in zip(keyframes, fragments) {
            #expect(
                Array(bytes[Int(keyframe.offset)...].prefix(keyframe.byteCount)) == Array(fragment.suffix(6000 + 24 * 700).prefix(6000)))
        }
    }

    @Test func announcesASegmentWithItsFirstFragmentAndThenItsGrowth() throws {
        let writer = writer()
        writer.open(recording.opening())
        writer.drain()
        #expect(log.events.isEmpty)
        try writer.append(recording.fragment(second: 0))
        writer.drain()
        try writer.append(recording.fragment(second: 1))
        writer.drain()
        let opened = try #require(log.opened.first)
        let size = try folder.bytes(path).count
        #expect(opened.isOpen && opened.sha256 == nil)
        #expect(opened.span.end == recording.start + .seconds(1))
        let progress = try #require(log.progress.last)
        #expect(log.progress.count == 1)
        #expect(progress.id == recording.id(0) && progress.endsAt == recording.start + .seconds(2))
        #expect(progress.byteCount == Int64(size) && progress.audioByteCount == nil)
        // What has passed can be looked at before the segment is closed.
        writer.close(recording.closing(second: 2, reason: .stopped))
        writer.drain()
        let closed = try #require(log.closed.first)
        #expect(progress.keyframes == closed.keyframes && progress.activity == closed.activity)
        #expect(closed.keyframes.count > opened.keyframes.count)
    }

    @Test func removesASegmentThatNeverGotAFragment() throws {
        let writer = writer()
        writer.open(recording.opening())
        writer.close(recording.closing(second: 1, reason: .feedLost))
        writer.drain()
        #expect(folder.files == [])
        #expect(log.events.isEmpty)
    }

    @Test func keepsAudioBesideTheVideo() throws {
        var recording = recording
        recording.hasAudio = true
        let writer = writer()
        writer.open(recording.opening())
        try writer.append(recording.fragment(second: 0, track: .audio, samples: [.init(byteCount: 300, isSync: true)]))
        try writer.append(recording.fragment(second: 0))
        writer.close(recording.closing(second: 1))
        writer.drain()
        let audio = try #require(log.closed.first?.audio)
        let name = path.replacing(".mp4", with: ".audio.mp4")
        #expect(folder.files == [name, path])
        #expect(audio.byteCount == Int64(try folder.bytes(name).count))
        #expect(audio.initializationByteCount == Handmade.initialization(handler: "soun", codec: "mp4a").count)
        #expect(log.closed.first?.keyframes.count == 1)
    }

    @Test func forgetsAudioThatNeverCame() throws {
        var recording = recording
        recording.hasAudio = true
        let writer = writer()
        writer.open(recording.opening())
        try writer.append(recording.fragment(second: 0))
        writer.close(recording.closing(second: 1))
        writer.drain()
        #expect(log.closed.map(\.audio) == [nil])
        #expect(folder.files == [path])
    }

    @Test func keepsActivityAloneUnderTheMetadataPolicy() throws {
        var recording = recording
        recording.policy = .metadata
        let writer = writer()
        writer.open(recording.opening())
        let dropped = [DroppedFrame(time: recording.start + .milliseconds(1500), byteCount: 5000)]
        try writer.append(recording.fragment(second: 1, samples: [], dropped: dropped))
        writer.close(recording.closing(second: 2, reason: .stopped))
        writer.drain()
        let segment = try #require(log.closed.first)
        #expect(segment.activity == ActivityTable(bytesPerSecond: [0, 5000]))
        #expect(segment.keyframes == .empty)
        #expect(log.opened.count == 1)
    }

    @Test func refusesBytesThatAreNoFragmentAndEndsTheSegment() throws {
        let writer = writer()
        writer.open(recording.opening())
        try writer.append(recording.fragment(second: 0))
        let torn = RecordedFragment(
            segment: recording.id(0), track: .video, bytes: recording.fragmentBytes(second: 1).dropLast(),
            endsAt: recording.start + .seconds(2), dropped: [])
        #expect(throws: CaselightError.self) { try writer.append(torn) }
        writer.close(recording.closing(second: 2))
        writer.drain()
        #expect(log.closed.map(\.span.end) == [recording.start + .seconds(1)])
    }

    @Test func whatWasWrittenIsDueForOneSyncUntilMoreIsWritten() throws {
        let opening = recording.opening()
        let id = opening.header.id
        let reader = FragmentReader(initialization: try MediaInitialization(opening.videoInitialization))
        let segment = WrittenSegment(
            header: opening.header, initialization: reader.initialization, archivePath: folder.path, calls: .system, events: WriterEvents { _ in }, onFailure: { _ in })
        let board = WriterBoard(queueLimitBytes: 1 << 20)
        _ = board.begin(WriterBoard.Entry(segment: segment, video: reader, audio: nil), cost: 1)
        func dueCount(at now: Int64) -> Int { board.takeDueForSync(now: now, patienceNs: 2000).count }
        #expect(dueCount(at: 1_000_000) == 0)
        board.wrote(id, givenAtNs: 1_000_000)
        board.wrote(id, givenAtNs: 1_001_000)
        #expect(dueCount(at: 1_001_999) == 0)
        #expect(dueCount(at: 1_002_000) == 1)
        #expect(dueCount(at: 1_002_000) == 0)
        board.syncBegins(id)
        #expect(dueCount(at: 9_000_000) == 0)
        board.wrote(id, givenAtNs: 9_000_000)
        #expect(dueCount(at: 9_002_000) == 1)
    }
}
