import CaselightModel
import CaselightWorkerProtocol
import Foundation
import TestSupport
import Testing

@testable import CaselightArchive

@Suite struct ActivityTallyTests {
    private func tally(_ frames: [(byteCount: Int, quantizer: Double?)], hasQuantizers: Bool = true) -> ActivityTable {
        var tally = ActivityTally(hasQuantizers: hasQuantizers)
        for (index, frame) in frames.enumerated() {
            tally.add(frame.byteCount, frame.quantizer, afterStart: .milliseconds(Int64(index) * 40))
        }
        return tally.table(secondCount: (frames.count + 24) / 25)
    }

    @Test func sixStepsOfTheQuantizerCountDouble() {
        let (fine, coarse) = (tally(Array(repeating: (1000, 32), count: 25)), tally(Array(repeating: (1000, 38), count: 25)))
        #expect(fine.measure == .weightedBytes && fine.perSecond.map { abs($0 - 25_000) < 300 } == [true])
        #expect(coarse.levels[0] - fine.levels[0] == ActivityTable.stepsPerOctave)
    }

    @Test func whatTheEncoderRefinesNowAndThenIsNoMovement() {
        let calm: [(byteCount: Int, quantizer: Double?)] = Array(repeating: (200, 30), count: 25)
        var refined = calm
        for index in [3, 7, 11, 18, 22] { refined[index] = (9000, 24) }
        #expect(tally(refined).levels == tally(calm).levels)
    }

    @Test func repeatedFramesHideNothing() {
        let moving: [(byteCount: Int, quantizer: Double?)] = (0..<25).map { ($0 % 2 == 0 ? 4000 : 20, 30) }
        #expect(tally(moving).perSecond[0] > 70_000)
    }

    @Test func bytesAloneWhereHeadersCannotBeRead() {
        let unread: [(byteCount: Int, quantizer: Double?)] = Array(repeating: (1000, nil), count: 25)
        #expect(tally(unread) == ActivityTable(bytesPerSecond: [25_000]))
        #expect(tally(unread, hasQuantizers: false) == ActivityTable(bytesPerSecond: [25_000]))
        // A few lost ones take the quantizer of the frame before.
        let few: [(byteCount: Int, quantizer: Double?)] = (0..<25).map { (1000, $0 % 5 == 4 ? nil : 38) }
        #expect(tally(few) == tally(Array(repeating: (1000, 38), count: 25)))
    }

    /// Live, in recovery of what a crash cut, and in a rebuild: the same to the byte.
    @Test(.enabled(if: FFmpegClip.isAvailable, "needs ffmpeg"), arguments: [
        ["-c:v", "libx264", "-bf", "2", "-b:v", "200k", "-maxrate", "200k", "-bufsize", "200k"], ["-c:v", "libx265", "-x265-params", "log-level=error"],
        ["-c:v", "mpeg4"],
    ])
    func recoveryAgreesWithWhatWasToldLive(options: [String]) async throws {
        let folder = try ScratchFolder()
        let archive = try Archive.open(path: folder.path, knownVolumes: [], adopting: false)
        let clip = try FFmpegClip.made(["testsrc2=size=320x240:rate=25:duration=6", "-g", "50"] + options)
        let log = EventLog()
        let writer = SegmentWriter(settings: WorkerSettings(archivePath: folder.path)) { log.add($0) }
        let reader = FragmentReader(initialization: try MediaInitialization(clip.initialization))
        let start = try reader.fragments(in: clip.fragments[0][...], at: 0)[0].startsAt
        let id = SegmentID(run: RunID(7), sequence: 0)
        let header = SegmentHeader(
            id: id, camera: try CameraCode("gate-3"), origin: .feed, policy: .full, runStartedAt: start, startedAt: start,
            stream: StreamMetadata(container: "rtsp"))
        writer.open(SegmentOpening(header: header, videoInitialization: clip.initialization, audio: nil))
        for fragment in clip.fragments {
            try writer.append(RecordedFragment(segment: id, track: .video, bytes: fragment[...], endsAt: start, dropped: []))
        }
        writer.drain()
        let live = try #require(log.progress.last?.activity)
        let opened = try #require(log.opened.first)
        let path = folder.path + "/" + (try #require(folder.files.first { $0.hasSuffix(".mp4") }))
        let copy = folder.path + "/copy"
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        writer.close(SegmentClosing(segment: id, endedAt: start + .seconds(6), reason: .full, stream: header.stream, clockSamples: []))
        writer.drain()
        let closed = try #require(log.closed.first)
        #expect(closed.activity == live && live.secondCount == 6)
        #expect(live.measure == (options[1] == "mpeg4" ? .bytes : .weightedBytes))
        #expect(live.perSecond.allSatisfy { $0 > 0 })
        guard case .whole(let rebuilt)? = try await archive.recover([closed]).first else { Issue.record("not whole"); return }
        #expect(rebuilt.segment.activity == live)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: copy, toPath: path)
        guard case .whole(let recovered)? = try await archive.recover([opened]).first else { Issue.record("not whole"); return }
        #expect(recovered.segment.endReason == .restart && recovered.segment.activity == live)
    }
}
