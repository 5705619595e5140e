import CaselightModel
import Foundation
import Testing

/// Every way a stream may come, and what only looks like a stream.
@Suite(.serialized, .enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct SourceTests {
    struct Way {
        let code: String
        let clip: String
        let url: String
        var transport = "automatic"
        var container = "rtsp"
    }

    @Test func recordsEveryWayAStreamComes() throws {
        let cameras = try Cameras(["--tls-port", "0"])
        let securePort = try #require(cameras.ports.rtspsPort)
        let sources = [try StreamSource(.http, clip: "gate-2.mp4"), try StreamSource(.udp, clip: "gate-1.mp4"), try StreamSource(.rtmp, clip: "gate-2.mp4")]
        let ways = [
            Way(code: "by-udp", clip: "gate-1.mp4", url: cameras.url("gate-1"), transport: "udp"),
            Way(code: "by-tls", clip: "gate-2.mp4", url: "rtsps://127.0.0.1:\(securePort)/gate-2"),
            Way(code: "ts-http", clip: "gate-2.mp4", url: sources[0].url, container: "mpegts"),
            Way(code: "ts-udp", clip: "gate-1.mp4", url: sources[1].url, container: "mpegts"),
            Way(code: "rtmp", clip: "gate-2.mp4", url: sources[2].url, container: "flv"),
        ]
        let installation = try Installation("sources")
        for way in ways { try register(way.code, at: way.url, in: installation, "--transport", way.transport) }
        try waitFor("all sources to be recorded", seconds: 60) { ways.allSatisfy { state(of: $0.code, in: installation) == "recording" } }
        let from = now()
        pass(seconds: 14)
        for way in ways {
            let stream = try installation.camera(way.code)["stream"] as? [String: Any]
            #expect(stream?["container"] as? String == way.container, "\(way.code) is \(String(describing: stream))")
            let played = installation.played(way.code, from: from, to: now())
            #expect(played.packets > 100 && played.complaint.isEmpty, "\(way.code) plays \(played.packets) packets: \(played.complaint)")
        }
        installation.stop()
        for way in ways { try compare(way, in: installation) }
        let check = installation.caselightd("check", "--hash")
        #expect(check.status == 0, "\(check.output)\(check.error)")
    }

    private func compare(_ way: Way, in installation: Installation) throws {
        let files = installation.segments(of: way.code)
        #expect(files.count >= 2, "\(way.code) has \(files.count) segments")
        for file in files {
            let probe = Probe(file)
            #expect(probe.codec == "h264" && probe.complaint.isEmpty, "\(way.code) \(file.lastPathComponent): \(probe.complaint)")
        }
        var source = try Packets.read(Workshop.footage.appending(path: way.clip), codec: "h264")
        var stored = try files.flatMap { try Packets.read($0, codec: "h264") }
        if way.container == "mpegts" { (source, stored) = (source.map(Packets.pictureUnits), stored.map(Packets.pictureUnits)) }
        #expect(stored.count > 200, "\(way.code) has \(stored.count) packets")
        #expect(Packets.position(of: stored, in: source) != nil, "\(way.code): \(stored.count) packets differ from the clip's")
    }

    @Test func refusesWhatWouldMakeItReadOtherAddresses() throws {
        let cameras = try Cameras()
        let (stranger, canary, rtspCanary) = (try Stranger(), try Stranger(), try Stranger())
        defer { for server in [stranger, canary, rtspCanary] { server.stop() } }
        let lures = Self.lures(at: "127.0.0.1:\(canary.port)", rtsp: "127.0.0.1:\(rtspCanary.port)")
        for lure in lures { stranger.answer(lure.path, lure.status, headers: lure.headers, body: lure.body) }
        let installation = try Installation("lures")
        try register("honest", at: cameras.url("gate-1"), in: installation)
        try waitFor("the honest camera to record") { state(of: "honest", in: installation) == "recording" }
        let run = try installation.run(of: "honest")
        for lure in lures { try register(lure.code, at: "\(lure.scheme)://127.0.0.1:\(stranger.port)\(lure.path)", in: installation) }
        for lure in lures {
            try waitFor("the feed '\(lure.code)' to be refused") { try installation.status(of: lure.code)["problem"] != nil }
            let status = try installation.status(of: lure.code)
            #expect(lure.problems.contains(status["problemCode"] as? String ?? ""), "\(lure.code): \(status)")
            #expect(status["state"] as? String != "recording", "\(lure.code) is recorded")
            #expect(installation.segments(of: lure.code).isEmpty)
        }
        pass(seconds: 3)
        #expect(stranger.seen.count >= lures.count)
        #expect(canary.seen == [], "other addresses were read")
        // libavformat connects before it asks whether it may; not a byte is sent.
        #expect(rtspCanary.seen.allSatisfy { $0 == "connection" }, "\(rtspCanary.seen)")
        #expect(state(of: "honest", in: installation) == "recording")
        #expect(try installation.run(of: "honest") == run)
    }

    private struct Lure {
        let code: String
        var scheme = "http"
        var status = "200 OK"
        var headers = ["Content-Type: video/mp2t"]
        var body = ""
        var problems = ["unsupportedMedia", "damagedMedia"]
        var path: String { "/\(code)" }
    }

    private static func lures(at place: String, rtsp: String) -> [Lure] {
        let list = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://\(place)/list.ts\n"
        let session = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 5004 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
        let manifest = "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"><BaseURL>http://\(place)/</BaseURL></MPD>"
        return [
            Lure(code: "list", body: list),
            Lure(code: "typed-list", headers: ["Content-Type: application/vnd.apple.mpegurl"], body: list),
            Lure(code: "moved", status: "302 Found", headers: ["Location: http://\(place)/moved.ts"], problems: ["unreachable"]),
            Lure(code: "moved-for-good", status: "301 Moved Permanently", headers: ["Location: http://\(place)/x.ts"], problems: ["unreachable"]),
            Lure(code: "concat", body: "ffconcat version 1.0\nfile 'http://\(place)/concat.ts'\nduration 10\n"),
            Lure(code: "session", headers: ["Content-Type: application/sdp"], body: session),
            Lure(code: "manifest", headers: ["Content-Type: application/dash+xml"], body: manifest),
            Lure(
                code: "rtsp-moved", scheme: "rtsp", status: "302 Found", headers: ["Location: rtsp://\(rtsp)/moved"], problems: ["unreachable"]),
        ]
    }
}

extension Packets {
    /// An H.264 packet without what MPEG-TS adds: access unit delimiters and repeated parameter sets.
    static func pictureUnits(_ packet: Data) -> Data {
        let bytes = [UInt8](packet)
        var (result, position) = (Data(), 0)
        while position + 4 < bytes.count {
            let length = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            let end = min(bytes.count, position + 4 + length)
            if ![7, 8, 9].contains(bytes[position + 4] & 0x1F) { result.append(contentsOf: bytes[position..<end]) }
            position = end
        }
        return result
    }
}
