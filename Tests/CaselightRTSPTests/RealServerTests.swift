import CaselightModel
import Foundation
import TestSupport
import Testing

@testable import CaselightRTSP

/// With GStreamer's server and the fixtures' footage.
@Suite(.serialized) struct RealServerTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let isThere: Bool = {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/ffmpeg") else { return false }
        let probe = try? Program.run("/usr/bin/python3", ["-c", "import gi; gi.require_version('GstRtspServer', '1.0')"])
        return probe?.status == 0
    }()

    /// The fixtures' cameras, as long as `body` runs.
    static func withCameras(_ body: (Int) throws -> Void) throws {
        let footage = root.appending(path: ".build/footage").path
        let made = try Program.run("bash", [root.appending(path: "fixtures/make-footage.sh").path, footage])
        try #require(made.status == 0, "\(made.errorText)")
        let output = Pipe()
        let cameras = try Child(
            "/usr/bin/python3",
            [root.appending(path: "fixtures/rtsp_server.py").path, "--footage", footage, "--port", "0", "--control-port", "0"],
            output: output.fileHandleForWriting.fileDescriptor)
        defer { cameras.end() }
        try output.fileHandleForWriting.close()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte.first != 10 { line += byte }
        let started = try JSONSerialization.jsonObject(with: line) as? [String: Any]
        try body(try #require(started?["rtspPort"] as? Int))
    }

    @Test(.enabled(if: isThere, "GStreamer's RTSP server or FFmpeg is not installed"), arguments: [RTSPOrder.Transport.tcp, .udp])
    func receivesPicturesAndSoundWithoutLoss(transport: RTSPOrder.Transport) throws {
        try Self.withCameras { port in
            let session = try RTSPSession.open(
                SessionTests.order(port, path: "/gate-2", transport: transport, drain: .milliseconds(100)), isInterrupted: { false })
            let packets = try SessionTests.read(session, 300, room: 65_536)
            #expect(packets.allSatisfy { $0[0] >> 6 == 2 })
            let statistics = session.statistics
            #expect(statistics.map(\.kind) == [.video, .audio])
            for medium in statistics {
                #expect(medium.received > 20)
                #expect(medium.lost == 0 && medium.duplicates == 0 && medium.reordered == 0)
            }
            let report = try #require(statistics[0].senderReport)
            #expect(abs(report.ntpUs - Monotonic.wallUs) < 60_000_000)
            // A report may come before its medium's first packet.
            var expected = RTSPOddities()
            expected.unassignedReports = session.oddities.unassignedReports
            #expect(session.oddities == expected)
            session.close()
        }
    }

    @Test(.enabled(if: isThere, "GStreamer's RTSP server or FFmpeg is not installed"))
    func logsIn() throws {
        try Self.withCameras { port in
            let right = FeedCredentials(user: "viewer", password: "correct-horse"), wrong = FeedCredentials(user: "viewer", password: "x")
            #expect(throws: RTSPFailure.unauthorized) {
                try RTSPSession.open(SessionTests.order(port, path: "/secret"), isInterrupted: { false })
            }
            #expect(throws: RTSPFailure.unauthorized) {
                try RTSPSession.open(SessionTests.order(port, path: "/secret", login: wrong), isInterrupted: { false })
            }
            #expect(throws: RTSPFailure.notFound) {
                try RTSPSession.open(SessionTests.order(port, path: "/nothing"), isInterrupted: { false })
            }
            let session = try RTSPSession.open(SessionTests.order(port, path: "/secret", login: right), isInterrupted: { false })
            #expect(try SessionTests.read(session, 50).count == 50)
            #expect(session.statistics.allSatisfy { $0.lost == 0 })
            session.close()
        }
    }
}
