import CaselightModel
import Foundation
import Synchronization
import Testing

@testable import CaselightRTSP

/// Whole sessions with a camera that misbehaves as it is told.
@Suite struct SessionTests {
    static func order(
        _ port: Int, path: String = "/live?channel=1", login: FeedCredentials? = nil, timeout: Microseconds = .seconds(5),
        transport: RTSPOrder.Transport = .tcp, drain: Microseconds = .milliseconds(20)
    ) throws -> RTSPOrder {
        RTSPOrder(
            url: try FeedURL.parse("rtsp://127.0.0.1:\(port)\(path)").url, credentials: login, transport: transport, answerTimeout: timeout,
            drainInterval: drain)
    }

    static func open(_ camera: ScriptedCamera, login: FeedCredentials? = nil, timeout: Microseconds = .seconds(5)) throws -> RTSPSession {
        try RTSPSession.open(order(camera.port, login: login, timeout: timeout), isInterrupted: { false })
    }

    static func read(_ session: RTSPSession, _ count: Int, room: Int = 2048) throws -> [[UInt8]] {
        var buffer = [UInt8](repeating: 0, count: room)
        return try (0..<count).map { _ in
            let size = try buffer.withUnsafeMutableBytes { try session.next(into: $0) }
            return Array(buffer[..<size])
        }
    }

    static func failure(_ camera: ScriptedCamera, login: FeedCredentials? = nil, timeout: Microseconds = .seconds(5)) -> RTSPFailure? {
        defer { camera.stop() }
        do {
            try open(camera, login: login, timeout: timeout).close()
            return nil
        } catch {
            return error as? RTSPFailure
        }
    }

    static let packets = (0..<50).map {
        RTP.packet(type: $0 % 5 == 4 ? 8 : 96, sequence: 100 + $0, timestamp: UInt32($0 * 3600), payloadCount: 30 + $0)
    }
    static func channel(_ packet: [UInt8]) -> UInt8 { packet[1] == 8 ? 2 : 0 }

    @Test func playsFromTheFirstRequestToTheFarewell() throws {
        let camera = try Scripts.camera { connection in
            for packet in Self.packets { connection.send(RTP.interleaved(Self.channel(packet), packet)) }
        }
        defer { camera.stop() }
        let session = try Self.open(camera)
        #expect(session.mediaCount == 2)
        #expect(String(decoding: session.sessionDescription, as: UTF8.self).contains("m=audio 0 RTP/AVP 8\r\n"))
        #expect(try Self.read(session, 50) == Self.packets)
        #expect(session.drainedBeforeUs <= session.drainedAtUs)
        session.close()
        session.close()
        #expect(camera.methods == ["OPTIONS", "DESCRIBE", "SETUP", "SETUP", "PLAY", "TEARDOWN"])
        let base = "rtsp://127.0.0.1:\(camera.port)/live?channel=1"
        #expect(camera.requests.map(\.address) == [base, base, base + "/track1", base + "/track2", base, base])
        #expect(camera.requests.map { $0.headers["session"] } == [nil, nil, nil, "4711", "4711", "4711"])
        #expect(camera.requests.map(\.sequence) == ["1", "2", "3", "4", "5", "6"])
    }

    @Test func understandsAnswersThatComeByteByByte() throws {
        let camera = try ScriptedCamera { connection in
            while let request = connection.request() {
                var bytes = Array(Scripts.ordinary(request).utf8)
                if request.method == "PLAY" { bytes += Self.packets.flatMap { RTP.interleaved(Self.channel($0), $0) } }
                for byte in bytes { connection.send([byte]) }
            }
        }
        defer { camera.stop() }
        let session = try Self.open(camera)
        #expect(try Self.read(session, 50) == Self.packets)
        session.close()
    }

    @Test func packetsThatOvertakeTheAnswerToPlayAreKept() throws {
        let camera = try ScriptedCamera { connection in
            while let request = connection.request() {
                let all = Self.packets.map { RTP.interleaved(Self.channel($0), $0) }
                if request.method == "PLAY" { connection.send(all[..<10].joined()) }
                connection.send(Scripts.ordinary(request))
                if request.method == "PLAY" { connection.send(all[10...].joined()) }
            }
        }
        defer { camera.stop() }
        let session = try Self.open(camera)
        #expect(try Self.read(session, 50) == Self.packets)
        session.close()
    }

    @Test func takesTheChannelsThatTheCameraChose() throws {
        let camera = try ScriptedCamera { connection in
            while let request = connection.request() {
                connection.send(
                    request.method == "SETUP" && request.address.hasSuffix("track1")
                        ? Scripts.answer(request, "200 OK", ["Session: 4711", "Transport: RTP/AVP/TCP;unicast;interleaved=6-7;ssrc= 1"])
                        : Scripts.ordinary(request))
                if request.method == "PLAY" {
                    for packet in Self.packets where packet[1] == 96 {
                        connection.send(RTP.interleaved(0, packet))
                        connection.send(RTP.interleaved(6, packet))
                    }
                }
            }
        }
        defer { camera.stop() }
        let session = try Self.open(camera)
        let video = Self.packets.filter { $0[1] == 96 }
        #expect(try Self.read(session, video.count) == video)
        #expect(session.oddities.unknownChannelPackets == video.count)
        session.close()
    }

    @Test func aRedirectIsNotFollowed() throws {
        let target = try Scripts.camera()
        defer { target.stop() }
        let port = target.port
        let camera = try Scripts.camera { request, _ in
            request.method == "DESCRIBE" ? Scripts.answer(request, "302 Moved", ["Location: rtsp://127.0.0.1:\(port)/live"]) : nil
        }
        #expect(Self.failure(camera) == .redirected)
        #expect(target.connectionCount == 0)
    }

    @Test(arguments: [
        ("403 Forbidden", RTSPFailure.forbidden), ("404 Not Found", .notFound), ("461 Unsupported Transport", .unsupportedTransport),
        ("453 Not Enough Bandwidth", .refusedByStatus(453)), ("503 Service Unavailable", .refusedByStatus(503)),
    ])
    func saysWhyItWasRefused(status: String, failure: RTSPFailure) throws {
        let camera = try Scripts.camera { request, _ in request.method == "SETUP" ? Scripts.answer(request, status) : nil }
        #expect(Self.failure(camera) == failure)
    }

    @Test func aRefusalOfOptionsIsNoHindrance() throws {
        let camera = try Scripts.camera { request, _ in request.method == "OPTIONS" ? Scripts.answer(request, "501 Not Implemented") : nil }
        #expect(Self.failure(camera) == nil)
    }

    @Test(arguments: ["RTP/AVP;unicast;client_port=5000-5001", "RTP/AVP;multicast;destination=239.1.1.1;port=5000-5001"])
    func aTransportThatWasNotOfferedIsRefused(transport: String) throws {
        let camera = try Scripts.camera { request, _ in
            request.method == "SETUP" ? Scripts.answer(request, "200 OK", ["Session: 1", "Transport: \(transport)"]) : nil
        }
        #expect(Self.failure(camera) == .unsupportedTransport)
    }

    @Test func mediaOfAnotherHostAreRefused() throws {
        let body = "m=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:rtsp://203.0.113.9/x\r\n"
        #expect(Self.failure(try Scripts.camera(body: body)) == .malformed("an address of another host for its media"))
    }

    @Test func aDescriptionTooLargeIsRefusedUnread() throws {
        let camera = try Scripts.camera { request, _ in
            request.method == "DESCRIBE" ? "RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 70000\r\n\r\n" : nil
        }
        #expect(Self.failure(camera) == .malformed("a body of more than 65536 bytes"))
    }

    @Test func garbageForAnAnswerIsRefused() throws {
        let camera = try Scripts.camera { _, _ in String(repeating: "HTTP/1.1 400 Bad Request\r\n", count: 4000) }
        guard case .malformed? = Self.failure(camera) else {
            Issue.record("garbage was taken")
            return
        }
    }

    @Test func silenceForAnAnswerTimesOut() throws {
        let camera = try ScriptedCamera { connection in while connection.request() != nil {} }
        #expect(Self.failure(camera, timeout: .milliseconds(200)) == .timedOut)
    }

    @Test func anAnswerThatDripsForeverTimesOut() throws {
        let camera = try ScriptedCamera { connection in
            _ = connection.request()
            for _ in 0..<200 {
                connection.send("R")
                usleep(10_000)
            }
        }
        #expect(Self.failure(camera, timeout: .milliseconds(300)) == .timedOut)
    }

    @Test func interruptionEndsAWait() throws {
        let camera = try ScriptedCamera { connection in while connection.request() != nil {} }
        defer { camera.stop() }
        let calls = Mutex(0)
        let began = Monotonic.nowUs
        #expect(throws: RTSPFailure.interrupted) {
            try RTSPSession.open(Self.order(camera.port, timeout: .seconds(60))) {
                calls.withLock {
                    $0 += 1; return $0 > 4
                }
            }
        }
        #expect(Monotonic.nowUs - began < 5_000_000)
    }

    @Test func aClosedPortIsUnreachable() throws {
        let camera = try Scripts.camera()
        let order = try Self.order(1)
        camera.stop()
        #expect(throws: RTSPFailure.unreachable(errno: ECONNREFUSED)) { try RTSPSession.open(order, isInterrupted: { false }) }
    }

    @Test func aCameraThatHangsUpHasClosed() throws {
        let camera = try ScriptedCamera { connection in
            while let request = connection.request() {
                connection.send(Scripts.ordinary(request))
                if request.method == "PLAY" {
                    connection.send(RTP.interleaved(0, Self.packets[0]))
                    // Half closed: it would still listen.
                    connection.endSending()
                }
            }
        }
        defer { camera.stop() }
        let session = try Self.open(camera)
        #expect(try Self.read(session, 1) == [Self.packets[0]])
        #expect(throws: RTSPFailure.closedByPeer) { try Self.read(session, 1) }
        session.close()
    }

    @Test func silenceWhilePlayingTimesOut() throws {
        let camera = try Scripts.camera()
        defer { camera.stop() }
        let session = try Self.open(camera, timeout: .milliseconds(300))
        #expect(throws: RTSPFailure.timedOut) { try Self.read(session, 1) }
        session.close()
    }

    @Test func aPacketTooLargeForTheCallerIsCountedAndPassedOver() throws {
        let camera = try Scripts.camera { connection in
            connection.send(RTP.interleaved(0, RTP.packet(type: 96, sequence: 1, timestamp: 1, payloadCount: 60_000)))
            connection.send(RTP.interleaved(0, Self.packets[0]))
        }
        defer { camera.stop() }
        let session = try Self.open(camera)
        #expect(try Self.read(session, 1) == [Self.packets[0]])
        #expect(session.oddities.oversizedPackets == 1)
        session.close()
    }
}
