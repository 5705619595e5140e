import CaselightArchive
import CaselightModel
import CaselightWorkerProtocol
import Foundation
import Glibc
import Testing

@testable import CaselightMedia

/// Where one clip ends and another begins, and what is refused.
@Suite struct RemuxBorderTests {
    private static let all = TimeSpan(start: testStart, end: testStart + .seconds(100))

    /// Twelve seconds of 25 pictures, a keyframe each second, in three segments.
    private static func footage(_ name: String, size: String = "160x90", run: RunID = RunID(1), at start: WallTime = testStart) throws
        -> RecordedFootage
    {
        let path = try Clips.shared.make(
            "border-\(name).mp4",
            [
                "-f", "lavfi", "-i", "testsrc2=s=\(size):r=25:d=12", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-g", "25", "-sc_threshold", "0",
                "-bf", "0",
            ])
        return try RecordedFootage(path, run: run, startsAt: start)
    }

    @Test func aMissingSegmentBeginsAnotherClip() throws {
        let recorded = try Self.footage("missing")
        var sources = recorded.sources()
        sources.remove(at: 1)
        let made = try MadeClips(sources, Self.all)
        let clips = try made.clips
        #expect(clips.map(\.name) == ["clip.mp4", "clip-2.mp4"])
        #expect(clips.map(\.span) == [recorded.segments[0].span, recorded.segments[2].span])
        #expect(clips.map(\.segments) == [[recorded.segments[0].id], [recorded.segments[2].id]])
        #expect(clips.map(\.videoPacketCount) == [100, 100])
        for clip in clips {
            #expect(try Clips.run("ffmpeg", ["-v", "error", "-nostdin", "-i", made.path(clip), "-f", "null", "-"]).isEmpty)
            let times = try Clips.run("ffprobe", ["-v", "error", "-show_entries", "format_tags=creation_time", "-of", "csv=p=0", made.path(clip)])
            #expect(try WallTime(rfc3339: times.trimmingCharacters(in: .whitespacesAndNewlines)) <= clip.span.start)
        }
    }

    @Test func anotherPictureSizeBeginsAnotherClip() throws {
        let (small, large) = (try Self.footage("small"), try Self.footage("large", size: "320x180", run: RunID(2), at: testStart + .seconds(12)))
        let clips = try MadeClips(large.sources() + small.sources(), Self.all).clips
        #expect(clips.map(\.name) == ["clip.mp4", "clip-2.mp4"])
        #expect(clips.map(\.videoPacketCount) == [300, 300])
        #expect(clips.map(\.span.start) == [testStart, testStart + .seconds(12)])
    }

    @Test func anotherRunBeginsAnotherClipThoughItFollowsAtOnce() throws {
        let (first, second) = (try Self.footage("first"), try Self.footage("second", run: RunID(2), at: testStart + .seconds(12)))
        #expect(try MadeClips(first.sources() + second.sources(), Self.all).clips.count == 2)
    }

    @Test func aRecordersClockIsTakenOff() throws {
        let recorded = try Self.footage("clock")
        let wanted = TimeSpan(start: testStart - .seconds(100) + .milliseconds(2500), end: testStart - .seconds(100) + .milliseconds(3500))
        let clip = try #require(try MadeClips(recorded.sources(offset: .seconds(100)), wanted).clips.first)
        #expect(clip.span == TimeSpan(start: testStart - .seconds(98), end: testStart - .seconds(96)))
    }

    @Test func aSpanWithoutPicturesHasNoClip() throws {
        let recorded = try Self.footage("nothing")
        let wanted = TimeSpan(start: testStart + .seconds(12), end: testStart + .seconds(20))
        let made = try MadeClips(recorded.sources(), wanted)
        #expect(try made.clips.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: made.folder.path).isEmpty)
        #expect(try MadeClips([], wanted).clips.isEmpty)
    }

    @Test func aClipThatGrowsTooLongGoesOnInAnother() throws {
        let recorded = try Self.footage("long")
        let clips = try MadeClips(recorded.sources(), Self.all, packetLimit: 120).clips
        #expect(clips.map(\.videoPacketCount) == [125, 125, 50])
        #expect(clips.map(\.span.start) == [0, 5, 10].map { testStart + .seconds($0) })
    }

    @Test func whatStandsBehindTheLastWholeFragmentIsNotRead() throws {
        let recorded = try Self.footage("torn")
        var source = recorded.sources()[0]
        source.videoByteCount -= 3000
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: source.videoPath)))
        let fragments = try FragmentReader(initialization: try MediaInitialization(bytes)).fragments(in: bytes[...], at: 0)
        let whole = fragments.filter { $0.range.upperBound <= source.videoByteCount }
        let clip = try #require(try MadeClips([source], Self.all).clips.first)
        #expect(clip.videoPacketCount == whole.flatMap(\.samples).count && clip.videoPacketCount < 100)
    }

    @Test func whatIsNoSegmentIsRefusedAndLeavesNothing() throws {
        let recorded = try Self.footage("refused")
        var sources = recorded.sources()
        let other = Clips.shared.folder.appending(path: "no-segment.mp4")
        try Data(repeating: 0x41, count: 5000).write(to: other)
        for (path, code) in [(other.path, CaselightError.Code.damagedMedia), ("/nonexistent/a.mp4", .notFound), ("/dev/zero", .damagedMedia)] {
            sources[2].videoPath = path
            let made = try MadeClips(sources, Self.all)
            #expect(made.error?.code == code)
            #expect(try FileManager.default.contentsOfDirectory(atPath: made.folder.path).isEmpty)
        }
    }

    @Test func bitsTurnedInTheTablesAreNeverAClipThatLooksWhole() throws {
        let recorded = try Self.footage("bits")
        let original = try Data(contentsOf: URL(filePath: recorded.videoPath(recorded.segments[1])))
        let place = try #require(original.range(of: Data("trun".utf8)))
        var sources = recorded.sources()
        let damaged = Clips.shared.folder.appending(path: "bits-damaged.mp4")
        sources[1].videoPath = damaged.path
        for offset in 4..<40 {
            var bytes = original
            bytes[place.lowerBound + offset] ^= 0x40
            try bytes.write(to: damaged)
            // Refused, or a clip: a crash is neither.
            let made = try MadeClips(sources, Self.all)
            #expect(made.error != nil || (try? made.clips.isEmpty) == false)
        }
    }

    @Test func aCancelledRemuxLeavesNothing() throws {
        let recorded = try Self.footage("cancelled")
        let folder = Clips.shared.folder.appending(path: "cancelled-clips")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let session = RemuxSession(
            RemuxOrder(request: 1, sources: recorded.sources(), wanted: Self.all, folder: folder.path), report: { _ in })
        session.cancel()
        guard case .requestFailed(1, let error) = session.run() else {
            Issue.record("it went on")
            return
        }
        #expect(error.code == .interrupted)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test func aFolderThatTakesNothingIsSaid() throws {
        let recorded = try Self.footage("folder")
        let session = RemuxSession(
            RemuxOrder(request: 1, sources: recorded.sources(), wanted: Self.all, folder: "/nonexistent"), report: { _ in })
        guard case .requestFailed(1, let error) = session.run() else {
            Issue.record("it went on")
            return
        }
        #expect(error.code == .diskFailed && "\(error)".contains("cannot make a clip"))
    }
}
