import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Logging
import Synchronization
import Testing

@testable import CaselightServer

/// Every route, by every role and by nobody, for an own and a foreign camera and incident: what is foreign answers as what does not exist.
@Suite struct MatrixTests {
    /// The routes' paths with their parameters filled in, and what they need besides.
    private struct Asked {
        let method: HTTPRequest.Method
        let path: String
        let body: String?
    }

    private static let place = GeoPoint(unchecked: 29.8683, 121.544)
    private static let span = "from=2026-03-02T07:00:00Z&to=2026-03-02T07:01:00Z"

    /// Own things lie in grid g1, foreign ones in g2; the accounts are limited to g1.
    private static func furnish(_ installation: Installation) async throws -> [Role: String] {
        for (camera, grid, run) in [("own-1", "g1", UInt64(1)), ("foreign-1", "g2", 2)] {
            var record = Camera(code: try CameraCode(camera), name: camera, createdAt: Installation.start - .days(30))
            (record.position, record.grid) = (place, grid)
            try await installation.records.addCamera(record, credentials: nil)
            try await installation.addSegment(camera, run: run)
        }
        for (number, grid) in [("OWN", "g1"), ("FOREIGN", "g2")] {
            var incident = Incident(
                number: try IncidentNumber(number), category: "theft", span: TimeSpan(start: Installation.start, end: Installation.start + .seconds(60)),
                postedAt: installation.clock.now())
            (incident.position, incident.grid) = (place, grid)
            try await installation.records.addIncident(incident)
        }
        try await installation.records.putGroup(CameraGroup(code: "g1", name: "own", grids: ["g1"]))
        for camera in ["own-1", "foreign-1"] {
            let code = try CameraCode(camera)
            let everybody = try AccountName("everybody")
            let span = TimeSpan(start: Installation.start, end: Installation.start + .seconds(60))
            let incident = try IncidentNumber(camera == "own-1" ? "OWN" : "FOREIGN")
            let id = camera == "own-1" ? ownID : foreignID
            try await installation.records.addHold(Hold(
                id: id, camera: code, span: span, incident: incident, origin: .hand, reason: "matrix", placedBy: everybody,
                placedAt: Installation.start))
            var order = ExportOrder(
                id: id, incident: incident, reason: "matrix", requestedBy: everybody, requestedAt: Installation.start,
                clips: [ExportClip(camera: code, span: span)])
            _ = try await installation.records.addLead(
                Lead(incident: incident, camera: code, seenAt: Installation.start, position: place, by: everybody, at: Installation.start))
            _ = try await installation.records.addScreenshot(
                Screenshot(incident: incident, mediaType: .png, byteCount: 3, sha256: camera, by: everybody, at: Installation.start),
                bytes: Array(camera.utf8))
            _ = try await installation.records.addStep(
                CaseStep(incident: incident, kind: .reviewed, at: Installation.start, by: everybody, camera: code, span: span))
            (order.state, order.byteCount, order.sha256) = (.ready, 4, String(repeating: "ab", count: 32))
            try await installation.records.addExport(order)
        }
        installation.exports.package.withLock { $0 = [1, 2, 3, 4] }
        var tokens: [Role: String] = [:]
        for role in Role.allCases { tokens[role] = try await installation.addAccount("a-\(role.rawValue)", [role], groups: ["g1"]) }
        return tokens
    }

    private static let ownID = "00000000000000a1"
    private static let foreignID = "00000000000000f1"
    private static let unknownID = "00000000000000e1"

    /// What stands for a route's parameters where the camera and the incident are these.
    private static func asked(_ route: Route, camera: String, incident: String, id: String, run: Int) -> Asked {
        var path = route.path.replacing("{number}", with: incident).replacing("{file}", with: "000000000000000\(run)-000000.mp4")
            .replacing("{sequence}", with: "0")
        // Removing an account that asks here would be a short test.
        path = path.replacing("{name}", with: route.method == .delete ? "a-nobody" : "a-investigator")
        path = path.replacing("{code}", with: route.path.contains("/groups/") ? "g9" : camera)
        path = path.replacing("{id}", with: route.path.contains("/links/") || route.path.contains("/screenshots/") ? "1" : id)
        var query: [String] = []
        if route.required.contains("from") { query.append(span) }
        if route.required.contains("at") { query.append("at=2026-03-02T07:00:30Z") }
        if route.required.contains("lead") { query.append("lead=\(camera == "own-1" ? 1 : 2)") }
        if route.required.contains("name") { query.append("name=a.mp4") }
        if route.required.contains("size") { query.append("size=1") }
        if route.required.contains("first") { query.append("first=1&second=1") }
        if route.path == "/api/v1/clips" { query.append("near=29.8683,121.5440") }
        if route.access.showsFootage, !route.path.contains("{number}") { query.append("incident=\(incident)") }
        let body = Self.body(route, camera: camera, incident: incident)
        return Asked(method: route.method, path: query.isEmpty ? path : "\(path)?\(query.joined(separator: "&"))", body: body)
    }

    private static func body(_ route: Route, camera: String, incident: String) -> String? {
        guard route.method != .get, route.method != .delete else { return nil }
        let times = #""startedAt":"2026-03-02T07:00:00Z","endedAt":"2026-03-02T07:00:30Z""#
        switch route.path {
        case "/api/v1/incidents/{number}/links": return #"{"camera":"\#(camera)",\#(times),"role":"event"}"#
        case "/api/v1/incidents/{number}/leads": return #"{"camera":"\#(camera)","seenAt":"2026-03-02T07:00:30Z"}"#
        case "/api/v1/incidents/{number}/notes": return #"{"text":"matrix"}"#
        case "/api/v1/incidents/{number}/reviews": return #"{"camera":"\#(camera)",\#(times)}"#
        case "/api/v1/incidents/{number}/outcome": return #"{"result":"solved"}"#
        case "/api/v1/incidents/{number}/claim": return #"{"takeOver":true}"#
        case "/api/v1/holds": return #"{"camera":"\#(camera)",\#(times),"reason":"matrix","incident":"\#(incident)"}"#
        case "/api/v1/exports":
            return #"{"incident":"\#(incident)","reason":"matrix","clips":[{"camera":"\#(camera)",\#(times)}]}"#
        case "/api/v1/holds/{id}/release": return #"{"reason":"matrix"}"#
        case "/api/v1/cameras/{code}/clock": return #"{"offsetSeconds":1}"#
        case "/api/v1/incidents/{number}": return #"{"text":"changed"}"#
        case "/api/v1/cameras/{code}": return #"{"name":"changed"}"#
        default: return "{}"
        }
    }

    private static func admitted(_ route: Route, _ role: Role?) -> Bool {
        switch route.access {
        case .open: true
        case .signIn: true
        case .signedIn: role != nil
        case .ownAccount: role == .admin || (role == .investigator && route.method != .delete)
        case .roles(let roles), .footage(let roles): role.map(roles.contains) ?? false
        }
    }

    /// What must not stand in any answer about what is foreign.
    private static let traces = ["foreign-1", "FOREIGN", foreignID, "0000000000000002"]

    @Test func whoMayNotIsRefusedAndWhatIsForeignDoesNotExist() async throws {
        try await Installation.run { installation, client in
            let tokens = try await Self.furnish(installation)
            let api = API(services: installation.services, settings: installation.settings, logger: .init(label: "test"))
            var (compared, leaks) = (0, [String]())
            // What happens goes on for ever; BoardRouteTests listens to it.
            for route in api.routes where route.access != .signIn && route.access != .open && route.path != "/api/v1/events" {
                for role in [nil] + Role.allCases.map(Optional.some) {
                    let token = role.flatMap { tokens[$0] }
                    for method in route.method == .get ? [HTTPRequest.Method.get, .head] : [route.method] {
                        let label = "\(method) \(route.path) as \(role?.rawValue ?? "nobody")"
                        let unknown = Self.asked(route, camera: "unknown-1", incident: "UNKNOWN", id: Self.unknownID, run: 3)
                        let foreign = Self.asked(route, camera: "foreign-1", incident: "FOREIGN", id: Self.foreignID, run: 2)
                        let headers: HTTPFields = [.range: "bytes=0-9"]
                        let first = try await client.send(method, unknown.path, unknown.body, headers: headers, token: token)
                        let second = try await client.send(method, foreign.path, foreign.body, headers: headers, token: token)
                        compared += 1
                        guard Self.admitted(route, role) else {
                            // A page leads nobody to where one signs in.
                            #expect(second.status == (role != nil ? 403 : route.kind == .page ? 303 : 401), "\(label)")
                            continue
                        }
                        // Word for word the same, but for the name that was asked for.
                        let said = second.text.replacing("foreign-1", with: "unknown-1").replacing("FOREIGN", with: "UNKNOWN")
                            .replacing(Self.foreignID, with: Self.unknownID).replacing("0000000000000002", with: "0000000000000003")
                        if route.path.contains("{") || route.access.showsFootage, !route.path.contains("/accounts/"), !route.path.contains("/groups/"),
                            !route.path.contains("/consultations/") {
                            if first.status != second.status || first.text != said { leaks.append("\(label): \(first.status) \(second.status) \(second.text.prefix(200))") }
                        } else if route.method == .get, !route.path.contains("/consultations"), route.path != "/log", !route.path.contains("openapi"),
                            let trace = Self.traces.first(where: second.text.contains) {
                            leaks.append("\(label) tells of \(trace)")
                        }
                    }
                }
            }
            #expect(leaks == [])
            #expect(compared > 300, "\(compared)")
        }
    }

    /// The time an answer takes tells nothing either: medians of many pairs, asked in turns, lie within a tenth of one another.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["CASELIGHT_TORTURE"] == "1", "takes minutes, and a quiet machine"))
    func whatIsForeignAnswersAsFastAsWhatDoesNotExist() async throws {
        try await Installation.run { installation, client in
            let tokens = try await Self.furnish(installation)
            let api = API(services: installation.services, settings: installation.settings, logger: .init(label: "test"))
            var slow: [String] = []
            for route in api.routes where route.kind != .asset && (route.path.contains("{") || route.access.showsFootage) {
                guard !["/accounts/", "/groups/", "/consultations/"].contains(where: route.path.contains),
                    let role = Role.allCases.first(where: { Self.admitted(route, $0) })
                else { continue }
                let unknown = Self.asked(route, camera: "unknown-1", incident: "UNKNOWN", id: Self.unknownID, run: 3)
                let foreign = Self.asked(route, camera: "foreign-1", incident: "FOREIGN", id: Self.foreignID, run: 2)
                // A disturbance passes; a difference stays.
                var ratios: [Double] = []
                repeat { ratios.append(try await Self.ratio(foreign, unknown, tokens[role], client)) } while !(0.9...1.1).contains(ratios[ratios.count - 1]) && ratios.count < 3
                let text = ratios.map { String(format: "%.3f", $0) }.joined(separator: " ")
                print("\(route.method) \(route.path): foreign takes \(text) of what unknown takes")
                if !(0.9...1.1).contains(ratios[ratios.count - 1]) { slow.append("\(route.method) \(route.path): \(text)") }
            }
            #expect(slow == [])
        }
    }

    /// The median time of one over the median time of the other.
    private static func ratio(_ one: Asked, _ other: Asked, _ token: String?, _ client: Client) async throws -> Double {
        func seconds(_ asked: Asked) async throws -> Double {
            let began = ContinuousClock.now
            _ = try await client.send(asked.method, asked.path, asked.body, token: token)
            return Double((ContinuousClock.now - began).components.attoseconds) / 1e18
        }
        var (ones, others): ([Double], [Double]) = ([], [])
        for turn in 0..<400 {
            if turn.isMultiple(of: 2) { ones.append(try await seconds(one)) }
            others.append(try await seconds(other))
            if !turn.isMultiple(of: 2) { ones.append(try await seconds(one)) }
        }
        return ones.sorted()[200] / others.sorted()[200]
    }

    @Test func whatIsOnesOwnIsThere() async throws {
        try await Installation.run { installation, client in
            let tokens = try await Self.furnish(installation)
            let api = API(services: installation.services, settings: installation.settings, logger: .init(label: "test"))
            for route in api.routes
            where route.method == .get && route.kind != .asset && route.path.contains("{") && !route.path.contains("/consultations/") {
                guard case let roles = Role.allCases.filter({ Self.admitted(route, $0) && $0 != .admin }), let role = roles.first else { continue }
                let own = Self.asked(route, camera: "own-1", incident: "OWN", id: Self.ownID, run: 1)
                let answer = try await client.send(.get, own.path, token: tokens[role])
                #expect(answer.status == 200, "\(own.path) as \(role): \(answer.refusal)")
            }
        }
    }

    @Test func aCameraAdminSeesAStillForAlignmentAndNothingElse() async throws {
        try await Installation.run { installation, client in
            let tokens = try await Self.furnish(installation)
            installation.clock.step(.seconds(-3500))
            let still = "/api/v1/cameras/own-1/still.jpg?at=2026-03-02T07:00:30Z"
            let token = tokens[.cameraAdmin]
            #expect(try await client.send(.get, still + "&purpose=alignment", token: token).status == 200)
            #expect(try await installation.entries().last?.act.action == .still)
            #expect(try await client.send(.get, still + "&purpose=curiosity", token: token).refusal == "403 forbidden")
            #expect(try await client.send(.get, still + "&incident=OWN", token: token).refusal == "403 forbidden")
            installation.clock.step(.seconds(16 * 60))
            #expect(try await client.send(.get, still + "&purpose=alignment", token: token).refusal == "403 forbidden")
        }
    }
}
