import CaselightModel
import Foundation
import Testing

@Suite struct FeedURLTests {
    @Test(arguments: [
        ("rtsp://10.0.4.14:554/stream1", "rtsp://10.0.4.14:554/stream1"),
        ("RTSP://camera.example/Streaming/Channels/101?x=1&y=2", "rtsp://camera.example/Streaming/Channels/101?x=1&y=2"),
        ("rtsps://camera.example", "rtsps://camera.example"),
        ("rtsp://camera.example:", "rtsp://camera.example"),
        ("rtsp://[2001:db8::7]:8554/a", "rtsp://[2001:db8::7]:8554/a"),
        ("rtsp://[fe80::1%25eth0]/a", "rtsp://[fe80::1%25eth0]/a"),
        ("http://camera.example/live.ts#here", "http://camera.example/live.ts"),
        ("http://camera.example?channel=1", "http://camera.example/?channel=1"),
        ("udp://@239.1.1.1:5004", "udp://239.1.1.1:5004"),
        ("srt://camera.example:9000?mode=caller", "srt://camera.example:9000/?mode=caller"),
        ("rtmp://camera.example/app/key", "rtmp://camera.example/app/key"),
    ]) func reads(_ text: String, as address: String) throws {
        let (url, credentials) = try FeedURL.parse(text)
        #expect(url.text == address)
        #expect(credentials == nil)
        #expect(try FeedURL.parse(url.text).url == url)
    }

    @Test(arguments: [
        ("rtsp://admin:hunter2@10.0.4.14/a", "admin", "hunter2"),
        ("rtsp://admin:p%40ss%3A%2F%20word@10.0.4.14/a", "admin", "p@ss:/ word"),
        ("rtsp://admin:a:b:c@10.0.4.14/a", "admin", "a:b:c"),
        ("rtsp://admin:p@ss@10.0.4.14/a", "admin", "p@ss"),
        ("rtsp://admin@10.0.4.14/a", "admin", ""),
        ("rtsp://:only@10.0.4.14/a", "", "only"),
        ("rtsp://%E7%94%A8:%+5%zz%@10.0.4.14/a", "用", "%+5%zz%"),
        ("rtsp://u:p@[2001:db8::7]/a", "u", "p"),
    ]) func splitsCredentialsOff(_ text: String, user: String, password: String) throws {
        let (url, credentials) = try FeedURL.parse(text)
        #expect(credentials == FeedCredentials(user: user, password: password))
        #expect(["rtsp://10.0.4.14/a", "rtsp://[2001:db8::7]/a"].contains(url.text))
    }

    @Test(arguments: [
        ("", CaselightError.Code.invalidURL),
        ("10.0.4.14/stream", .invalidURL),
        ("rtsp:/10.0.4.14", .invalidURL),
        ("rtsp://", .invalidURL),
        ("rtsp:///stream", .invalidURL),
        ("rtsp://:554/stream", .invalidURL),
        ("rtsp://admin:hunter2@/stream", .invalidURL),
        ("rtsp://camera.example:0/", .invalidURL),
        ("rtsp://camera.example:65536/", .invalidURL),
        ("rtsp://camera.example:+554/", .invalidURL),
        ("rtsp://camera.example:99999999999999999999/", .invalidURL),
        ("rtsp://camera.example:5x/", .invalidURL),
        ("rtsp://admin:pa/ss@camera.example/", .invalidURL),
        ("rtsp://admin:p@ss/w:ord@camera.example:554/a", .invalidURL),
        ("rtsp://2001:db8::7/a", .invalidURL),
        ("rtsp://[2001:db8::7/a", .invalidURL),
        ("rtsp://[2001:db8::7]x/a", .invalidURL),
        ("rtsp://camera example/", .invalidURL),
        ("rtsp://camera.example/a\r\nX-Header: 1", .invalidURL),
        ("rtsp://camera.example/\u{0}", .invalidURL),
        ("rtsp://摄像头.example/", .invalidURL),
        ("rtsp://cam|era/", .invalidURL),
        ("rtsp://camera.example/" + String(repeating: "a", count: 2048), .invalidURL),
        ("file:///etc/passwd", .unknownScheme),
        ("concat://a|b", .unknownScheme),
        ("gopher://camera.example/", .unknownScheme),
        ("admin:hunter2@host://", .unknownScheme),
        ("http://camera.example/live.m3u8", .playlistRefused),
        ("http://camera.example/live.M3U?token=1", .playlistRefused),
        ("http://camera.example/live.%6d3u8", .playlistRefused),
        ("https://camera.example/manifest.mpd", .playlistRefused),
        ("http://camera.example/list.ffconcat", .playlistRefused),
    ]) func refuses(_ text: String, code: CaselightError.Code) {
        let error = #expect(throws: CaselightError.self) { try FeedURL.parse(text) }
        #expect(error?.code == code)
        let message = error?.description ?? ""
        #expect(message.utf8.count < 400 && !message.contains("hunter2") && !message.contains("token") && !message.contains("\n"))
    }

    @Test func showsNothingThatMustNotBeShown() throws {
        let (url, credentials) = try FeedURL.parse("rtsp://admin:hunter2@10.0.4.14:554/live?key=s3cret")
        let known = try #require(credentials)
        #expect(url.description == "rtsp://10.0.4.14:554")
        for text in ["\(known)", String(reflecting: known), "\(Optional(known) as Any)", "\([known])", "\(url)"] {
            #expect(!text.contains("hunter2") && !text.contains("admin") && !text.contains("s3cret"))
        }
        var dumped = ""
        dump(known, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }

    @Test func isTextInJSONWithoutCredentials() throws {
        let url = try JSONDecoder().decode([FeedURL].self, from: Data(#"["rtsp://admin:hunter2@10.0.4.14/a"]"#.utf8))
        let json = String(decoding: try JSONEncoder().encode(url), as: UTF8.self)
        #expect(json.replacing("\\/", with: "/") == #"["rtsp://10.0.4.14/a"]"#)
    }
}
