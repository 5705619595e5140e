import CaselightModel
import CaselightWorkerProtocol
import Synchronization
import Testing

@testable import CaselightMedia

/// What is said of a feed that cannot be had, and what is not done for it.
@Suite struct FeedFailureTests {
    private final class Events: Sendable {
        let all = Mutex<[WorkerEvent]>([])
    }

    private func attempt(
        _ url: String, password: String? = nil, transport: FeedTransport = .automatic, readTimeout: Microseconds = .seconds(30)
    ) throws -> CaselightError? {
        let parsed = try FeedURL.parse(url)
        var settings = WorkerSettings(archivePath: "/nonexistent")
        settings.readTimeout = readTimeout
        let events = Events()
        let order = FeedOrder(
            feed: 1, camera: try CameraCode("gate-3"), url: parsed.url,
            credentials: password.map { FeedCredentials(user: "admin", password: $0) }, transport: transport, policy: .full)
        FeedSession(order, settings: settings, sink: MemorySink(), clock: SystemWallClock()) { event in
            events.all.withLock { $0.append(event) }
        }.run()
        let all = events.all.withLock { $0 }
        #expect(all.count == 1)
        guard case .feedEnded(1, _, .feedLost, let error) = all.last else { return nil }
        return error
    }

    /// Our own RTSP client and FFmpeg's.
    static let readers: [FeedTransport] = [.automatic, .compatible]

    @Test(arguments: readers) func aRefusedLoginNamesCameraAndAddressAndNoPassword(reader: FeedTransport) throws {
        let server = try CannedServer { request in
            "RTSP/1.0 401 Unauthorized\r\n\(CannedServer.sequence(of: request))\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n"
        }
        let error = try #require(try attempt("rtsp://127.0.0.1:\(server.port)/live?key=secret", password: "Zq7!canary%21", transport: reader))
        #expect(error.code == .unauthorized)
        #expect(
            "\(error)" == "cannot open feed of camera 'gate-3' at rtsp://127.0.0.1:\(server.port): login refused (401). "
                + "Check the feed's user and password.")
    }

    @Test(arguments: [
        ("404 Not Found", FeedTransport.automatic, "it has no such stream (404)"),
        ("404 Not Found", .compatible, "it has no such stream (404)"),
        ("503 Service Unavailable", .automatic, "it is unable to serve the stream (503)"),
        ("503 Service Unavailable", .compatible, "it is unable to serve the stream (5xx)"),
    ])
    func aStatusIsSaid(status: String, reader: FeedTransport, cause: String) throws {
        let server = try CannedServer { "RTSP/1.0 \(status)\r\n\(CannedServer.sequence(of: $0))\r\n\r\n" }
        let error = try attempt("rtsp://127.0.0.1:\(server.port)/x", transport: reader)
        #expect(error?.code == .unreachable && error?.cause == cause)
    }

    @Test(arguments: readers) func nobodyThere(reader: FeedTransport) throws {
        let error = try attempt("rtsp://127.0.0.1:1/x", transport: reader)
        #expect(error?.code == .unreachable && error?.cause == "connection refused")
    }

    @Test(arguments: readers) func aSilentCameraTimesOut(reader: FeedTransport) throws {
        let server = try CannedServer { _ in nil }
        let error = try attempt("rtsp://127.0.0.1:\(server.port)/x", transport: reader, readTimeout: .milliseconds(400))
        #expect(error?.code == .timedOut)
    }

    @Test(arguments: readers) func anRTSPRedirectIsNotFollowed(reader: FeedTransport) throws {
        let canary = try CannedServer { _ in nil }
        let server = try CannedServer { request in
            "RTSP/1.0 302 Moved\r\n\(CannedServer.sequence(of: request))\r\nLocation: rtsp://127.0.0.1:\(canary.port)/x\r\n\r\n"
        }
        let error = try attempt("rtsp://127.0.0.1:\(server.port)/x", password: "secret", transport: reader)
        #expect(error?.code == .unreachable)
        #expect(error?.cause == "it redirects to another address, which we do not follow")
        // FFmpeg's reader may knock; it must not say a word.
        #expect(canary.requests.allSatisfy { reader == .compatible && $0 == "connected" })
    }

    @Test func anHTTPRedirectIsNotFollowed() throws {
        let canary = try CannedServer { _ in nil }
        let server = try CannedServer { _ in
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\(canary.port)/x\r\nContent-Length: 0\r\n\r\n"
        }
        #expect(try attempt("http://127.0.0.1:\(server.port)/x.ts") != nil)
        #expect(canary.requests.isEmpty)
    }

    @Test(
        arguments: [
            "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nhttp://127.0.0.1:PORT/a.ts\n#EXT-X-ENDLIST\n",
            "ffconcat version 1.0\nfile http://127.0.0.1:PORT/a.ts\n",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video PORT RTP/AVP 96\na=rtpmap:96 H264/90000\n",
            "<?xml version=\"1.0\"?><MPD><Period><BaseURL>http://127.0.0.1:PORT/</BaseURL></Period></MPD>",
        ])
    func aPlaylistIsRefusedHoweverItIsNamed(list: String) throws {
        let canary = try CannedServer { _ in nil }
        let body = list.replacing("PORT", with: "\(canary.port)")
        let server = try CannedServer { _ in "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)" }
        let error = try #require(try attempt("http://127.0.0.1:\(server.port)/live.ts"))
        #expect([.unsupportedMedia, .damagedMedia].contains(error.code), "\(error)")
        #expect(canary.requests.isEmpty)
    }

    @Test func stoppingEndsABlockedFeedAtOnce() throws {
        let server = try CannedServer { _ in nil }
        let events = Events()
        let order = FeedOrder(
            feed: 7, camera: try CameraCode("gate-3"), url: try FeedURL.parse("rtsp://127.0.0.1:\(server.port)/x").url, credentials: nil,
            transport: .automatic, policy: .full)
        let worker = FeedWorker(
            settings: WorkerSettings(archivePath: "/nonexistent"), store: SegmentStore(sink: MemorySink(), drain: {})
        ) { event in events.all.withLock { $0.append(event) } }
        worker.take(.open(order))
        worker.drain(.restart)
        let last = events.all.withLock { $0.last }
        guard case .feedEnded(7, _, .restart, nil) = last else {
            Issue.record("the last event is \(String(describing: last))")
            return
        }
    }
}
