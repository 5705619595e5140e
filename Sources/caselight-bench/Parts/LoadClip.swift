import ArgumentParser
import Foundation

/// What a camera of the load sends.
enum LoadClip: String, CaseIterable, ExpressibleByArgument, Encodable {
    case fullHD = "1080p"
    case small = "360p"

    var fileName: String { "load-\(rawValue).mp4" }
    var described: String {
        switch self {
        case .fullHD: "1920x1080, 25 fps, H.264, 1.7 Mbit/s"
        case .small: "640x360, 10 fps, H.264, 300 kbit/s"
        }
    }
    var framesPerSecond: Double { self == .fullHD ? 25 : 10 }

    /// The clip's file; drawn where it is not there yet.
    func file(_ place: Place) throws -> String {
        let fixtures = try place.fixtures()
        let footage = Place.parent(fixtures) + "/.build/footage"
        let path = "\(footage)/\(fileName)"
        if !FileManager.default.fileExists(atPath: path) {
            Progress.say("drawing the load's clips, once")
            try place.run(fixtures + "/make-footage.sh", ["--load", footage])
        }
        return path
    }
}

/// The fixtures' RTSP server: the cameras, a process of its own that is not part of any figure.
final class LoadServer {
    private struct Started: Decodable {
        var rtspPort: Int
        var controlPort: Int
    }
    private struct Health: Decodable {
        var maxLateMs: Double
    }

    private let ports: Started
    let process: Child

    init(_ place: Place, kind: ServerKind, feeds: Int, clip: LoadClip) throws {
        let file = try clip.file(place)
        let log = "cameras.json"
        place.remove(log)
        let process = try place.start(
            "/usr/bin/python3",
            ["\(try place.fixtures())/\(kind.script)", "--footage", Place.parent(file), "--load", "\(feeds)", "--load-clip", clip.fileName]
                + ["--port", "0", "--control-port", "0"],
            log: log, errors: "cameras.log")
        ports = try Waiting.until("the cameras are served", seconds: 60) {
            guard process.isRunning else { throw Trouble("the cameras' server ended: \(place.text("cameras.log").suffix(400))") }
            let text = place.text(log)
            return text.hasSuffix("\n") ? try JSONDecoder().decode(Started.self, from: Data(text.utf8)) : nil
        }
        self.process = process
    }

    func url(_ index: Int) -> String { "rtsp://127.0.0.1:\(ports.rtspPort)/load/\(index)" }

    /// How late a packet was sent at worst since this was last asked; of GStreamer's server since its start. Much of it says that the
    /// server, not what is measured, was at its limit.
    func worstDelayMilliseconds() throws -> Double {
        let body = try HTTPConnection(port: ports.controlPort, token: "").get("/healthz")
        return try JSONDecoder().decode(Health.self, from: Data(body)).maxLateMs
    }

    func stop() { process.end() }
}

/// Which of the fixtures' servers plays the cameras.
enum ServerKind: String, CaseIterable, ExpressibleByArgument, Encodable {
    /// Packets made once and sent to all: leaves the machine to what is measured.
    case light
    /// GStreamer's RTSP server, a pipeline for each client.
    case gstreamer

    var script: String { self == .light ? "load_server.py" : "rtsp_server.py" }
}
