import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Testing

@testable import CaselightServer

/// The pages of cameras and of the log, as HTML.
@Suite struct CameraPageTests {
    private static let browser: HTTPFields = [.accept: "text/html"]

    /// Every name that people give, filled with it.
    private func furnish(_ installation: Installation, _ text: String) async throws {
        var camera = Camera(code: try CameraCode("gate-1"), name: text, createdAt: Installation.start - .days(30))
        (camera.address, camera.owner, camera.grid, camera.tags) = (text, text, text, [text])
        (camera.position, camera.givenPosition) = (GeoPoint(unchecked: 29.8683, 121.544), GivenPosition(datum: .wgs84, latitude: 29.8683, longitude: 121.544))
        try await installation.records.addCamera(camera, credentials: nil)
        try await installation.records.addClockCorrection(ClockCorrection(
            camera: camera.code, run: nil, offsetUs: .seconds(-7), uncertaintyUs: .seconds(1), note: text, statedAt: Installation.start))
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "javascript:alert(1)", "{{{name}}}", "{{t.signIn}}{{#rows}}",
        "</title><svg/onload=alert(1)>", "&lt;script&gt;", "＜script＞", "\u{202E}gnp.exe",
    ])
    func whatPeopleWriteIsTextOnEveryPage(text: String) async throws {
        try await Installation.run { installation, client in
            try await furnish(installation, text)
            let escaped = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
                .replacing("'", with: "&#39;")
            for path in ["/cameras", "/cameras/gate-1", "/cameras/gate-1/edit", "/log?who=\(QueryText.encode(text))"] {
                let page = try await client.send(.get, path, headers: Self.browser)
                #expect(page.status == 200, "\(path): \(page.text)")
                #expect(page.text.contains(escaped), "\(path) does not show it")
                if escaped != text { #expect(!page.text.contains(text), "\(path) shows it as it came") }
            }
        }
    }

    @Test func aStripIsAQuestionThatTheLogKeeps() async throws {
        try await Installation.run { installation, client in
            try await furnish(installation, "North gate")
            try await installation.addSegment("gate-1")
            let dispatcher = try await installation.addAccount("d-1", [.dispatcher])
            let without = try await client.send(.get, "/cameras", headers: Self.browser, token: dispatcher)
            #expect(without.status == 200 && !without.text.contains("class=\"strip\""))
            #expect(try await installation.entries().allSatisfy { $0.act.action != .search })
            let page = try await client.send(.get, "/cameras/gate-1", headers: Self.browser)
            #expect(page.text.contains("class=\"kept-full\"") && page.text.contains("Recorded 1 min 0 s of 24 h 0 min"))
            #expect(page.text.contains("7.0 s slow, ± 1.0 s"), "\(page.text)")
            let entry = try #require(try await installation.entries().last?.act)
            #expect(entry.action == .search && entry.camera?.text == "gate-1" && entry.detail == "coverage")
            _ = try await client.send(.get, "/cameras", headers: Self.browser)
            #expect(try await installation.entries().last?.act.detail == "coverage of 1 cameras, gate-1 to gate-1")
        }
    }

    @Test func aPartOfThePageIsThatPartAlone() async throws {
        try await Installation.run { installation, client in
            try await furnish(installation, "North gate")
            let part = try await client.send(.get, "/cameras?fragment=camera-list", headers: Self.browser)
            #expect(part.status == 200 && part.text.hasPrefix("<table") && part.text.contains("North gate") && !part.text.contains("<html"))
            #expect(try await client.send(.get, "/cameras?fragment=layout", headers: Self.browser).status == 404)
        }
    }

    @Test func aListGoesOnWhereItStopped() async throws {
        try await Installation.run { installation, client in
            for number in 100..<160 { _ = try await installation.addCamera("c-\(number)") }
            let first = try await client.send(.get, "/cameras?text=c-", headers: Self.browser).text
            #expect(first.contains("c-149") && !first.contains("data-camera=\"c-150\"") && first.contains("/cameras?text=c-&amp;cursor=c-149"), "\(first)")
            let second = try await client.send(.get, "/cameras?text=c-&cursor=c-149", headers: Self.browser).text
            #expect(second.contains("c-159") && !second.contains("data-camera=\"c-149\"") && !second.contains("cursor=c-159"))
        }
    }

    @Test func aProbeShowsAPictureForAlignmentAlone() async throws {
        try await Installation.run { installation, client in
            let answer = try await client.post("/api/v1/cameras/probe", #"{"url":"rtsp://10.0.4.14/1","picture":true}"#)
            #expect(try answer.json["picture"].text == "/9j/2Q==")
            let entry = try #require(try await installation.entries().last?.act)
            #expect(entry.action == .feedProbed && entry.purpose == "alignment" && entry.detail == "rtsp://10.0.4.14, with a picture")
            #expect(try await client.post("/api/v1/cameras/probe", #"{"url":"rtsp://10.0.4.14/1"}"#).json["picture"] == .null)
        }
    }

    // MARK: The log

    @Test func theLogIsVerifiedAgainstWhatWasSigned() async throws {
        try await Installation.run { installation, client in
            try await furnish(installation, "North gate")
            _ = try await client.get("/api/v1/consultations/checkpoint")
            let sound = try await client.post("/api/v1/consultations/verify", "{}")
            #expect(sound.status == 200, "\(sound.text)")
            #expect(try sound.json["isIntact"] == .bool(true))
            #expect(try sound.json["checkpoint"].text?.hasPrefix("caselight/test\n") == true)
            #expect(try await installation.entries().last?.act.detail == "verified the whole log")
            let stranger = try await installation.addAccount("i-1", [.investigator, .admin])
            #expect(try await client.send(.post, "/api/v1/consultations/verify", "{}", token: stranger).refusal == "403 forbidden")
        }
    }

    @Test func readingTheLogsPageIsLoggedWithWhatWasAskedFor() async throws {
        try await Installation.run { installation, client in
            let day = "from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z"
            let page = try await client.send(.get, "/log?who=everybody&\(day)", headers: Self.browser)
            #expect(page.status == 200 && page.text.contains("At a glance") && page.text.contains("class=\"tick good\""), "\(page.text)")
            #expect(try await installation.entries().last?.act.detail == "who=everybody&\(day)")
            #expect(try await client.send(.get, "/log", headers: Self.browser).text.contains("At a glance") == false)
            #expect(try await client.send(.get, "/log?action=peeked", headers: Self.browser).status == 400)
        }
    }
}
