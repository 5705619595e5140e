import CaselightModel
import CaselightWorkerProtocol
import Crypto
import Foundation
import TestSupport
import Testing

@testable import CaselightMedia

/// Clips have the packets of the recording and no others, byte for byte, at the times the recording has them.
@Suite struct RemuxTests {
    struct Footage: Sendable, CustomTestStringConvertible {
        let name: String
        let video: [String]
        let audio: [String]
        var isQuickTime = false
        var testDescription: String { name }

        func record() throws -> RecordedFootage {
            let file = name.replacing(" ", with: "-").replacing(",", with: "").replacing("+", with: "") + ".mkv"
            let sound = audio.isEmpty ? [] : ["-f", "lavfi", "-i", "aevalsrc='0.2*sin(440*t*t)+0.05*random(0)':s=8000:d=12"]
            return try RecordedFootage(
                try Clips.shared.make(
                    "remux-\(file)", ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=12"] + sound + ["-pix_fmt", "yuv420p"] + video + audio))
        }
    }

    private static let h264 = ["-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-sc_threshold", "0"]
    private static let h265 = ["-c:v", "libx265", "-preset", "ultrafast"]
    private static let bPictures = ["-bf", "3", "-x264-params", "b-pyramid=normal"]

    static let every = [
        Footage(name: "H.264", video: h264 + ["-bf", "0"], audio: []),
        Footage(name: "H.264 with B-frames", video: h264 + bPictures, audio: []),
        Footage(name: "H.264 with B-frames, AAC", video: h264 + bPictures, audio: ["-c:a", "aac"]),
        Footage(name: "H.264, open groups", video: h264 + ["-bf", "2", "-x264-params", "open-gop=1"], audio: []),
        Footage(name: "H.264, G.711 A-law", video: h264 + ["-bf", "0"], audio: ["-c:a", "pcm_alaw"], isQuickTime: true),
        Footage(name: "H.264, B-frames, G.711 mu-law", video: h264 + bPictures, audio: ["-c:a", "pcm_mulaw"], isQuickTime: true),
        Footage(name: "H.265", video: h265 + ["-x265-params", "keyint=25:bframes=0:log-level=none"], audio: []),
        Footage(name: "H.265 with B-frames, AAC", video: h265 + ["-x265-params", "keyint=50:bframes=3:log-level=none"], audio: ["-c:a", "aac"]),
        Footage(name: "MJPEG", video: ["-c:v", "mjpeg", "-q:v", "5"], audio: []),
        Footage(name: "MJPEG, AAC", video: ["-c:v", "mjpeg", "-q:v", "5"], audio: ["-c:a", "aac"]),
    ]

    /// E1: five spans of each of ten recordings.
    @Test(arguments: every) func everyPacketIsTheRecordings(footage: Footage) throws {
        let recorded = try footage.record()
        #expect(recorded.segments.count == 3)
        let (pictures, sounds) = (try recorded.packets(), try recorded.packets(audio: true))
        var random = SeededGenerator(seed: 4)
        for round in 0..<5 {
            // The first two cross the segments' borders.
            let start = testStart + .milliseconds(round < 2 ? 3500 : .random(in: 0..<11_000, using: &random))
            let wanted = TimeSpan(start: start, end: start + .milliseconds(round < 2 ? 5000 : .random(in: 1..<6000, using: &random)))
            let made = try MadeClips(recorded.sources(), wanted)
            let clips = try made.clips
            try #require(clips.count == 1, "seed 4, round \(round)")
            try Self.check(made, clips[0], wanted, pictures, sounds, "\(footage.name), seed 4, round \(round)")
            #expect(clips[0].name == (footage.isQuickTime ? "clip.mov" : "clip.mp4"))
        }
    }

    private static func check(
        _ made: MadeClips, _ clip: ClipFile, _ wanted: TimeSpan, _ pictures: [RecordedFootage.NativePacket],
        _ sounds: [RecordedFootage.NativePacket], _ which: String
    ) throws {
        let start = pictures.lastIndex { $0.isSync && $0.at <= wanted.start } ?? 0
        let end = pictures.indices.first { $0 > start && pictures[$0].isSync && pictures[$0].at >= wanted.end } ?? pictures.count
        let expected = Array(pictures[start..<end])
        let copied = try made.packets(clip, track: "v:0")
        #expect(copied.map(\.md5) == expected.map(\.md5), "\(which)")
        let displays = copied.map { $0.displayUs - copied[0].displayUs }
        #expect(
            zip(displays, expected).allSatisfy { abs($0 - ($1.at - expected[0].at).value) <= 2 }, "\(which): times are not the recording's")
        #expect(copied[0].displayUs == 0, "\(which)")
        #expect(clip.videoPacketCount == expected.count && clip.firstPacketAt == expected[0].at, "\(which)")
        #expect(clip.lastPacketAt == expected.map(\.at).max(), "\(which)")
        #expect(clip.span.start == expected[0].at && abs((clip.span.end - (expected.map(\.endsAt).max() ?? .distantPast)).value) <= 100, "\(which)")
        let bytes = try Data(contentsOf: URL(filePath: made.path(clip)))
        #expect(clip.byteCount == Int64(bytes.count))
        #expect(clip.sha256 == SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        guard !sounds.isEmpty else { return #expect(clip.audioPacketCount == 0 && clip.audioCodec == nil) }
        try checkSound(made, clip, expected, sounds, which)
    }

    private static func checkSound(
        _ made: MadeClips, _ clip: ClipFile, _ pictures: [RecordedFootage.NativePacket], _ sounds: [RecordedFootage.NativePacket],
        _ which: String
    ) throws {
        let (from, to) = (pictures[0].at, pictures.map(\.endsAt).max() ?? .distantFuture)
        // A microsecond's rounding may decide on a packet that only touches an end.
        let surely = sounds.filter { $0.endsAt > from + Microseconds(50) && $0.at < to - Microseconds(50) }
        let copied = try made.packets(clip, track: "a:0")
        let index = try #require(sounds.firstIndex { $0.md5 == copied.first?.md5 }, "\(which)")
        #expect(copied.map(\.md5) == sounds[index...].prefix(copied.count).map(\.md5), "\(which)")
        #expect(Set(surely.map(\.md5)).isSubset(of: copied.map(\.md5)) && copied.count <= surely.count + 2, "\(which)")
        #expect(clip.audioPacketCount == copied.count, "\(which)")
        let toldAgainst = copied.enumerated().map { $1.displayUs - (sounds[index + $0].at - from).value }
        #expect(toldAgainst.allSatisfy { abs($0) <= 300 }, "\(which): sound is not where it was: \(toldAgainst.map(abs).max() ?? 0) µs")
    }
}
