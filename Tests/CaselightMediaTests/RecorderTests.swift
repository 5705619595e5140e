import CaselightArchive
import CaselightModel
import CaselightWorkerProtocol
import Foundation
import Testing

@testable import CaselightMedia

/// The recording path over real packets, with time in the test's hands.
@Suite struct RecorderTests {
    /// 12 s, 25 frames a second, a keyframe every two seconds, pictures in between, AAC.
    private func reordered() throws -> String {
        try Clips.shared.make(
            "reordered-\(UUID().uuidString).mp4",
            [
                "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=12", "-f", "lavfi", "-i", "sine=r=16000:d=12", "-c:v", "libx264", "-preset",
                "ultrafast", "-bf", "2", "-g", "50", "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-c:a", "aac",
            ])
    }

    private func plain(_ more: [String] = []) throws -> String {
        try Clips.shared.make(
            "plain-\(UUID().uuidString).mp4",
            [
                "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=12", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "50",
                "-sc_threshold", "0", "-pix_fmt", "yuv420p",
            ] + more)
    }

    @Test func segmentsJoinWithoutAHoleAndBeginWithKeyframes() throws {
        let clip = try LiveClip(try reordered())
        try clip.play()
        let segments = clip.sink.segments
        #expect(segments.count == 3)
        #expect(segments.map { $0.closing?.reason } == [.full, .full, .stopped])
        for (before, after) in zip(segments, segments.dropFirst()) {
            #expect(before.closing?.endedAt == after.opening.header.startedAt)
        }
        for segment in segments {
            let fragments = try segment.videoFragments()
            #expect(fragments.first?.samples.first?.isSync == true)
            #expect(fragments.first?.startsAt == segment.opening.header.startedAt)
            for fragment in fragments { #expect((fragment.endsAt - fragment.startsAt).value <= 1_000_000) }
        }
        let last = try #require(segments.last?.closing)
        #expect(abs((last.endedAt - segments[0].opening.header.startedAt).value - 12_000_000) < 50_000)
    }

    @Test func everyPacketIsKeptBitExactWithItsTimes() throws {
        let path = try reordered()
        let clip = try LiveClip(path, segmentLength: .seconds(600))
        try clip.play()
        let segment = try #require(clip.sink.segments.first)
        let made = Clips.shared.folder.appending(path: "made-\(UUID().uuidString).mp4").path
        try Data(segment.videoFile).write(to: URL(filePath: made))
        #expect(try Clips.packetHashes(made) == Clips.packetHashes(path))
        let query = ["-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0"]
        func times(_ path: String) throws -> [String] { try Clips.run("ffprobe", query + [path]).split(separator: "\n").map(String.init) }
        let (source, ours) = (try times(path), try times(made))
        func first(_ lines: [String]) -> Double { Double(lines[0].split(separator: ",")[0]) ?? .nan }
        for (a, b) in zip(source, ours) {
            #expect(abs((first([a]) - first(source)) - (first([b]) - first(ours))) < 0.000_002)
            #expect(a.split(separator: ",")[1] == b.split(separator: ",")[1])
        }
        #expect(source.count == ours.count)
    }

    @Test func soundStandsBesideThePictures() throws {
        let path = try reordered()
        let clip = try LiveClip(path, segmentLength: .seconds(600))
        try clip.play()
        let segment = try #require(clip.sink.segments.first)
        let audio = try #require(segment.opening.audio)
        #expect(audio.codec == "aac")
        let made = Clips.shared.folder.appending(path: "sound-\(UUID().uuidString).mp4").path
        try Data(audio.initialization + segment.fragments.filter { $0.track == .audio }.flatMap(\.bytes)).write(to: URL(filePath: made))
        let (kept, sent) = (try Clips.packetHashes(made, track: "a:0"), try Clips.packetHashes(path, track: "a:0"))
        // Sound before the first picture is not kept.
        #expect(kept.count >= sent.count - 3)
        let isTail = Array(sent.suffix(kept.count)) == kept
        #expect(isTail)
    }

    @Test func aJumpAheadBeginsANewRun() throws {
        let clip = try LiveClip(try plain())
        try clip.play { index, packet in if index >= 120 { packet.pts += 100_000_000 } }
        #expect(clip.runs.count == 2)
        #expect(clip.sink.segments.map { $0.closing?.reason } == [.full, .streamChanged, .full, .stopped])
        let spans = clip.sink.segments.compactMap { segment in segment.closing.map { (segment.opening.header.startedAt, $0.endedAt) } }
        for (before, after) in zip(spans, spans.dropFirst()) { #expect(before.1 <= after.0) }
        // The next keyframe after packet 120 is 150.
        #expect(abs((spans[2].0 - testStart).value - 6_000_000) < 1000)
    }

    @Test func aStepOfOurOwnClockBeginsANewRun() throws {
        let clip = try LiveClip(try plain())
        try clip.play { index, packet in if index >= 100 { packet.arrival.wall = packet.arrival.wall - .seconds(3600) } }
        #expect(clip.runs == ["2026-03-02T06:00:00Z", "2026-03-02T05:00:04Z"])
    }

    @Test func aSilentCameraLeavesAHole() throws {
        let clip = try LiveClip(try plain(), segmentLength: .seconds(600))
        try clip.play { index, packet in packet.isDropped = (60..<210).contains(index) }
        let spans = clip.sink.segments.compactMap { segment in
            segment.closing.map { [(segment.opening.header.startedAt - testStart).value, ($0.endedAt - testStart).value] }
        }
        #expect(clip.sink.segments.map { $0.closing?.reason } == [.feedLost, .stopped])
        // Packet 210 is no keyframe; 250 is.
        #expect(spans == [[0, 2_400_000], [10_000_000, 12_000_000]])
        #expect(clip.runs.count == 1)
    }

    @Test func keyframesPolicyKeepsAPlayableSlideShow() throws {
        let path = try reordered()
        let clip = try LiveClip(path, policy: .keyframes, segmentLength: .seconds(5))
        try clip.play()
        let fragments = try clip.sink.segments.flatMap { try $0.videoFragments() }
        #expect(fragments.map(\.samples.count) == [1, 1, 1, 1, 1, 1])
        #expect(fragments.allSatisfy { $0.samples[0].isSync })
        #expect(fragments.dropLast().allSatisfy { $0.endsAt - $0.startsAt == .seconds(2) })
        #expect(clip.sink.segments.allSatisfy { $0.opening.audio == nil })
        let dropped = clip.sink.segments.flatMap(\.fragments).flatMap(\.dropped)
        #expect(dropped.count >= 245 && dropped.allSatisfy { $0.byteCount > 0 })
    }

    @Test(arguments: [RecordingPolicy.keyframes, .metadata]) func aHoleIsAHoleUnderEveryPolicy(policy: RecordingPolicy) throws {
        let clip = try LiveClip(try plain(), policy: policy, segmentLength: .seconds(600))
        try clip.play { index, packet in packet.isDropped = (130..<210).contains(index) }
        #expect(clip.sink.segments.map { $0.closing?.reason } == [.feedLost, .stopped])
        let end = try #require(clip.sink.segments.first?.closing?.endedAt)
        #expect(abs((end - testStart).value - 5_200_000) < 1000)
    }

    @Test func keyframesFarApartAreNoHoles() throws {
        let clip = try LiveClip(try plain(["-g", "100"]), policy: .keyframes, segmentLength: .seconds(600))
        try clip.play()
        #expect(clip.sink.segments.map { $0.closing?.reason } == [.stopped])
        let closing = try #require(clip.sink.segments.first?.closing)
        #expect(abs((closing.endedAt - testStart).value - 12_000_000) < 50_000)
    }

    @Test func metadataPolicyKeepsTheSpanAndWhatMoved() throws {
        let clip = try LiveClip(try plain(), policy: .metadata, segmentLength: .seconds(5))
        try clip.play()
        let segments = clip.sink.segments
        #expect(segments.count == 3)
        #expect(segments.allSatisfy { $0.fragments.allSatisfy { $0.bytes.isEmpty } && !$0.opening.videoInitialization.isEmpty })
        #expect(segments.flatMap(\.fragments).flatMap(\.dropped).count >= 270)
        let last = try #require(segments.last?.closing?.endedAt)
        #expect((last - testStart).value >= 11_000_000)
    }

    @Test func aFullDiskEndsOneSegmentAndTheNextIsTriedLater() throws {
        let clip = try LiveClip(try plain(), segmentLength: .seconds(600))
        clip.sink.failNext(CaselightError(.diskFull, "write segment", because: "the disk is full"))
        try clip.play()
        // Everything plays within a moment, and a second must pass before the next attempt.
        #expect(clip.sink.segments.count == 1)
        #expect(clip.sink.segments[0].closing == nil)
    }

    @Test func measuresWhatPasses() throws {
        let clip = try LiveClip(try reordered(), segmentLength: .seconds(600))
        try clip.play()
        let video = try #require(clip.streamChanges.first?.video)
        #expect(clip.streamChanges.count == 1)
        #expect(abs((video.measuredFrameRate ?? 0) - 25) < 0.1)
        #expect(video.keyframeIntervalSeconds == 2)
        #expect(video.hasBFrames == true)
        #expect((video.bitsPerSecond ?? 0) > 10_000)
    }
}
