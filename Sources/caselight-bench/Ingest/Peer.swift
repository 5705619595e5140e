import ArgumentParser
import Foundation

/// A program that users would take instead: one process for each camera.
enum Peer: String, CaseIterable, ExpressibleByArgument, Encodable {
    case ffmpegCopy = "ffmpeg-copy"
    case ffmpegStills = "ffmpeg-stills"
    case gstreamer

    var name: String {
        switch self {
        case .ffmpegCopy: "ffmpeg -c copy, fragmented MP4"
        case .ffmpegStills: "ffmpeg -c copy and a JPEG every 10 s"
        case .gstreamer: "GStreamer splitmuxsink, fragmented MP4"
        }
    }

    var program: String { self == .gstreamer ? "gst-launch-1.0" : "ffmpeg" }

    /// FFmpeg writes what it holds when it is interrupted, and so does GStreamer with `-e`.
    func arguments(url: String, output: String) -> [String] {
        let input = ["-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp"]
        let copy = [
            "-map", "0:v", "-c", "copy", "-f", "segment", "-segment_time", "60", "-segment_format", "mp4", "-segment_format_options",
            "movflags=frag_keyframe+empty_moov+default_base_moof", "-reset_timestamps", "1", "-y", "\(output)_%03d.mp4",
        ]
        return switch self {
        case .ffmpegCopy: input + ["-i", url] + copy
        case .ffmpegStills:
            input + ["-skip_frame", "nokey", "-threads", "1", "-i", url] + copy
                + ["-map", "0:v", "-vf", "fps=1/10,scale=320:-1", "-q:v", "5", "-update", "1", "-f", "image2", "-y", "\(output).jpg"]
        case .gstreamer:
            ["-q", "-e", "rtspsrc", "location=\(url)", "protocols=tcp", "latency=0", "!", "rtph264depay", "!", "h264parse", "!"]
                + ["splitmuxsink", "location=\(output)_%03d.mp4", "max-size-time=60000000000"]
                + ["muxer=mp4mux fragment-duration=2000 streamable=true"]
        }
    }
}

/// Records all cameras with a peer, and measures that.
struct PeerRecording {
    let peer: Peer
    let place: Place
    let server: LoadServer
    let meter: IngestMeter
    let clip: ClipFacts

    /// Connections begun so close to each other would fail on some servers, and none of this is measured.
    private static let startGapSeconds = 0.05
    private static let stopLimitSeconds = 20.0

    func measure() throws -> IngestMeasurement {
        let folder = try place.makeFolder("peer")
        defer { place.remove("peer") }
        var children: [Child] = []
        defer { for child in children { child.end(seconds: 1) } }
        for index in 0..<meter.feeds {
            children.append(
                try place.start(
                    peer.program, peer.arguments(url: server.url(index), output: "\(folder)/\(index)"), log: "peer/\(index).log"))
            Waiting.pause(seconds: Self.startGapSeconds)
        }
        try Waiting.until("\(peer.name) records all cameras", seconds: IngestRound.settleLimitSeconds) { () -> Void? in
            try check(children)
            return writtenCameras(folder) == meter.feeds ? () : nil
        }
        Waiting.pause(seconds: IngestRound.settleSeconds)
        var result = try meter.measure(children.map(\.processIdentifier), server: server)
        try check(children)
        if peer == .ffmpegStills { result.decodesPerCameraSecond = clip.keyframesPerSecond }
        for child in children { child.send(SIGINT) }
        for child in children { child.wait(seconds: Self.stopLimitSeconds) }
        return result
    }

    private func check(_ children: [Child]) throws {
        guard let index = children.firstIndex(where: { !$0.isRunning }) else { return }
        throw Trouble("\(peer.name) of camera \(index) ended early: \(place.text("peer/\(index).log").suffix(300))")
    }

    /// Cameras of which a file holds something.
    private func writtenCameras(_ folder: String) -> Int {
        (0..<meter.feeds).filter { index in
            let size = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(index)_000.mp4")[.size] as? Int
            return size ?? 0 > 0
        }.count
    }
}
