import CaselightModel
import Foundation
import Testing

/// The story the product is made for, in real browsers over real feeds: posted with a picture, claimed, found, played, linked, a lead, the
/// next cameras, the outcome; each of two people sees at once what the other does.
@Suite(.enabled(if: Browser.missing == nil && Workshop.missing == nil, "needs chromium, chromium-driver, ffmpeg and GStreamer's RTSP server"))
struct BoardPageTests {
    /// What "at once" is: a second, where the machine has nothing else to do.
    private static let atOnce = Workshop.isTorture ? 1.0 : 20
    private static let number = "A3302050000002026030001"

    private func furnished(_ name: String, _ cameras: Cameras) throws -> Installation {
        let installation = try Installation(name)
        for (account, role) in [("station", "dispatcher"), ("video", "investigator")] {
            let fields: [String: Any] = [
                "name": account, "displayName": account == "video" ? "视频侦查队" : "城关派出所", "unit": "城关派出所", "roles": [role],
                "password": CameraPageTests.password,
            ]
            guard try installation.send("POST", "/api/v1/accounts", fields).status == 201 else { throw Trouble("no account") }
        }
        let places = [("gate-1", "前进路269号 北门", 30.1892, 120.1778, 45.0), ("gate-2", "道头路口", 30.1893, 120.1788, 270.0)]
        for (code, name, latitude, longitude, bearing) in places {
            let camera: [String: Any] = [
                "code": code, "name": name, "url": cameras.url(code), "lat": latitude, "lon": longitude, "bearingDegrees": bearing,
                "fieldDegrees": 90, "rangeMeters": 60,
            ]
            guard try installation.send("POST", "/api/v1/cameras", camera).status == 201 else { throw Trouble("no camera") }
        }
        try waitFor("the cameras to record") { places.allSatisfy { state(of: $0.0, in: installation) == "recording" } }
        pass(seconds: 8)
        return installation
    }

    /// What an officer cut out of his own screen.
    private func picture(in installation: Installation) throws -> URL {
        let file = installation.folder.appending(path: "screenshot.png")
        let made = Workshop.run("/usr/bin/ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360", "-frames:v", "1", "-y", file.path])
        guard made.status == 0 else { throw Trouble(made.error) }
        return file
    }

    @Test func followsAnIncidentFromItsPostToItsOutcome() throws {
        let cameras = try Cameras()
        let installation = try furnished("board-page", cameras)
        let (officer, video) = (try Browser(language: "zh-CN"), try Browser(language: "en"))
        try video.signIn(installation, as: "video", password: CameraPageTests.password, to: "/")
        try video.waitUntil("the stream of events", "document.getElementById('live').classList.contains('good')")
        try officer.signIn(installation, as: "station", password: CameraPageTests.password, to: "/")
        try officer.click("#post")

        // Posted: number, category, the last minutes, the camera's name for a place, a picture.
        try officer.waitUntil("the map", "document.querySelector('#map .leaflet-pane')")
        try officer.type(Self.number, into: "[name=number]")
        try officer.type("盗窃", into: "[name=category]")
        try officer.type("三轮车上的冰箱被盗 <b>", into: "[name=text]")
        try officer.type("前进路", into: "[name=camera]")
        try officer.waitUntil("the camera's name", "document.querySelector('#cameras option')")
        try officer.type("269号 北门 (gate-1)", into: "[name=camera]")
        #expect(try officer.value("return document.querySelector('[name=lat]').value") as? String == "30.189200")
        try officer.type(try picture(in: installation).path, into: "[name=picture]")
        try officer.shoot("incident-form-zh-CN")
        try officer.expectSound(installation, "posting")
        try officer.click("#incident button[type=submit]")
        try officer.waitUntil("the incident", "location.pathname === '/incidents/\(Self.number)' && document.querySelector('figure img').complete")
        try officer.waitUntil("the stream of events", "document.getElementById('live').classList.contains('good')")

        // Claimed with one key by who saw it come.
        try video.waitUntil("the incident to appear", seconds: Self.atOnce, "document.querySelector('.posted .card')")
        try video.expectSound(installation, "board")
        try video.shoot("board-en")
        try video.press("j", "c")
        try officer.waitUntil("the claim to be seen", seconds: Self.atOnce, "document.querySelector('.step-claimed')")
        try video.waitUntil("the column to change", "document.querySelector('.claimed .card.mine')")
        try video.press("j", Browser.Key.enter)

        // Found, played, linked.
        try video.waitUntil("the candidates", "document.querySelectorAll('.candidate').length === 2")
        #expect(try video.text(of: ".candidate .state") == "● sees the place" || video.text(of: ".candidate .state") == "sees the place")
        try video.waitUntil("the stills", "[...document.querySelectorAll('.candidate')[0].querySelectorAll('img')].every(image => image.naturalWidth > 0)")
        try video.waitUntil("the map", "document.getElementById('map').dataset.drawn")
        try video.click(".candidate .film button")
        try video.waitUntil("the video", "document.querySelector('.screen video').currentTime > 0.5 && document.getElementById('player-at').textContent")
        try video.press("i")
        try video.waitUntil("some of it", "document.querySelector('.screen video').currentTime > 2")
        try video.press("o", "l")
        try video.waitUntil("the link", "document.getElementById('player-said').textContent.includes('Linked')")
        try video.press("r")
        try video.waitUntil("the mark", "document.querySelector('.reviewed')")
        try video.expectSound(installation, "incident")
        try video.shoot("incident-en")

        try findLead(video, seenBy: officer)

        // The outcome.
        try video.type("在市场门口抓获", into: "#outcome textarea")
        try video.click("#outcome button")
        try officer.waitUntil("the outcome to be seen", seconds: Self.atOnce, "document.querySelector('.notice.good')?.textContent.includes('破案')")
        try video.waitUntil("the end", "document.querySelector('.step-closed')")
        try officer.expectSound(installation, "incident of the officer")
        let steps = try installation.json("/api/v1/incidents/\(Self.number)/timeline")["steps"] as? [[String: Any]] ?? []
        #expect(steps.map { $0["kind"] as? String } == ["posted", "screenshotAdded", "claimed", "linked", "reviewed", "leadFound", "closed"])
    }

    /// The lead, and where it leads.
    private func findLead(_ video: Browser, seenBy officer: Browser) throws {
        try video.type("gate-1", into: "#lead [name=camera]")
        _ = try video.value("const now = new Date(); now.setMinutes(now.getMinutes() - now.getTimezoneOffset()); document.querySelector('#lead [name=seenAt]').value = now.toISOString().slice(0, 19)")
        try video.type("90", into: "#lead [name=bearing]")
        try video.type("道头路", into: "#lead [name=toward]")
        try video.click("#lead button")
        try officer.waitUntil("the lead to be seen", seconds: Self.atOnce, "document.querySelector('.leads strong')?.textContent === '道头路'")
        #expect(try !officer.text(of: "#timeline").contains("gate-1"), "where footage is, is for those who may search it")
        try video.waitUntil("the lead", "document.querySelector('[data-next]')")
        try video.click("[data-next]")
        try video.waitUntil("the next camera", "document.querySelector('#next tbody td')?.textContent === '道头路口'")
        try video.shoot("incident-next-en")
        try officer.shoot("incident-zh-CN")
    }
}
