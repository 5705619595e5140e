import CaselightModel
import Testing

@testable import CaselightMedia

@Suite struct RedactionTests {
    @Test(
        arguments: [
            ("Opening 'rtsp://admin:Zq7!canary%21@10.0.4.14:554/live?token=x' failed", "Opening 'rtsp://10.0.4.14:554' failed"),
            ("to rtsp://a:b/c@d@cam.example/x then http://h/y", "to rtsp://cam.example then http://h"),
            ("tcp://10.0.0.1:554?timeout=5", "tcp://10.0.0.1:554"),
            ("a\nb\u{7}c\n", "a b c"),
            ("no address here", "no address here"),
            ("rtsp://", "rtsp://"),
        ])
    func cutsAddressesDownToHostAndPort(line: String, redacted: String) {
        #expect(FFmpegLog.redacted(line) == redacted)
    }

    private func address(_ text: String, user: String? = nil, password: String = "") throws -> SourceAddress {
        SourceAddress.feed(
            try FeedURL.parse(text).url, credentials: user.map { FeedCredentials(user: $0, password: password) }, transport: .automatic,
            timing: FeedTiming(readTimeout: .seconds(10), drainInterval: .milliseconds(100)), name: "feed of camera 'gate-3'")
    }

    @Test func credentialsGoIntoTheAddressEncodedAndNowhereElse() throws {
        let address = try address("rtsp://10.0.4.14:554/live?x=1", user: "ad:min", password: "p@ss/w:rd? é")
        #expect(address.url == "rtsp://ad%3Amin:p%40ss%2Fw%3Ard%3F%20%C3%A9@10.0.4.14:554/live?x=1")
        #expect("\(address)" == "rtsp://10.0.4.14:554")
        #expect(!String(reflecting: address).contains("p%40ss"))
        #expect(address.operation == "open feed of camera 'gate-3' at rtsp://10.0.4.14:554")
    }

    @Test(
        arguments: [
            ("rtsp://h/x", "rtsp,rtp,udp,tcp", "rtsp"), ("rtsps://h/x", "rtsps,tls,tcp,rtp,udp", "rtsp"),
            ("http://h/x.ts", "http,tcp", "mpegts,flv,live_flv,mpjpeg"), ("https://h/x.ts", "https,tls,tcp", "mpegts,flv,live_flv,mpjpeg"),
            ("udp://239.0.0.1:5000", "udp", "mpegts"), ("srt://h:9000", "srt", "mpegts"), ("rtmp://h/live/x", "rtmp,tcp", "flv,live_flv"),
        ])
    func everySchemeIsShutInToItsOwnProtocolsAndFormats(text: String, protocols: String, formats: String) throws {
        let address = try address(text)
        #expect(address.protocolWhitelist == protocols)
        #expect(address.formatWhitelist == formats)
    }

    @Test(arguments: ["hls", "concat", "dash", "sdp", "image2", "lavfi", "rtsp", "rtp", "webm_dash_manifest", "imf", "tedcaptions"])
    func aFileIsNeverReadAsAListOfOthers(format: String) {
        let address = SourceAddress.file(path: "/x.mp4", operation: "import 'x.mp4'")
        #expect(!address.formatWhitelist.split(separator: ",").contains(Substring(format)))
        #expect(address.protocolWhitelist == "file")
    }
}
