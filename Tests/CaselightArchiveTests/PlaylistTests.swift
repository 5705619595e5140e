import CaselightModel
import CaselightWorkerProtocol
import Foundation
import TestSupport
import Testing

@testable import CaselightArchive

@Suite struct PlaylistTests {
    func segment(
        _ sequence: UInt32, run: UInt64 = 1, from second: Double, seconds: Double, isOpen: Bool = false, audio: String? = nil,
        reason: EndReason = .full
    ) throws -> Segment {
        let start = try WallTime(rfc3339: "2026-03-02T07:08:12.25Z") + Microseconds(Int64(second * 1_000_000))
        return Segment(
            id: SegmentID(run: RunID(run), sequence: sequence), camera: try CameraCode("gate-3"),
            span: TimeSpan(start: start, end: start + Microseconds(Int64(seconds * 1_000_000))), policy: .full, byteCount: 5000,
            initializationByteCount: 800, sha256: isOpen ? nil : "00", endReason: isOpen ? nil : reason,
            audio: audio.map { AudioSibling(codec: $0, byteCount: 900, initializationByteCount: 700, sha256: nil) },
            keyframes: .empty, activity: .empty)
    }

    func media(_ segments: [Segment], track: SegmentTrack = .video, isLive: Bool = false) -> [String] {
        Playlist.media(segments, track: track, isLive: isLive) { "segments/\($0.id).mp4" }.split(separator: "\n").map(String.init)
    }

    @Test func listsByteRangesOfTheFiles() throws {
        let lines = media([try segment(0, from: 0, seconds: 60.04), try segment(1, from: 60.04, seconds: 12.000001)])
        #expect(
            lines == [
                "#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:61", "#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD",
                "#EXT-X-INDEPENDENT-SEGMENTS",
                "#EXT-X-MAP:URI=\"segments/0000000000000001-000000.mp4\",BYTERANGE=\"800@0\"",
                "#EXT-X-PROGRAM-DATE-TIME:2026-03-02T07:08:12.250Z", "#EXTINF:60.040000,", "#EXT-X-BYTERANGE:4200@800",
                "segments/0000000000000001-000000.mp4",
                "#EXT-X-MAP:URI=\"segments/0000000000000001-000001.mp4\",BYTERANGE=\"800@0\"",
                "#EXT-X-PROGRAM-DATE-TIME:2026-03-02T07:09:12.290Z", "#EXTINF:12.000001,", "#EXT-X-BYTERANGE:4200@800",
                "segments/0000000000000001-000001.mp4", "#EXT-X-ENDLIST",
            ])
    }

    @Test func marksWhereTimesStopRunningOn() throws {
        let segments = [
            try segment(0, from: 0, seconds: 10), try segment(1, from: 10, seconds: 10),
            try segment(3, from: 30, seconds: 10, reason: .streamChanged), try segment(4, from: 40, seconds: 10),
            try segment(0, run: 2, from: 50, seconds: 10),
        ]
        let marks = media(segments).filter { $0 == "#EXT-X-DISCONTINUITY" || $0.hasPrefix("#EXT-X-PROGRAM") }.map {
            $0.contains("DISCONTINUITY")
        }
        #expect(marks == [false, false, true, false, true, false, true, false])
    }

    @Test func leavesALiveListOpen() throws {
        let lines = media([try segment(0, from: 0, seconds: 10, isOpen: true)], isLive: true)
        #expect(!lines.contains("#EXT-X-ENDLIST") && !lines.contains { $0.hasPrefix("#EXT-X-PLAYLIST-TYPE") })
        #expect(lines.contains("#EXT-X-BYTERANGE:4200@800"))
    }

    @Test func leavesOutWhatHasNoFootage() throws {
        var metadata = try segment(0, from: 0, seconds: 10)
        metadata.policy = .metadata
        #expect(!media([metadata]).contains { $0.hasPrefix("#EXTINF") })
        let sound = media([try segment(0, from: 0, seconds: 10), try segment(1, from: 10, seconds: 10, audio: "aac")], track: .audio)
        #expect(sound.filter { $0.hasPrefix("#EXT-X-BYTERANGE") } == ["#EXT-X-BYTERANGE:200@700"])
    }

    @Test func offersSoundOnlyWhereItIsAAC() throws {
        let address = (video: "video.m3u8", audio: "audio.m3u8")
        let with = Playlist.master([try segment(0, from: 0, seconds: 10, audio: "aac")], video: address.video, audio: address.audio)
        let without = Playlist.master([try segment(0, from: 0, seconds: 10, audio: "pcm_alaw")], video: address.video, audio: address.audio)
        #expect(with.contains("TYPE=AUDIO") && with.contains("AUDIO=\"sound\"") && with.contains("BANDWIDTH=4720"))
        #expect(!without.contains("AUDIO"))
    }

    /// Every frame of three runs, through FFmpeg's own HLS reader, hashes to what FFmpeg reads from the clips.
    @Test(.enabled(if: FFmpegClip.isAvailable, "ffmpeg is not installed"))
    func playsInFFmpegFrameForFrame() async throws {
        let folder = try ScratchFolder()
        let archive = try Archive.open(path: folder.path, knownVolumes: [], adopting: false)
        let log = EventLog()
        let writer = SegmentWriter(settings: WorkerSettings(archivePath: folder.path)) { log.add($0) }
        let video = try FFmpegClip.video(seconds: 4)
        let audio = try FFmpegClip.audio(seconds: 4)
        for run in 1...3 { try FFmpegClip.record(video, audio, run: RunID(UInt64(run)), startingAt: Int64(run) * 20, to: writer) }
        writer.drain()
        let segments = log.closed.sorted { $0.span.start < $1.span.start }
        #expect(segments.count == 6)
        for segment in segments {
            #expect(try Program.run("ffprobe", ["-v", "error", archive.videoPath(of: segment)]).status == 0)
            #expect(segment.span.duration == .seconds(2))
            let keyframes = segment.keyframes.keyframes(from: segment.span.start)
            #expect(keyframes.map(\.time) == [segment.span.start])
        }
        try write(segments, archive, to: folder)
        for (list, clip) in [("video.m3u8", video), ("audio.m3u8", audio), ("master.m3u8", video)] {
            let expected = try FFmpegClip.packets(clip.path)
            let stream = list == "audio.m3u8" ? "a" : "v"
            let played = try FFmpegClip.packets("\(folder.path)/\(list)", stream: stream)
            #expect(expected.count > 90)
            #expect(played == expected + expected + expected, "\(list)")
        }
    }

    private func write(_ segments: [Segment], _ archive: Archive, to folder: ScratchFolder) throws {
        for (name, track) in [("video.m3u8", SegmentTrack.video), ("audio.m3u8", .audio)] {
            let list = Playlist.media(segments, track: track, isLive: false) { segment in
                (track == .video ? archive.videoPath(of: segment) : archive.audioPath(of: segment)) ?? ""
            }
            try folder.write(Array(list.utf8), to: name)
        }
        try folder.write(Array(Playlist.master(segments, video: "video.m3u8", audio: "audio.m3u8").utf8), to: "master.m3u8")
    }
}
