import CaselightModel
import Testing

@testable import CaselightRTSP

/// Where later requests go: always to the camera that was given.
@Suite struct ControlAddressTests {
    func address(
        _ url: String = "rtsp://camera:8554/a/b", base: String? = nil, session: String? = nil, control: String?
    ) throws -> String {
        try ControlAddress(FeedURL.parse(url).url, peerHost: "198.51.100.7", base: base, session: session).address(of: control)
    }

    @Test(arguments: [
        ("trackID=1", "rtsp://camera:8554/a/b/trackID=1"), ("*", "rtsp://camera:8554/a/b"), ("", "rtsp://camera:8554/a/b"),
        ("rtsp://camera:8554/x?y=1", "rtsp://camera:8554/x?y=1"), ("RTSP://CAMERA/x", "rtsp://camera:8554/x"),
        ("rtsp://198.51.100.7:554/x", "rtsp://camera:8554/x"), ("rtsp://u:p@camera/x", "rtsp://camera:8554/x"),
        ("rtsp://192.168.1.64:554/x", "rtsp://camera:8554/x"), ("/a/b/track", "rtsp://camera:8554/a/b/track"),
        ("/track", "rtsp://camera:8554/a/b/track"), ("rtsp://camera?x=1", "rtsp://camera:8554/?x=1"),
    ])
    func namesTheGivenCamera(control: String, expected: String) throws {
        #expect(try address(control: control) == expected)
    }

    @Test func aNameStandsBehindTheQuery() throws {
        #expect(try address("rtsp://camera/live?channel=1", control: "trackID=1") == "rtsp://camera/live?channel=1/trackID=1")
        #expect(try address(base: "rtsp://camera/live?channel=1/", control: "trackID=1") == "rtsp://camera:8554/live?channel=1/trackID=1")
    }

    @Test func theBaseGoesBeforeTheSessionsName() throws {
        #expect(try address(base: "rtsp://camera/base/", session: "rtsp://camera/session", control: "t") == "rtsp://camera:8554/base/t")
        #expect(try address(session: "rtsp://camera/session", control: "t") == "rtsp://camera:8554/session/t")
        #expect(try address(session: "rtsp://camera/session", control: nil) == "rtsp://camera:8554/session")
        #expect(try address(base: "/not/absolute/", control: "t") == "rtsp://camera:8554/a/b/t")
    }

    @Test(arguments: [
        "rtsp://203.0.113.9/x", "rtsp://elsewhere.example/x", "rtsp://[2001:db8::1]/x", "rtsp://camera@elsewhere.example/x", "rtsp:///x",
    ])
    func refusesAnotherHost(control: String) {
        #expect(throws: RTSPFailure.malformed("an address of another host for its media")) { try address(control: control) }
    }

    @Test(arguments: ["a b", "a\"b", "a\u{e9}", String(repeating: "a", count: 3000)])
    func refusesWhatCannotStandInARequest(control: String) {
        #expect(throws: RTSPFailure.self) { try address(control: control) }
    }
}
