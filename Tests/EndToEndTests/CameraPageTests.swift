import Foundation
import Testing

/// The pages of those who keep cameras, in a real browser over real feeds.
@Suite(.enabled(if: Browser.missing == nil && Workshop.missing == nil, "needs chromium, chromium-driver, ffmpeg and GStreamer's RTSP server"))
struct CameraPageTests {
    static let password = "a long pass phrase"

    /// One camera that records, one that cannot be reached, and a city of others around an area.
    private func furnished(_ name: String, _ cameras: Cameras, cityCount: Int = 0) throws -> Installation {
        let installation = try Installation(name)
        for (account, roles) in [("chen", ["cameraAdmin"]), ("lin", ["dispatcher"])] {
            let fields: [String: Any] = ["name": account, "displayName": "值班员", "roles": roles, "password": Self.password]
            guard try installation.send("POST", "/api/v1/accounts", fields).status == 201 else { throw Trouble("no account") }
        }
        try add(installation, [
            "code": "gate-2", "name": "前进路269号 北门", "url": cameras.url("gate-2"), "lat": 30.189241, "lon": 120.177883, "bearingDegrees": 45,
            "fieldDegrees": 80, "rangeMeters": 60, "class": 1, "address": "前进路269号", "owner": "交警支队", "tags": ["路口"],
        ])
        try add(installation, ["code": "gate-9", "name": "<img src=x onerror=alert(1)> 'Daotou Road\"", "url": "rtsp://127.0.0.1:1/none", "lat": 30.1899, "lon": 120.1787])
        if cityCount > 0 {
            let city = (0..<cityCount).map { number -> [String: Any] in
                let (latitude, longitude) = (30.15 + Double(number % 60) * 0.0014, 120.13 + Double(number / 60) * 0.0017)
                return [
                    "code": "city-\(number)", "name": "点位 \(number)", "lat": latitude, "lon": longitude, "bearingDegrees": (number * 37) % 360,
                    "fieldDegrees": 70, "rangeMeters": 50,
                ]
            }
            let body = try JSONSerialization.data(withJSONObject: city)
            let answer = try HTTP.request("POST", installation.address + "/api/v1/cameras/import", token: installation.token, body: body)
            guard answer.status == 200 else { throw Trouble("no city: \(answer.text)") }
        }
        let ring = [[120.16, 30.17], [120.2, 30.172], [120.198, 30.21], [120.162, 30.205], [120.16, 30.17]]
        let areas: [String: Any] = [
            "type": "FeatureCollection",
            "features": [["type": "Feature", "properties": ["code": "w1", "name": "网格一"], "geometry": ["type": "Polygon", "coordinates": [ring]]]],
        ]
        guard try installation.send("POST", "/api/v1/areas/import", areas).status == 200 else { throw Trouble("no areas") }
        try waitFor("the camera to record") { state(of: "gate-2", in: installation) == "recording" }
        return installation
    }

    private func add(_ installation: Installation, _ camera: [String: Any]) throws {
        let answer = try installation.send("POST", "/api/v1/cameras", camera)
        guard answer.status == 201 else { throw Trouble("no camera: \(answer.text)") }
    }

    @Test func listsCamerasAndDrawsThem() throws {
        let cameras = try Cameras()
        let installation = try furnished("camera-list", cameras, cityCount: 3000)
        let browser = try Browser()
        try browser.signIn(installation, as: "chen", password: Self.password, to: "/cameras?text=gate")
        try browser.waitUntil("the map", "document.getElementById('map').dataset.drawn == 2")
        #expect(try browser.text(of: "tr[data-camera=gate-2] .state") == "Recording")
        #expect(try browser.text(of: "tr[data-camera=gate-9] a") == "<img src=x onerror=alert(1)> 'Daotou Road\"")
        try browser.waitUntil("the strip", "document.querySelector('tr[data-camera=gate-2] .strip .gap-off title').textContent.includes('Not registered')")
        try browser.expectSound(installation, "cameras")
        try browser.shoot("cameras-en")
        try browser.emulateDark(true)
        try browser.expectSound(installation, "cameras, dark")
        try browser.shoot("cameras-dark")
        try browser.emulateDark(false)

        try browser.open(installation.address + "/cameras")
        try browser.waitUntil("the whole city", "document.getElementById('map').dataset.drawn == 3002")
        #expect(try browser.value("return document.querySelectorAll('tr[data-camera]').length") as? Int == 50)
        // Times are for a machine that does nothing else.
        if Workshop.isTorture { try expectSwift(browser) }
        try browser.click("[data-language='zh-CN']")
        try browser.waitUntil("the whole city in Chinese", "document.documentElement.lang === 'zh-CN' && document.getElementById('map').dataset.drawn == 3002")
        try browser.expectSound(installation, "cameras in Chinese")
        try browser.shoot("cameras-zh-CN")
    }

    private func expectSwift(_ browser: Browser) throws {
        let paint = try browser.firstPaintMilliseconds()
        #expect(paint < 300, "the first paint took \(paint) ms")
        let longest = try browser.run("""
            const [done] = arguments; let longest = 0;
            new PerformanceObserver(list => { for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration); }).observe({type: 'longtask'});
            document.querySelector('.leaflet-control-zoom-in').click();
            setTimeout(() => done(longest), 1200);
            """) as? Double ?? .infinity
        #expect(longest < 100, "drawing 3,000 cameras held the page up for \(longest) ms")
    }

    @Test func showsOneCameraAndLogsThatItsPictureWasSeen() throws {
        let cameras = try Cameras()
        let installation = try furnished("camera-page", cameras)
        let browser = try Browser(language: "zh-CN")
        try browser.signIn(installation, as: "chen", password: Self.password, to: "/cameras/gate-2")
        try browser.waitUntil("the map", "document.getElementById('map').dataset.drawn == 1")
        try waitFor("a picture") {
            try browser.click("#show-picture")
            try browser.waitUntil("the answer", "!document.getElementById('show-picture').disabled")
            return try browser.value("return document.querySelector('#picture img').naturalWidth") as? Int ?? 0 > 0
        }
        _ = try browser.consoleLines()  // A picture asked for before there was one.
        let seen = try installation.json("/api/v1/consultations?who=chen&action=still")["entries"] as? [[String: Any]]
        #expect(((seen?.first?["act"] as? [String: Any])?["purpose"] as? String) == "alignment")
        try browser.expectSound(installation, "camera")
        try browser.shoot("camera-zh-CN")
        try browser.open(installation.address + "/cameras/gate-9")
        #expect(try browser.text(of: ".notice.bad").contains("127.0.0.1"))
        try browser.expectSound(installation, "camera that cannot be reached")
        try browser.open(installation.address + "/cameras/none")
        #expect(try browser.value("return document.querySelector('[data-problem]').dataset.problem") as? String == "notFound")
        _ = try browser.consoleLines()

        let dispatcher = try Browser()
        try dispatcher.signIn(installation, as: "lin", password: Self.password, to: "/cameras/gate-2")
        #expect(try dispatcher.value("return document.querySelectorAll('#show-picture, .strip, a[href$=edit]').length") as? Int == 0)
        try dispatcher.expectSound(installation, "camera as a dispatcher sees it")
        try dispatcher.open(installation.address + "/new-camera")
        #expect(try dispatcher.value("return document.querySelector('[data-problem]').dataset.problem") as? String == "forbidden")
    }

    @Test func registersACameraAfterTryingItsFeed() throws {
        let cameras = try Cameras()
        let installation = try furnished("camera-form", cameras)
        let browser = try Browser()
        try browser.signIn(installation, as: "chen", password: Self.password, to: "/new-camera")
        try browser.waitUntil("the map", "document.getElementById('map').dataset.drawn == 1")
        try browser.type("gate-3", into: "input[name=code]")
        try browser.type("South gate", into: "input[name=name]")
        try browser.type("rtsp://127.0.0.1:1/none", into: "input[name=url]")
        try browser.click("#test-feed")
        try browser.waitUntil("the refusal", "document.querySelector('#tested .bad')")
        _ = try browser.consoleLines()
        try browser.value("document.querySelector('input[name=url]').value = ''; return 0")
        try browser.type(cameras.url("gate-3"), into: "input[name=url]")
        try browser.click("#test-feed")
        try browser.waitUntil("the stream", "document.querySelector('#tested .good')")
        #expect(try browser.text(of: "#tested .good").contains("×"))
        try browser.waitUntil("its picture", "document.querySelector('#tested img').naturalWidth > 100")
        let tried = try installation.json("/api/v1/consultations?who=chen&action=feedProbed&outcome=allowed")["entries"] as? [[String: Any]]
        #expect(((tried?.first?["act"] as? [String: Any])?["purpose"] as? String) == "alignment")
        try browser.click("#map")
        try browser.waitUntil("the place", "document.querySelector('input[name=lat]').value")
        try browser.expectSound(installation, "new camera")
        try browser.shoot("camera-form-en")
        try browser.click("#camera-form button.main")
        try browser.waitUntil("the camera's page", "location.pathname === '/cameras/gate-3' && document.readyState === 'complete'")
        #expect(try browser.text(of: "h1") == "South gate")
        #expect(try installation.camera("gate-3")["position"] is [String: Any])

        try browser.open(installation.address + "/cameras/gate-3/edit")
        try browser.waitUntil("the map", "document.getElementById('map').dataset.drawn == 1")
        try browser.type(", new", into: "input[name=name]")
        try browser.click("#camera-form button.main")
        try browser.waitUntil("the camera's page", "location.pathname === '/cameras/gate-3' && document.readyState === 'complete'")
        #expect(try browser.text(of: "h1") == "South gate, new")
        let changed = try installation.json("/api/v1/consultations?who=chen&action=cameraChanged")["entries"] as? [[String: Any]]
        let detail = (changed?.first?["act"] as? [String: Any])?["detail"] as? String ?? ""
        #expect(detail.contains("name") && !detail.contains("url"), "\(detail)")
        #expect(try browser.consoleLines() == [])
    }
}
