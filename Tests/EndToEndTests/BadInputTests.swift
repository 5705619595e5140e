import CaselightModel
import Foundation
import Testing

/// What cannot be used is refused with a stable code, and leaves nothing behind.
@Suite(.serialized, .enabled(if: Workshop.missing == nil, "needs ffmpeg and GStreamer's RTSP server"))
struct BadInputTests {
    struct Case {
        let method: String
        let path: String
        var body = ""
        let status: Int
        let code: String
    }

    static let cameras = [
        ("lat\": 91, \"lon\": 0", 400, "invalidCoordinates"), ("lat\": 0, \"lon\": -180.5", 400, "invalidCoordinates"),
        ("lat\": \"30\", \"lon\": 120", 400, "invalidValue"), ("lat\": 30", 400, "invalidValue"), ("lat\": 1e999, \"lon\": 0", 400, "invalidValue"),
        ("lat\": 30, \"lon\": 120, \"datum\": \"nad27\"", 400, "unknownDatum"), ("datum\": \"gcj02\"", 400, "invalidValue"),
        ("bearingDegrees\": 361", 400, "invalidValue"), ("fieldDegrees\": 0", 400, "invalidValue"), ("rangeMeters\": -1", 400, "invalidValue"),
        ("policy\": \"everything\"", 400, "invalidValue"), ("class\": 4", 400, "invalidValue"), ("colour\": 1", 400, "invalidValue"),
        ("retentionDays\": 0.5", 400, "invalidValue"), ("name\": \"a\\u0000b\"", 400, "invalidValue"),
        ("url\": \"gopher://10.0.0.1/\"", 400, "unknownScheme"), ("url\": \"file:///etc/passwd\"", 400, "unknownScheme"),
        ("url\": \"concat:http://a/|http://b/\"", 400, "unknownScheme"), ("url\": \"10.0.0.1\"", 400, "invalidURL"),
        ("url\": \"rtsp://\"", 400, "invalidURL"), ("url\": \"rtsp://a:70000/\"", 400, "invalidURL"),
        ("url\": \"http://a/x.m3u8\"", 400, "playlistRefused"), ("url\": \"http://a/x.M3U8?token=1\"", 400, "playlistRefused"),
        ("url\": \"http://a/x%2Em3u8\"", 400, "playlistRefused"), ("url\": \"http://a/x.ffconcat\"", 400, "playlistRefused"),
        ("password\": \"x\"", 400, "invalidValue"),
    ].map { Case(method: "POST", path: "/api/v1/cameras", body: "{\"code\": \"new\", \"\($0.0)}", status: $0.1, code: $0.2) }

    static let others = [
        Case(method: "POST", path: "/api/v1/cameras", body: "{\"code\": \"taken\"}", status: 409, code: "duplicate"),
        Case(method: "POST", path: "/api/v1/cameras", body: "{\"code\": \"a b\"}", status: 400, code: "invalidCode"),
        Case(method: "POST", path: "/api/v1/cameras", body: "{\"code\": \"\(String(repeating: "a", count: 65))\"}", status: 400, code: "invalidValue"),
        Case(method: "POST", path: "/api/v1/cameras", body: "{\"name\": \"a\"}", status: 400, code: "invalidValue"),
        Case(method: "POST", path: "/api/v1/cameras", body: "{\"code\": ", status: 400, code: "invalidValue"),
        Case(method: "POST", path: "/api/v1/cameras", body: "[]", status: 400, code: "invalidValue"),
        Case(method: "PATCH", path: "/api/v1/cameras/taken", body: "{\"code\": \"other\"}", status: 409, code: "conflict"),
        Case(method: "PATCH", path: "/api/v1/cameras/taken", body: "{\"name\": \"x\", \"lat\": 100, \"lon\": 0}", status: 400, code: "invalidCoordinates"),
        Case(method: "PATCH", path: "/api/v1/cameras/nobody", body: "{\"name\": \"x\"}", status: 404, code: "notFound"),
        Case(method: "GET", path: "/api/v1/cameras/nobody", status: 404, code: "notFound"),
        Case(method: "GET", path: "/api/v1/nowhere", status: 404, code: "notFound"),
        Case(method: "PUT", path: "/api/v1/cameras", body: "{}", status: 405, code: "methodNotAllowed"),
        Case(method: "POST", path: "/api/v1/cameras/probe", body: "{\"url\": \"file:///etc/passwd\"}", status: 400, code: "unknownScheme"),
        Case(method: "POST", path: "/api/v1/cameras/taken/clock", body: "{\"offsetSeconds\": 1e12}", status: 400, code: "invalidValue"),
        Case(method: "POST", path: "/api/v1/cameras/taken/footage?name=a.mp4&startsAt=yesterday", body: "x", status: 400, code: "invalidTime"),
        Case(method: "POST", path: "/api/v1/cameras/nobody/footage?name=a.mp4", body: "x", status: 404, code: "notFound"),
        Case(
            method: "POST", path: "/api/v1/incidents",
            body: "{\"number\": \"A1\", \"category\": \"theft\", \"startedAt\": \"2026-03-02T07:00:00Z\", \"endedAt\": \"2026-03-02T06:00:00Z\"}",
            status: 400, code: "reversedTimes"),
        Case(
            method: "POST", path: "/api/v1/incidents",
            body: "{\"number\": \"A1\", \"category\": \"theft\", \"startedAt\": \"2026-13-02T07:00:00Z\", \"endedAt\": \"2026-03-02T06:00:00Z\"}",
            status: 400, code: "invalidTime"),
    ]

    static let day = "from=2026-03-02T06:00:00Z&to=2026-03-02T07:00:00Z"
    static let reversed = "from=2026-03-02T07:00:00Z&to=2026-03-02T06:00:00Z"
    static let questions = [
        ("clips?near=30,120&\(reversed)&purpose=testing", 400, "reversedTimes"), ("clips?near=30,120&\(day)", 403, "purposeRequired"),
        ("clips?near=30,120&\(day)&incident=A1", 403, "purposeRequired"), ("clips?near=91,120&\(day)&purpose=testing", 400, "invalidCoordinates"),
        ("clips?near=north&\(day)&purpose=testing", 400, "invalidCoordinates"), ("clips?near=30,120&radius=-5&\(day)&purpose=testing", 400, "invalidShape"),
        ("clips?near=30,120&grid=x&\(day)&purpose=testing", 400, "invalidShape"), ("clips?\(day)&purpose=testing", 400, "invalidShape"),
        ("clips?near=30,120&from=now&to=then&purpose=testing", 400, "invalidTime"), ("cameras/nobody/coverage?\(day)", 404, "notFound"),
        ("clips?near=30,120&\(day)&purpose=testing&limit=0", 400, "invalidValue"), ("cameras/taken/coverage?\(reversed)", 400, "reversedTimes"),
        ("cameras/taken/playlist.m3u8?\(day)", 403, "purposeRequired"), ("cameras/taken/still.jpg?at=2026-03-02T06:00:00Z", 403, "purposeRequired"),
        ("cameras/taken/segments/../../../../etc/passwd", 404, "notFound"),
    ].map { Case(method: "GET", path: "/api/v1/\($0.0)", status: $0.1, code: $0.2) }

    @Test func refusesWithAStableCodeAndKeepsNothing() throws {
        let installation = try Installation("bad-input")
        #expect(installation.caselight("camera", "add", "--code", "taken", "--name", "as it was").status == 0)
        let before = try installation.get("/api/v1/cameras").body
        for attempt in Self.cameras + Self.others + Self.questions { try expect(attempt, installation) }
        let anonymous = try HTTP.request("GET", installation.address + "/api/v1/cameras")
        #expect(anonymous.status == 401 && anonymous.code == "unauthenticated")
        try expectTooLarge(installation)
        #expect(try installation.get("/api/v1/cameras").body == before, "something was half-written")
        #expect(try installation.json("/api/v1/incidents")["incidents"] as? [String] == [])
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: installation.archive.path)).isSubset(of: ["volume.json", "taken"]))
    }

    private func expect(_ attempt: Case, _ installation: Installation) throws {
        let body = attempt.body.isEmpty ? nil : Data(attempt.body.utf8)
        let answer = try HTTP.request(attempt.method, installation.address + attempt.path, token: installation.token, body: body)
        #expect(
            answer.status == attempt.status && answer.code == attempt.code,
            "\(attempt.method) \(attempt.path) \(attempt.body): expected \(attempt.code), not \(answer.status) \(answer.text)")
        let detail = answer.object["detail"] as? String ?? ""
        #expect(!detail.isEmpty && !detail.contains("\n") && answer.object["title"] is String, "\(answer.text)")
    }

    private func expectTooLarge(_ installation: Installation) throws {
        let file = installation.folder.appending(path: "large.json")
        try Data("{\"code\": \"large\", \"name\": \"\(String(repeating: "x", count: 10 << 20))\"}".utf8).write(to: file)
        for encoding in ["Accept: */*", "Transfer-Encoding: chunked"] {
            let sent = Workshop.run(
                "/usr/bin/curl",
                [
                    "-sS", "-X", "POST", "-H", "Authorization: Bearer \(installation.token)", "-H", encoding, "-H", "Expect:", "-H",
                    "Content-Type: application/json", "--data-binary", "@\(file.path)", installation.address + "/api/v1/cameras",
                ])
            #expect(sent.output.contains("\"tooLarge\""), "\(encoding): \(sent.output)\(sent.error)")
        }
    }

    @Test func endsWithTheStatusThatSaysHowItWent() throws {
        let installation = try Installation("exit-status")
        func status(_ arguments: String...) -> Int32 {
            let outcome = Workshop.run(
                Workshop.products.appending(path: "caselight").path, arguments,
                environment: ["CASELIGHT_URL": installation.address, "CASELIGHT_TOKEN": installation.token])
            let isQuiet = outcome.status == 0 || !outcome.error.isEmpty && !outcome.error.contains("Fatal error")
            #expect(isQuiet, "\(arguments): \(outcome.error)")
            return outcome.status
        }
        #expect(status("camera", "list") == 0)
        #expect(status("--help") == 0)
        #expect(status("camera", "add", "--code", "a", "--lat", "30", "--lon", "120") == 0)
        #expect(status("camera", "add", "--code", "a") == 1)
        #expect(status("camera", "show", "b") == 1)
        #expect(status("camera", "add", "--code", "b", "--url", "gopher://a/") == 1)
        #expect(status("footage", "import", "--camera", "a", "--starts-at", "2026-03-02T06:00:00Z", "/nowhere.mp4") == 1)
        #expect(status("camera", "add", "--code", "b", "--lat", "91", "--lon", "0") == 1)
        #expect(status("camera", "add", "--code", "b", "--lat", "north", "--lon", "0") == 2)
        #expect(status("camera", "add") == 2)
        #expect(status("camera", "ad") == 2)
        #expect(status("find", "--purpose", "testing", "--near", "30,120", "--from", "2026-03-02T07:00:00Z", "--to", "2026-03-02T06:00:00Z") == 2)
        #expect(status("footage", "import", "--camera", "a", "/nowhere.mp4") == 2)
        let stranger = Workshop.run(
            Workshop.products.appending(path: "caselight").path, ["camera", "list"],
            environment: ["CASELIGHT_URL": installation.address, "CASELIGHT_TOKEN": "not-the-token"])
        #expect(stranger.status == 1, "\(stranger.error)")
        installation.stop()
        #expect(status("camera", "list") == 3)
    }

    /// Strings that break programs are names like any other: kept to the byte, or refused.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: HandoverTests.data.appending(path: "malformed/blns.json").path), "needs the list of naughty strings"))
    func keepsNaughtyNamesOrRefusesThem() throws {
        let installation = try Installation("names")
        let file = HandoverTests.data.appending(path: "malformed/blns.json")
        let names = try #require(try JSONSerialization.jsonObject(with: try Data(contentsOf: file)) as? [String])
        var kept: [String: String] = [:]
        for (index, name) in names.enumerated() {
            let code = "n\(index)"
            let answer = try installation.send("POST", "/api/v1/cameras", ["code": code, "name": name])
            if answer.status == 201 {
                kept[code] = name
            } else {
                #expect(answer.status == 400 && answer.code == "invalidValue", "'\(name)': \(answer.text)")
            }
        }
        #expect(kept.count > names.count * 9 / 10, "only \(kept.count) of \(names.count) names were kept")
        let listed = installation.caselight("camera", "list", "--json")
        let document = try JSONSerialization.jsonObject(with: Data(listed.output.utf8)) as? [String: Any]
        let cameras = try #require(document?["cameras"] as? [[String: Any]], "\(listed.error)")
        #expect(cameras.count == kept.count)
        for camera in cameras {
            let (code, name) = (camera["code"] as? String ?? "", camera["name"] as? String ?? "")
            #expect(Array(name.unicodeScalars) == kept[code].map { Array($0.unicodeScalars) }, "\(code) came back as '\(name)'")
        }
        // For people the table stays a table: a line a camera, no control characters.
        let table = installation.caselight("camera", "list")
        #expect(table.status == 0 && table.output.split(separator: "\n").count <= kept.count + 3)
        #expect(!table.output.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
    }
}
