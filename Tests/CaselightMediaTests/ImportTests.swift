import CaselightArchive
import CaselightModel
import CaselightWorkerProtocol
import Foundation
import Testing

@testable import CaselightMedia

@Suite struct ImportTests {
    /// Runs a file through the real pipeline, from the file to fragments.
    static func run(_ path: String, startsAt: WallTime? = testStart) throws -> (event: WorkerEvent, sink: MemorySink) {
        let sink = MemorySink()
        let order = ImportOrder(
            request: 1, camera: try CameraCode("shop-1"), run: RunID(1), path: path,
            origin: .file(name: URL(filePath: path).lastPathComponent, sha256: ""), startsAt: startsAt)
        let session = ImportSession(
            order, settings: WorkerSettings(archivePath: "/nonexistent"), store: SegmentStore(sink: sink, drain: {}), report: { _ in })
        return (session.run(), sink)
    }

    private func clip(_ name: String, _ more: [String]) throws -> String {
        try Clips.shared.make(name, ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=3", "-pix_fmt", "yuv420p", "-c:v", "libx264"] + more)
    }

    @Test func timesFollowTheStatedStart() throws {
        let (event, sink) = try Self.run(try clip("stated.mp4", []))
        guard case .importDone(1, let run) = event else {
            Issue.record("\(event)")
            return
        }
        #expect(run.startedAt == testStart && run.id == RunID(1))
        #expect(abs(((run.endedAt ?? testStart) - testStart).value - 3_000_000) < 1000)
        #expect(sink.segments.map { $0.closing?.reason } == [.endOfFile])
    }

    @Test func theFilesOwnTimeIsTakenWhereNoneIsStated() throws {
        let path = try clip("own.mp4", ["-metadata", "creation_time=2026-03-01T22:10:00Z"])
        guard case .importDone(_, let run) = try Self.run(path, startsAt: nil).event else {
            Issue.record("refused")
            return
        }
        #expect("\(run.startedAt)" == "2026-03-01T22:10:00Z")
    }

    @Test(arguments: ["", "2000-01-01T00:00:12Z", "1970-01-01T00:00:00Z"]) func aClockThatWasNeverSetIsRefused(time: String) throws {
        let path = try clip("unset\(time.prefix(4)).mp4", time.isEmpty ? [] : ["-metadata", "creation_time=\(time)"])
        guard case .requestFailed(_, let error) = try Self.run(path, startsAt: nil).event else {
            Issue.record("accepted")
            return
        }
        #expect(error.code == .invalidTime && error.remedy.contains("--starts-at"))
    }

    @Test func aBareStreamIsShownInItsOwnOrder() throws {
        let path = try clip("bare.h264", ["-bf", "3", "-x264-params", "b-pyramid=normal"])
        let sink = try Self.run(path).sink
        let samples = try #require(try sink.segments.first?.videoFragments()).flatMap(\.samples)
        #expect(samples.count == 75)
        #expect(samples.map(\.time) != samples.map(\.time).sorted())
        #expect(samples.map(\.time).sorted().map { ($0 - testStart).value } == (0..<75).map { $0 * 40_000 })
    }

    @Test func aFileCutShortIsKeptAsFarAsItGoes() throws {
        let whole = try clip("whole.ts", [])
        let cut = Clips.shared.folder.appending(path: "cut.ts").path
        let bytes = try Data(contentsOf: URL(filePath: whole))
        try bytes.prefix(bytes.count * 2 / 3).write(to: URL(filePath: cut))
        let (event, sink) = try Self.run(cut)
        guard case .importDone = event else {
            Issue.record("\(event)")
            return
        }
        let count = try sink.segments.flatMap { try $0.videoFragments() }.flatMap(\.samples).count
        #expect((20..<75).contains(count))
    }

    @Test func anotherPictureSizeBeginsAnotherSegment() throws {
        let parts = try ["160x90", "320x180"].map { size in
            try Clips.shared.make(
                "part-\(size).h264",
                ["-f", "lavfi", "-i", "testsrc2=s=\(size):r=25:d=2", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-bf", "0"])
        }
        let joined = Clips.shared.folder.appending(path: "joined.h264")
        try (Data(contentsOf: URL(filePath: parts[0])) + Data(contentsOf: URL(filePath: parts[1]))).write(to: joined)
        let sink = try Self.run(joined.path).sink
        #expect(sink.segments.map { $0.closing?.reason } == [.streamChanged, .endOfFile])
        #expect(sink.segments.map { $0.opening.header.stream.video?.widthPixels } == [160, 320])
        #expect(sink.segments[0].closing?.endedAt == sink.segments[1].opening.header.startedAt)
        #expect(try sink.segments.map { try $0.videoFragments().flatMap(\.samples).count } == [50, 50])
    }

    @Test func aMissingFileIsSaidToBeMissing() throws {
        guard case .requestFailed(_, let error) = try Self.run("/nonexistent/x.mp4").event else {
            Issue.record("accepted")
            return
        }
        #expect("\(error)" == "cannot import 'x.mp4': there is no such file.")
    }

    @Test func aListOfOtherFilesIsRefused() throws {
        let target = try clip("target.mp4", [])
        for (name, text) in [
            ("list.txt", "ffconcat version 1.0\nfile \(target)\n"), ("list.m3u8", "#EXTM3U\n#EXTINF:3,\n\(target)\n#EXT-X-ENDLIST\n"),
        ] {
            let path = Clips.shared.folder.appending(path: name).path
            try Data(text.utf8).write(to: URL(filePath: path))
            guard case .requestFailed(_, let error) = try Self.run(path).event else {
                Issue.record("\(name) was accepted")
                return
            }
            #expect([.unsupportedMedia, .damagedMedia].contains(error.code))
        }
    }

    @Test func aCancelledImportEndsAtOnce() throws {
        let order = ImportOrder(
            request: 1, camera: try CameraCode("shop-1"), run: RunID(1), path: try clip("cancelled.mp4", []),
            origin: .file(name: "cancelled.mp4", sha256: ""), startsAt: testStart)
        let session = ImportSession(
            order, settings: WorkerSettings(archivePath: "/nonexistent"), store: SegmentStore(sink: MemorySink(), drain: {}),
            report: { _ in })
        session.cancel()
        guard case .requestFailed(1, let error) = session.run() else {
            Issue.record("it went on")
            return
        }
        #expect(error.code == .interrupted)
    }
}
