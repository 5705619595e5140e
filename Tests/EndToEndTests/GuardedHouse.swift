import CaselightModel
import Foundation
import TestSupport
import Testing

/// An installation with one of everything that a route can ask for, to walk all routes while its log cannot be written.
final class GuardedHouse {
    static let camera = "gate-2"
    /// They tell the registry, the board or the log itself: nothing that was recorded, and no entry is made of them.
    static let toldWithoutEntry: Set<String> = [
        "GET /healthz", "GET /readyz", "GET /metrics", "GET /api/v1/openapi.yaml", "GET /api/v1/status", "GET /api/v1/session",
        "GET /api/v1/cameras", "GET /api/v1/cameras/{code}", "GET /api/v1/incidents", "GET /api/v1/incidents/{number}",
        "GET /api/v1/incidents/{number}/links", "GET /api/v1/incidents/{number}/timeline", "GET /api/v1/incidents/{number}/leads",
        "GET /api/v1/incidents/{number}/reviews", "GET /api/v1/incidents/{number}/screenshots", "GET /api/v1/holds", "GET /api/v1/holds/{id}", "GET /api/v1/exports", "GET /api/v1/exports/{id}",
        "GET /api/v1/exports/{id}/events", "GET /api/v1/exports/{id}/timestamp.tsr", "GET /api/v1/consultations/checkpoint", "GET /api/v1/consultations/{sequence}/proof",
        "GET /api/v1/consultations/consistency", "GET /api/v1/signing-key.pem", "GET /api/v1/accounts", "GET /api/v1/accounts/{name}",
        "GET /api/v1/accounts/{name}/tokens", "GET /api/v1/groups", "GET /api/v1/recipients", "GET /api/v1/deliveries", "GET /deliveries",
        "GET /api/v1/areas", "GET /sign-in", "GET /", "GET /new-incident", "GET /incidents/{number}",
        "GET /cameras/{code}/edit", "GET /new-camera", "GET /numbers", "GET /api/v1/numbers/minutes", "GET /api/v1/numbers/minutes.csv",
        "GET /api/v1/numbers/solved", "GET /api/v1/numbers/solved.csv", "GET /api/v1/numbers/cameras", "GET /api/v1/numbers/cameras.csv", "GET /ui/{version}/{name}", "GET /ui/leaflet/{name}",
    ]
    /// A bearer has none: they are refused, or nothing to do, for another reason.
    static let asksForSession: Set<String> = ["POST /api/v1/accounts/{name}/tokens", "DELETE /api/v1/session"]
    static let password = "a long pass phrase"

    let installation: Installation
    private let cameras: Cameras
    private let routes: [DescribedRoute]
    private var span = ""
    private var segment = ""
    private var (link, hold, export, token) = ("", "", "", "")

    init(_ name: String, state: URL? = nil, archive: URL? = nil) throws {
        // What happens goes on for ever.
        routes = try DescribedRoute.all().filter { $0.path != "/api/v1/events" }
        cameras = try Cameras()
        installation = try Installation(name, state: state, archive: archive)
        try register(Self.camera, at: cameras.url("gate-2"), in: installation, "--lat", "30.189241", "--lon", "120.177883")
        try waitForRecording()
        pass(seconds: 4)
        try furnish()
    }

    func waitForRecording() throws {
        try waitFor("the camera to record") { EndToEndTests.state(of: Self.camera, in: installation) == "recording" }
    }

    private func furnish() throws {
        let (start, end) = ((now() - .seconds(3)).rfc3339(), (now() - .seconds(1)).rfc3339())
        span = "from=\(start)&to=\(end)"
        let times: [String: Any] = ["startedAt": start, "endedAt": end]
        func make(_ method: String, _ path: String, _ fields: [String: Any]) throws -> [String: Any] {
            let answer = try installation.send(method, path, fields)
            guard (200..<300).contains(answer.status) else { throw Trouble("\(method) \(path): \(answer.text)") }
            return answer.object
        }
        let incident: [String: Any] = ["number": "CASE", "category": "theft", "lat": 30.1892, "lon": 120.1778]
        _ = try make("PUT", "/api/v1/recipients/spare", ["role": "platform", "url": "http://127.0.0.1:9/in"])
        _ = try make("POST", "/api/v1/incidents", incident.merging(times) { $1 })
        let clip = times.merging(["camera": Self.camera]) { $1 }
        link = "\(try make("POST", "/api/v1/incidents/CASE/links", clip.merging(["role": "event"]) { $1 })["id"] as? Int ?? 0)"
        _ = try make("POST", "/api/v1/incidents/CASE/leads", ["camera": Self.camera, "seenAt": start])
        let picture = Data([0xFF, 0xD8, 0xFF, 0xE0])
        _ = try HTTP.request("POST", installation.address + "/api/v1/incidents/CASE/screenshots", token: installation.token, body: picture)
        let placed = try make("POST", "/api/v1/holds", clip.merging(["reason": "by hand"]) { $1 })["hold"] as? [String: Any]
        hold = placed?["id"] as? String ?? ""
        let ordered = try make("POST", "/api/v1/exports", ["incident": "CASE", "reason": "asked for by the court"])
        let export = ordered["id"] as? String ?? ""
        try waitFor("the export") { try installation.json("/api/v1/exports/\(export)")["state"] as? String == "ready" }
        self.export = export
        _ = try make("PUT", "/api/v1/groups/g1", ["name": "old town"])
        _ = try make("POST", "/api/v1/accounts", ["name": "spare", "displayName": "Spare", "roles": ["auditor"], "password": Self.password])
        let tokens = try installation.json("/api/v1/accounts/everybody/tokens")["tokens"] as? [[String: Any]]
        token = tokens?.first?["id"] as? String ?? ""
        let playlist = try installation.get("/api/v1/cameras/\(Self.camera)/playlist.m3u8?\(span)&purpose=end-to-end-test").text
        segment = String(try #require(playlist.firstMatch(of: /segments\/([0-9a-f-]+\.mp4)/), "\(playlist)").1)
    }

    // MARK: The walk

    struct Refused {
        let route: String
        let answer: HTTP.Answer
    }

    /// Asks everything that must not be answered without an entry, reads also by HEAD and for a range of bytes.
    func expectAllRefused(_ when: String) throws {
        var count = 0
        for route in routes where !Self.toldWithoutEntry.contains("\(route)") {
            for (method, headers) in variants(of: route) {
                let answer = try ask(route, method, headers)
                count += 1
                if Self.asksForSession.contains("\(route)") { continue }
                #expect(answer.status == 503, "\(when): \(method) \(route.path): \(answer.status) \(answer.text.prefix(300))")
                // A page says it in its own way.
                let isSaid = String(decoding: answer.body, as: UTF8.self).contains("data-problem=\"logUnwritable\"")
                if method != "HEAD", !isSaid { #expect(answer.code == "logUnwritable", "\(when): \(method) \(route.path): \(answer.text.prefix(300))") }
            }
        }
        #expect(count > 45, "only \(count) were walked")
    }

    /// The same reads work while the log does, so that what was refused was refused for the log's sake.
    func expectAllShown(_ when: String) throws {
        // No authority is configured, and so no time stamp comes late.
        for route in routes where route.method == "GET" && !route.path.hasSuffix("timestamp.tsr") && !route.path.hasPrefix("/ui/") {
            for (method, headers) in variants(of: route) {
                let answer = try ask(route, method, headers)
                #expect((200..<300).contains(answer.status), "\(when): \(method) \(route.path): \(answer.status) \(answer.text.prefix(300))")
            }
        }
    }

    private func variants(of route: DescribedRoute) -> [(String, [String: String])] {
        guard route.method == "GET" else { return [(route.method, [:])] }
        let hasRanges = route.path.hasSuffix("/{file}") || route.path.hasSuffix("/package")
        return [("GET", [:]), ("HEAD", [:])] + (hasRanges ? [("GET", ["Range": "bytes=0-99"]), ("HEAD", ["Range": "bytes=0-99"])] : [])
    }

    private func ask(_ route: DescribedRoute, _ method: String, _ headers: [String: String]) throws -> HTTP.Answer {
        let id =
            route.path.contains("/links/") ? link : route.path.contains("/screenshots/") || route.path.contains("/deliveries/") ? "1" : route.path.contains("/holds/") ? hold : route.path.contains("/tokens/") ? token : export
        var path = route.path.replacing("{id}", with: id).replacing("{file}", with: segment).replacing("{number}", with: "CASE")
            .replacing("{code}", with: route.path.contains("/groups/") ? "g1" : Self.camera).replacing("{sequence}", with: "0")
            .replacing("{name}", with: route.path.contains("/tokens") ? "everybody" : "spare")
        if let query = query(route) { path += "?" + query }
        let body = route.method == "GET" || route.method == "DELETE" ? nil : Data(Self.body("\(route)", span).utf8)
        return try HTTP.request(method, installation.address + path, token: installation.token, body: body, headers: headers)
    }

    private func query(_ route: DescribedRoute) -> String? {
        switch route.path.split(separator: "/").last {
        case "coverage", "keyframes", "activity": span
        case "playlist.m3u8": span + "&purpose=end-to-end-test"
        case "still.jpg": "at=" + span.dropFirst("from=".count).prefix { $0 != "&" } + "&purpose=end-to-end-test"
        case "clips": "near=30.1892,120.1778&\(span)&purpose=end-to-end-test"
        case "{file}": "purpose=end-to-end-test"
        case "proof": "size=1"
        case "consistency": "first=1&second=1"
        case "footage" where route.method == "POST": "name=a.mp4"
        case "next": "lead=1"
        default: nil
        }
    }

    private static func body(_ route: String, _ span: String) -> String {
        let times = span.replacing("from=", with: "\"startedAt\":\"").replacing("&to=", with: "\",\"endedAt\":\"") + "\""
        switch route {
        case "POST /api/v1/session": return "{\"name\":\"spare\",\"password\":\"\(password)\"}"
        case "POST /api/v1/cameras": return "{\"code\":\"new\"}"
        case "POST /api/v1/cameras/import": return "[{\"code\":\"new\",\"lat\":30,\"lon\":120}]"
        case "POST /api/v1/cameras/probe": return "{\"url\":\"rtsp://127.0.0.1:1/x\"}"
        case "PATCH /api/v1/cameras/{code}": return "{\"name\":\"changed\"}"
        case "POST /api/v1/cameras/{code}/clock": return "{\"offsetSeconds\":1}"
        case "POST /api/v1/incidents": return "{\"number\":\"NEW\",\"category\":\"theft\",\(times)}"
        case "POST /api/v1/incidents/import": return "[{\"number\":\"NEW\",\"category\":\"theft\",\(times)}]"
        case "PATCH /api/v1/incidents/{number}": return "{\"text\":\"changed\"}"
        case "POST /api/v1/incidents/{number}/links": return "{\"camera\":\"\(camera)\",\"role\":\"event\",\(times)}"
        case "POST /api/v1/incidents/{number}/leads": return "{\"camera\":\"\(camera)\",\"seenAt\":\"2026-03-02T07:09:00Z\"}"
        case "POST /api/v1/incidents/{number}/notes": return "{\"text\":\"seen\"}"
        case "POST /api/v1/incidents/{number}/reviews": return "{\"camera\":\"\(camera)\",\(times)}"
        case "POST /api/v1/incidents/{number}/outcome": return "{\"result\":\"solved\"}"
        case "POST /api/v1/incidents/{number}/screenshots": return "RIFF0000WEBP"
        case "POST /api/v1/areas/import":
            return """
                {"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"a","name":"a"},"geometry":{"type":"Polygon",\
                "coordinates":[[[120,30],[121,30],[121,31],[120,30]]]}}]}
                """
        case "POST /api/v1/holds": return "{\"camera\":\"\(camera)\",\"reason\":\"by hand\",\(times)}"
        case "POST /api/v1/holds/{id}/release": return "{\"reason\":\"dropped\"}"
        case "POST /api/v1/exports": return "{\"incident\":\"CASE\",\"reason\":\"asked for by the court\"}"
        case "POST /api/v1/backups": return "{\"folder\":\"/nowhere\"}"
        case "POST /api/v1/accounts": return "{\"name\":\"new\",\"displayName\":\"New\",\"roles\":[\"auditor\"],\"password\":\"\(password)\"}"
        case "PATCH /api/v1/accounts/{name}": return "{\"displayName\":\"changed\"}"
        case "POST /api/v1/accounts/{name}/tokens": return "{\"name\":\"new\",\"days\":1}"
        case "PUT /api/v1/recipients/{name}": return "{\"role\":\"platform\",\"url\":\"http://127.0.0.1:9/in\"}"
        case "PUT /api/v1/groups/{code}": return "{\"name\":\"changed\"}"
        default: return "{}"
        }
    }

    // MARK: The alarm

    func isReady() throws -> Bool { try HTTP.request("GET", installation.address + "/readyz").status == 200 }

    func expectAlarm(_ when: String) throws {
        let ready = try HTTP.request("GET", installation.address + "/readyz")
        let parts = (ready.object["problems"] as? [[String: Any]] ?? []).compactMap { $0["part"] as? String }
        #expect(ready.status == 503 && parts.contains("log"), "\(when): \(ready.text)")
        let metrics = try HTTP.request("GET", installation.address + "/metrics").text
        #expect(metrics.contains("caselight_log_writable 0"), "\(when): the metric does not say so")
        #expect(installation.log.contains(/critical.*consultation log cannot be written/), "\(when): no critical line says so")
    }

    /// Asks until the log is found out to be unwritable; what was answered until then has its entry.
    func searchUntilRefused() throws {
        for _ in 0..<20_000 {
            let answer = try installation.get("/api/v1/clips?near=30.1892,120.1778&\(span)&purpose=end-to-end-test")
            if answer.status != 200 {
                #expect(answer.status == 503 && answer.code == "logUnwritable", "\(answer.text)")
                return
            }
        }
        throw Trouble("the log took 20,000 entries more")
    }

    /// Bytes of footage there are on disk.
    func recordedBytes() -> Int {
        installation.segments(of: Self.camera).map { (try? FileManager.default.attributesOfItem(atPath: $0.path)[.size] as? Int) ?? 0 }.reduce(0, +)
    }

    /// Recorded all the while, and told by the index now that it may be asked again.
    func expectRecorded(from: WallTime, to: WallTime) throws {
        let found = try installation.about(Self.camera, "coverage", from: from, to: to)
        #expect((found["gaps"] as? [Any])?.isEmpty == true, "recording did not go on: \(found)")
        let verified = installation.caselight("log", "verify")
        #expect(verified.status == 0, "\(verified.output)\(verified.error)")
        let check = installation.caselightd("check", "--hash")
        #expect(check.status == 0, "\(check.output)\(check.error)")
    }
}
