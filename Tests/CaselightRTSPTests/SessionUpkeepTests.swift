import CaselightModel
import Glibc
import Testing

@testable import CaselightRTSP

/// What goes on beside the packets while a session plays.
@Suite struct SessionUpkeepTests {
    /// Packets for as long as `connection` takes them, 10 ms apart, and answers in between.
    static func stream(_ connection: ScriptedCamera.Connection, seconds: Double) {
        for index in 0..<Int(seconds * 100) {
            connection.send(RTP.interleaved(0, RTP.packet(type: 96, sequence: index, timestamp: UInt32(index * 900))))
            usleep(10_000)
        }
    }

    @Test(arguments: [true, false])
    func keepsTheSessionAliveAsTheCameraLikes(knowsGetParameter: Bool) throws {
        let camera = try ScriptedCamera { connection in
            while let request = connection.request() {
                if request.method == "GET_PARAMETER", !knowsGetParameter {
                    connection.send(Scripts.answer(request, "405 Method Not Allowed"))
                } else {
                    connection.send(Scripts.ordinary(request, timeout: 1))
                }
                if request.method == "PLAY" { Self.stream(connection, seconds: 1.4) }
            }
        }
        defer { camera.stop() }
        let session = try SessionTests.open(camera)
        #expect(throws: RTSPFailure.self) { _ = try SessionTests.read(session, 141) }
        session.close()
        let methods = camera.methods.dropFirst(5)
        #expect(methods.first == "GET_PARAMETER")
        if knowsGetParameter {
            #expect(methods.count(where: { $0 == "GET_PARAMETER" }) >= 2)
        } else {
            #expect(methods.count(where: { $0 == "OPTIONS" }) >= 1)
        }
        #expect(camera.requests.dropFirst(5).allSatisfy { $0.headers["session"] == "4711" })
    }

    @Test func answersTheCamerasRequests() throws {
        let camera = try ScriptedCamera { connection in
            while let request = connection.request() {
                // Answers look like requests here: their first two words are version and status.
                guard request.method != "RTSP/1.0" else { continue }
                connection.send(Scripts.ordinary(request))
                guard request.method == "PLAY" else { continue }
                connection.send("ANNOUNCE rtsp://h/ RTSP/1.0\r\nCSeq: 70\r\nContent-Length: 3\r\n\r\nabc")
                connection.send("RECORD rtsp://h/ RTSP/1.0\r\nCSeq: 71\r\n\r\n")
                connection.send(RTP.interleaved(0, SessionTests.packets[0]))
            }
        }
        defer { camera.stop() }
        let session = try SessionTests.open(camera)
        #expect(try SessionTests.read(session, 1) == [SessionTests.packets[0]])
        session.close()
        #expect(camera.requests.filter { $0.method == "RTSP/1.0" }.map { "\($0.address) \($0.sequence)" } == ["200 70", "501 71"])
    }

    @Test(arguments: [("REDIRECT", RTSPFailure.redirected), ("TEARDOWN", .closedByPeer)])
    func aCameraMayEndTheSession(method: String, failure: RTSPFailure) throws {
        let camera = try Scripts.camera { $0.send("\(method) rtsp://h/ RTSP/1.0\r\nCSeq: 1\r\nLocation: rtsp://203.0.113.9/\r\n\r\n") }
        defer { camera.stop() }
        let session = try SessionTests.open(camera)
        #expect(throws: failure) { try SessionTests.read(session, 1) }
        session.close()
    }

    @Test func reportsAreSentOnTheirMediumsChannelAndReadFromIt() throws {
        let camera = try Scripts.camera { connection in
            // Before its RTP a report could be anyone's.
            connection.send(RTP.interleaved(3, RTP.senderReport(source: 2, ntp: 3_800_000_000 << 32, rtpTime: 1)))
            connection.send(RTP.interleaved(0, RTP.packet(type: 96, sequence: 1, timestamp: 1, source: 1)))
            connection.send(RTP.interleaved(2, RTP.packet(type: 8, sequence: 1, timestamp: 1, source: 2)))
            connection.send(RTP.interleaved(3, RTP.senderReport(source: 2, ntp: 3_900_000_000 << 32, rtpTime: 77)))
        }
        defer { camera.stop() }
        let session = try SessionTests.open(camera)
        #expect(try SessionTests.read(session, 3).map { $0[1] } == [96, 8, 200])
        let report: [UInt8] = [0x81, 201, 0, 1, 0, 0, 0, 9, 0, 0, 0, 2]
        report.withUnsafeBytes { session.sendReport($0) }
        let statistics = session.statistics
        #expect(statistics.map(\.kind) == [.video, .audio])
        #expect(statistics[0].senderReport == nil)
        #expect(statistics[1].senderReport?.rtpTime == 77)
        let expectedUs: Int64 = (3_900_000_000 - 2_208_988_800) * 1_000_000
        #expect(statistics[1].senderReport?.ntpUs == expectedUs)
        #expect(session.oddities.unassignedReports == 1)
        session.close()
        #expect(camera.packets == [RTP.interleaved(3, report)])
    }

    @Test func countsWhatWasLost() throws {
        let camera = try Scripts.camera(body: Scripts.videoOnly) { connection in
            for sequence in [65_534, 65_535, 2, 2, 1] {
                connection.send(RTP.interleaved(0, RTP.packet(type: 96, sequence: sequence, timestamp: 1)))
            }
            connection.send(RTP.interleaved(0, RTP.packet(type: 33, sequence: 1, timestamp: 1)))
            connection.send(RTP.interleaved(0, [0x40, 96] + [UInt8](repeating: 0, count: 20)))
            connection.send(RTP.interleaved(0, RTP.packet(type: 96, sequence: 3, timestamp: 2)))
        }
        defer { camera.stop() }
        let session = try SessionTests.open(camera)
        #expect(try SessionTests.read(session, 6).count == 6)
        let statistics = session.statistics[0]
        #expect([statistics.received, statistics.lost, statistics.duplicates, statistics.reordered] == [6, 1, 1, 1])
        #expect(session.oddities.strangePayloadPackets == 1 && session.oddities.malformedPackets == 1)
        session.close()
    }
}
