import CaselightModel
import CaselightWorkerProtocol
import Foundation
import TestSupport

@testable import CaselightArchive

/// A real clip as libavformat fragments it: an initialization, and fragments of about a second.
struct FFmpegClip {
    static let isAvailable = (try? Program.run("ffmpeg", ["-version"]))?.status == 0

    private let folder: ScratchFolder
    let path: String
    let initialization: [UInt8]
    /// With `prft` times counted from 1970.
    let fragments: [[UInt8]]

    static func video(seconds: Int) throws -> FFmpegClip {
        try make(["testsrc=size=320x240:rate=25:duration=\(seconds)", "-c:v", "libx264", "-bf", "2", "-g", "50", "-preset", "veryfast"])
    }

    static func audio(seconds: Int) throws -> FFmpegClip { try make(["sine=440:duration=\(seconds)", "-c:a", "aac"]) }

    /// The pictures of a file.
    ///
    /// - Parameter options: how they are encoded again; none copies them.
    static func video(of path: String, _ options: [String] = ["-c:v", "copy"]) throws -> FFmpegClip {
        try cut(["-i", path, "-map", "0:v:0"] + options)
    }

    static func made(_ source: [String]) throws -> FFmpegClip { try make(source) }

    private static func make(_ source: [String]) throws -> FFmpegClip { try cut(["-f", "lavfi", "-i"] + source) }

    private static func cut(_ source: [String]) throws -> FFmpegClip {
        let folder = try ScratchFolder()
        let path = folder.path + "/clip.mp4"
        let flags = "+frag_keyframe+empty_moov+default_base_moof+skip_trailer"
        let arguments =
            ["-v", "error", "-nostdin"] + source
            + ["-f", "mp4", "-movflags", flags, "-frag_duration", "1000000", "-write_prft", "pts", path]
        guard try Program.run("ffmpeg", arguments).status == 0 else {
            throw CaselightError(.unsupportedMedia, "make a clip", because: "ffmpeg failed")
        }
        let bytes = try folder.bytes("clip.mp4")
        var cursor = ByteCursor(bytes[...])
        var initialization: [UInt8] = []
        var fragments: [[UInt8]] = []
        while let box = try cursor.nextBox() {
            let whole = bytes[box.offset..<box.offset + box.byteCount]
            switch box.type {
            case "ftyp", "moov": initialization += whole
            case "prft": fragments.append(Array(whole))
            default: if !fragments.isEmpty { fragments[fragments.count - 1] += whole }
            }
        }
        return FFmpegClip(folder: folder, path: path, initialization: initialization, fragments: fragments)
    }

    /// Records the clips as one run of two segments.
    static func record(_ video: FFmpegClip, _ audio: FFmpegClip, run: RunID, startingAt second: Int64, to writer: SegmentWriter) throws {
        let base = try WallTime(rfc3339: "2026-03-02T08:00:00Z") + .seconds(second)
        let reader = FragmentReader(initialization: try MediaInitialization(video.initialization))
        let first = try reader.fragments(in: video.fragments[0][...], at: 0)[0]
        let shift = base - first.startsAt
        var stream = StreamMetadata(container: "rtsp")
        stream.audio = AudioStream(codec: "aac", sampleRateHertz: 44_100, channelCount: 1)
        for sequence in 0..<2 {
            let id = SegmentID(run: run, sequence: UInt32(sequence))
            let start = base + .seconds(Int64(sequence) * 2)
            let header = SegmentHeader(
                id: id, camera: try CameraCode("gate-3"), origin: .feed, policy: .full, runStartedAt: base, startedAt: start,
                stream: stream)
            writer.open(
                SegmentOpening(
                    header: header, videoInitialization: video.initialization,
                    audio: AudioOpening(codec: "aac", initialization: audio.initialization)))
            for (track, clip) in [(RecordedFragment.Track.video, video), (.audio, audio)] {
                let half = sequence == 0 ? clip.fragments.prefix(2) : clip.fragments.dropFirst(2)
                for fragment in half {
                    try writer.append(
                        RecordedFragment(segment: id, track: track, bytes: shifted(fragment, by: shift)[...], endsAt: start, dropped: []))
                }
            }
            writer.close(
                SegmentClosing(segment: id, endedAt: start + .seconds(2), reason: .full, stream: stream, clockSamples: []))
        }
    }

    /// Moves a fragment's `prft`, its first box, in time.
    private static func shifted(_ fragment: [UInt8], by shift: Microseconds) -> [UInt8] {
        var bytes = fragment
        let value = bytes[16..<24].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        bytes.replaceSubrange(16..<24, with: Handmade.number64(NTPTime.value(of: NTPTime.wallTime(value) + shift)))
        return bytes
    }

    /// The MD5 of each packet of a file's or playlist's first stream of a kind.
    static func packets(_ path: String, stream: String? = nil) throws -> [String] {
        let map = stream.map { ["-map", "0:\($0):0"] } ?? []
        let isPlaylist = path.hasSuffix(".m3u8")
        let output = try Program.run(
            "ffmpeg",
            ["-v", "error"] + (isPlaylist ? ["-allowed_extensions", "ALL", "-protocol_whitelist", "file,crypto,data"] : [])
                + ["-i", path] + map + ["-c", "copy", "-f", "framemd5", "-"]).outputText
        return output.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { $0.split(separator: ",").last.map(String.init) }
    }
}
