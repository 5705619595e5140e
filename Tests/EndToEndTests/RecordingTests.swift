import CaselightModel
import Foundation
import Testing

/// Real cameras, a real daemon, and what is in the archive afterwards.
@Suite(.enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct RecordingTests {
    struct Camera {
        let code: String
        let codec: String
        let clip: String
    }

    static let cameras = [
        Camera(code: "gate-1", codec: "h264", clip: "gate-1.mp4"), Camera(code: "gate-2", codec: "h264", clip: "gate-2.mp4"),
        Camera(code: "gate-3", codec: "h264", clip: "gate-3.mov"), Camera(code: "gate-4", codec: "hevc", clip: "gate-4.mp4"),
        Camera(code: "gate-5", codec: "h264", clip: "gate-5.mp4"), Camera(code: "gate-6", codec: "mjpeg", clip: "gate-6.mov"),
    ]

    @Test func keepsEveryPacketAndSaysWhyOneIsMissing() throws {
        let cameras = try Cameras()
        let installation = try Installation("recording")
        for camera in Self.cameras { try register(camera.code, at: cameras.url(camera.code), in: installation) }
        try register("locked", at: cameras.url("secret", login: "viewer:wrong@"), in: installation)
        try waitFor("all cameras to record") { Self.cameras.allSatisfy { state(of: $0.code, in: installation) == "recording" } }

        let seconds: TimeInterval = Workshop.isTorture ? 150 : 12
        Thread.sleep(forTimeInterval: seconds)
        try cameras.control("drop/gate-3?seconds=5")
        Thread.sleep(forTimeInterval: 8)
        try waitFor("the dropped camera to record again") { state(of: "gate-3", in: installation) == "recording" }
        Thread.sleep(forTimeInterval: 6)
        let before = try indexed(installation, cameras)
        let stopSeconds = installation.stop()
        #expect(stopSeconds < 10, "stopping took \(stopSeconds) s")

        for camera in Self.cameras { try comparePackets(of: camera, in: installation) }
        let check = installation.caselightd("check", "--hash")
        #expect(check.status == 0, "\(check.output)\(check.error)")
        for name in ["index.db", "index.db-wal", "index.db-shm"] { unlink(installation.folder.appending(path: name).path) }
        let rebuilt = installation.caselightd("reindex")
        #expect(rebuilt.status == 0, "\(rebuilt.output)\(rebuilt.error)")
        try installation.start()
        #expect(try indexed(installation, cameras) == before, "a rebuilt index answers otherwise")
        try checkGaps(installation, cameras)
    }

    /// What the index says of the cameras' seconds before the drop, as the API tells it.
    private func indexed(_ installation: Installation, _ cameras: Cameras) throws -> [String] {
        let drop = try #require(try cameras.truth().first { $0.mount == "/gate-3" && $0.what == "drop" }).atUs
        let span = "from=\(WallTime(microseconds: drop - 8_000_000).rfc3339())&to=\(WallTime(microseconds: drop - 1_000_000).rfc3339())"
        return try Self.cameras.flatMap { camera in
            try ["coverage", "keyframes", "activity"].map { part in
                let answer = try installation.get("/api/v1/cameras/\(camera.code)/\(part)?\(span)")
                #expect(answer.status == 200, "\(part) of \(camera.code)")
                return String(decoding: answer.body, as: UTF8.self)
            }
        }
    }

    /// Each run's packets are an unbroken stretch of the clip, which goes round.
    private func comparePackets(of camera: Camera, in installation: Installation) throws {
        let source = try Packets.read(Workshop.footage.appending(path: camera.clip), codec: camera.codec)
        let runs = Dictionary(grouping: installation.segments(of: camera.code)) { $0.lastPathComponent.dropLast(11) .suffix(16) }
        #expect(runs.count == (camera.code == "gate-3" ? 2 : 1), "\(camera.code) has \(runs.count) runs")
        for (run, files) in runs {
            let packets = try files.sorted { $0.path < $1.path }.flatMap { try Packets.read($0, codec: camera.codec) }
            #expect(packets.count > 40, "\(camera.code) run \(run) has \(packets.count) packets")
            #expect(Packets.position(of: packets, in: source) != nil, "\(camera.code) run \(run): \(packets.count) packets differ from the clip's")
        }
    }

    private func checkGaps(_ installation: Installation, _ cameras: Cameras) throws {
        let truth = try cameras.truth().filter { $0.mount == "/gate-3" }
        let drop = try #require(truth.first { $0.what == "drop" }).atUs
        let from = WallTime(microseconds: drop - 8_000_000).rfc3339()
        let to = WallTime(microseconds: drop + 12_000_000).rfc3339()
        let coverage = try installation.json("/api/v1/cameras/gate-3/coverage?from=\(from)&to=\(to)")
        let gaps = try #require(coverage["gaps"] as? [[String: Any]])
        let lost = try #require(gaps.first { $0["cause"] as? String == "feedLost" }, "gaps are \(gaps)")
        let began = try WallTime(rfc3339: try #require(lost["startedAt"] as? String))
        #expect(abs(began.microseconds - drop) < 1_000_000, "the gap begins \(Double(began.microseconds - drop) / 1e6) s after the drop")
        let locked = try installation.json("/api/v1/cameras/locked/coverage?from=\(from)&to=\(to)")
        let refused = try #require(locked["gaps"] as? [[String: Any]])
        #expect(refused.allSatisfy { $0["cause"] as? String == "unauthorized" }, "gaps of the locked camera are \(refused)")
    }
}

func register(_ code: String, at url: String, in installation: Installation, _ more: String...) throws {
    let added = Workshop.run(
        Workshop.products.appending(path: "caselight").path, ["camera", "add", "--code", code, "--name", code, "--url", url] + more,
        environment: ["CASELIGHT_URL": "http://127.0.0.1:\(installation.port)", "CASELIGHT_TOKEN": installation.token])
    guard added.status == 0 else { throw Trouble("camera add \(code): \(added.error)") }
}

func state(of code: String, in installation: Installation) -> String? {
    ((try? installation.json("/api/v1/cameras/\(code)"))?["status"] as? [String: Any])?["state"] as? String
}

/// Polls until it holds; the only waiting there is with real processes.
func waitFor(_ what: String, seconds: TimeInterval = 30, _ condition: () throws -> Bool) throws {
    let limit = Date().addingTimeInterval(seconds)
    while Date() < limit {
        if try condition() { return }
        Thread.sleep(forTimeInterval: 0.2)
    }
    throw Trouble("waited \(Int(seconds)) s for \(what)")
}
