import CaselightModel
import CaselightStore
import Foundation
import TestSupport
import Testing

/// The page of the numbers, in a real browser.
@Suite(.enabled(if: Browser.missing == nil, "needs chromium, chromium-driver and curl"))
struct NumbersPageTests {
    /// Two years of incidents of forty units, and a month of seventy cameras.
    private static func furnish(_ installation: Installation, cameraCount: Int, caseCount: Int) throws {
        let present = now()
        try installation.seed { records, index in
            var random = SeededGenerator(seed: 5)
            let somebody = try AccountName("everybody")
            for number in 0..<caseCount {
                let postedAt = present - .days(Int64(number) * 720 / Int64(max(caseCount, 1))) - .seconds(7200)
                var incident = Incident(
                    number: try IncidentNumber("S\(number)"), category: ["盗窃", "诈骗", "故意伤害", "交通逃逸"][number % 7 % 4],
                    span: TimeSpan(start: postedAt - .seconds(3600), end: postedAt), postedAt: postedAt)
                incident.unit = number.isMultiple(of: 2) ? "城关派出所" : "第\(number % 40)派出所刑侦中队"
                try await records.addIncident(incident)
                let minutes = Int64.random(in: 2...40, using: &random)
                _ = try await records.claim(incident.number, by: somebody, takingOver: false, at: postedAt + .seconds(minutes * 60))
                guard number % 3 != 2 else { continue }
                let place = GeoPoint(unchecked: 30.18, 120.17)
                _ = try await records.addLead(
                    Lead(incident: incident.number, camera: nil, seenAt: postedAt, position: place, toward: "", note: "", by: somebody, at: postedAt + .seconds(minutes * 200)))
                guard number % 5 != 4 else { continue }
                _ = try await records.closeIncident(
                    incident.number, Outcome(result: number.isMultiple(of: 4) ? .unsolved : .solved), by: somebody, at: postedAt + .seconds(minutes * 900))
            }
            let start = present - .days(26)
            for number in 0..<cameraCount {
                var camera = Camera(code: try CameraCode("c-\(1000 + number)"), name: "前进路\(number)号 路口", createdAt: start)
                (camera.feed, camera.isEnabled) = (Feed(url: try FeedURL.parse("rtsp://127.0.0.1:1/none").url, transport: .automatic), false)
                try await records.addCamera(camera, credentials: nil)
                let gaps = Set((0..<104).filter { ($0 * 7 + number * 13) % (number % 9 == 0 ? 5 : 41) == 0 })
                try await index.apply(SeededFootage.changes(camera.code, from: start, count: 103, hours: 6, without: number == 4 ? Set(20..<60) : gaps))
            }
        }
    }

    private func show(_ installation: Installation, _ name: String, language: String) throws {
        let browser = try Browser(language: language)
        let fields: [String: Any] = ["name": "ping", "displayName": "ping", "roles": ["investigator"], "password": CameraPageTests.password]
        guard [201, 409].contains(try installation.send("POST", "/api/v1/accounts", fields).status) else { throw Trouble("no account") }
        try browser.signIn(installation, as: "ping", password: CameraPageTests.password, to: "/numbers?months=24")
        try browser.waitUntil("completeness", "document.querySelector('#completeness a.button')")
        try browser.expectSound(installation, name)
        for section in ["", "solved", "completeness"] {
            _ = try browser.value("document.getElementById(arguments[0])?.scrollIntoView()", [section])
            try browser.shoot("numbers-\(name)\(section.isEmpty ? "" : "-\(section)")")
        }
        try browser.emulateDark(true)
        try browser.expectSound(installation, "\(name), dark")
        _ = try browser.value("scrollTo(0, 0)")
        try browser.shoot("numbers-\(name)-dark")
    }

    @Test func drawsTwoYearsOfFortyUnits() throws {
        let installation = try Installation("numbers")
        try Self.furnish(installation, cameraCount: 70, caseCount: 400)
        try show(installation, "many-zh-CN", language: "zh-CN")
    }

    @Test func drawsOneIncidentAndAFewCameras() throws {
        let installation = try Installation("numbers-few")
        try Self.furnish(installation, cameraCount: 6, caseCount: 1)
        try show(installation, "one-en", language: "en")
    }

    @Test func isCalmWithNothing() throws {
        let installation = try Installation("numbers-none")
        try show(installation, "none-en", language: "en")
    }
}
