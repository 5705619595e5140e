import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import CaselightServer

@Suite struct AccessTests {
    /// And what there must be before one can sign in.
    @Test func onlyHealthAnswersWithoutAToken() async throws {
        try await Installation.run { installation, client in
            let api = API(services: installation.services, settings: installation.settings, logger: .init(label: "test"))
            for route in api.routes where route.access != .signIn {
                let path = route.path.replacing("{code}", with: "a").replacing("{number}", with: "a").replacing("{id}", with: "1")
                    .replacing("{file}", with: "a.mp4").replacing("{name}", with: "a").replacing("{sequence}", with: "1")
                let answer = try await client.send(route.method, path, "{}", token: nil)
                if ["/healthz", "/readyz", "/metrics", "/sign-in"].contains(path) {
                    #expect(answer.status == 200, "\(path)")
                } else if route.kind == .asset {
                    #expect(answer.refusal == "404 notFound", "\(path)")
                } else if route.kind == .page {
                    #expect(answer.status == 303 && answer.headers[.location]?.hasPrefix("/sign-in") == true, "\(path)")
                } else {
                    #expect(answer.refusal == "401 unauthenticated", "\(route.method) \(path)")
                    #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
                }
            }
        }
    }

    @Test(arguments: ["", "x", "csl_0123456789abcdef_", Installation.token.dropLast() + "e", Installation.token + "0", Installation.token.uppercased()])
    func refusesAWrongToken(token: String) async throws {
        try await Installation.run { _, client in
            let refusal = try await client.send(.get, "/api/v1/cameras", token: token).refusal
            #expect(refusal == "401 unauthenticated")
        }
    }

    /// Of a camera outside his groups he learns nothing, also where an incident of his own is tied to it.
    @Test func aScopedAccountNeitherUnlinksNorCountsWhatIsForeign() async throws {
        try await Installation.run { installation, client in
            for code in ["inside", "outside"] {
                var camera = Camera(code: try CameraCode(code), name: code, createdAt: Installation.start)
                camera.grid = code
                try await installation.records.addCamera(camera, credentials: nil)
            }
            try await installation.records.putGroup(CameraGroup(code: "g1", name: "g1", grids: ["inside"]))
            let lee = try await installation.addAccount("lee", [.investigator, .dispatcher], groups: ["g1"])
            let posted = try await client.send(
                .post, "/api/v1/incidents", #"{"number":"A1","category":"theft","startedAt":"2026-03-02T07:00:00Z"}"#, token: lee)
            #expect(posted.status == 201, "\(posted.text)")
            let link = try await installation.records.addLink(ClipLink(
                id: 0, incident: try IncidentNumber("A1"), camera: try CameraCode("outside"),
                span: TimeSpan(start: Installation.start, end: Installation.start + .seconds(5)), role: .event, note: "",
                linkedAt: Installation.start))
            let foreign = try await client.send(.delete, "/api/v1/incidents/A1/links/\(link.id)", token: lee)
            let unknown = try await client.send(.delete, "/api/v1/incidents/A1/links/999", token: lee)
            #expect(foreign.status == 404 && foreign.text.replacing("link \(link.id)", with: "link 999") == unknown.text, "\(foreign.text)")
            #expect(try await installation.records.links(of: try IncidentNumber("A1")).count == 1)
            #expect(try await client.send(.delete, "/api/v1/incidents/A1/links/\(link.id)").status == 204)
            let status = try await client.send(.get, "/api/v1/status", token: lee)
            #expect(status.text.contains("\"cameraCount\":1") && !status.text.contains("incidentCount") && !status.text.contains("segmentCount"))
            #expect(try await client.get("/api/v1/status").text.contains("\"cameraCount\":2"))
        }
    }

    /// The record keeps a camera's place only as it is now; what it was is in the log.
    @Test func aChangedCameraLeavesItsFormerPlaceInTheLog() async throws {
        try await Installation.run { installation, client in
            let made = try await client.send(
                .post, "/api/v1/cameras", #"{"code":"gate-1","name":"Gate 1","lat":30.1893,"lon":120.1781,"bearingDegrees":90,"url":"rtsp://10.0.0.1/x"}"#)
            #expect(made.status == 201, "\(made.text)")
            let moved = try await client.send(
                .patch, "/api/v1/cameras/gate-1", #"{"name":"Moved","lat":31.9,"lon":119.5,"bearingDegrees":270,"user":"viewer","password":"pass-word"}"#)
            #expect(moved.status == 200, "\(moved.text)")
            let details = try await installation.entries().filter { $0.act.camera?.text == "gate-1" }.compactMap(\.act.detail)
            #expect(details.first?.contains("place 30.1893,120.1781, bearing 90.0") == true, "\(details)")
            #expect(
                details.last == "name 'Gate 1' to 'Moved', place 30.1893,120.1781 to 31.9,119.5, bearing 90.0 to 270.0, credentials", "\(details)")
        }
    }

    @Test(arguments: ["token", "access_token", "Token", "password", "apikey"])
    func refusesASecretInTheAddress(name: String) async throws {
        try await Installation.run { installation, client in
            let answer = try await client.get("/api/v1/cameras?\(name)=\(Installation.token)")
            #expect(answer.refusal == "400 invalidValue")
            #expect(try answer.problem.detail.contains("Authorization: Bearer"))
            #expect(!installation.log.text.contains(Installation.token))
        }
    }

    @Test func aSessionEndsWhenItIsIdle() throws {
        let (clock, chen) = (SteppedClock(), try AccountName("chen"))
        let sessions = SessionStore(countLimit: 10, idleSeconds: 60, clock: clock)
        let id = sessions.open(for: chen)
        clock.step(.seconds(60))
        #expect(sessions.use(id) == chen)
        clock.step(.seconds(60))
        #expect(sessions.use(id) == chen)
        clock.step(.seconds(61))
        #expect(sessions.use(id) == nil && sessions.use("another") == nil)
        #expect(sessions.count == 0)
    }

    @Test func pastTheLimitTheLongestIdleIsSignedOut() throws {
        let (clock, chen) = (SteppedClock(), try AccountName("chen"))
        let sessions = SessionStore(countLimit: 2, idleSeconds: 600, clock: clock)
        let first = sessions.open(for: chen)
        clock.step(.seconds(1))
        let second = sessions.open(for: chen)
        clock.step(.seconds(1))
        #expect(sessions.use(first) == chen)
        clock.step(.seconds(1))
        let third = sessions.open(for: chen)
        #expect(sessions.use(first) == chen && sessions.use(second) == nil && sessions.use(third) == chen)
    }

    @Test func everyAnswerCarriesItsHeaders() async throws {
        try await Installation.run { _, client in
            for path in ["/healthz", "/api/v1/cameras", "/api/v1/cameras/none", "/nowhere"] {
                let answer = try await client.get(path)
                #expect(answer.headers[.xContentTypeOptions] == "nosniff")
                #expect(answer.headers[.cacheControl] == "no-store")
                #expect(answer.headers[.contentSecurityPolicy] == "default-src 'none'; frame-ancestors 'none'")
            }
        }
    }

    @Test func tellsAMissingRouteFromAWrongMethod() async throws {
        try await Installation.run { _, client in
            #expect(try await client.get("/api/v2/cameras").refusal == "404 notFound")
            let answer = try await client.send(.put, "/api/v1/cameras/a", "{}")
            #expect(answer.refusal == "405 methodNotAllowed" && answer.headers[.allow] == "DELETE, GET, HEAD, PATCH")
            #expect(answer.headers[.contentType] == "application/problem+json")
            // A word in the path goes before a parameter.
            for path in ["cameras/import", "cameras/probe", "incidents/import"] {
                let literal = try await client.send(.patch, "/api/v1/\(path)", "{}")
                #expect(literal.refusal == "405 methodNotAllowed" && literal.headers[.allow] == "POST", "\(path): \(literal.headers)")
            }
        }
    }

    @Test(arguments: [
        "holds?incident=", "holds?camera=", "exports?incident=", "consultations?camera=", "consultations?incident=", "consultations?to=",
        "consultations?before=", "incidents?from=", "incidents?state=", "cameras?class=", "cameras?limit=", "clips?near=30,120&activity=&purpose=test",
        "clips?near=30,120&incident=&purpose=test",
    ])
    func whatNarrowsIsNotPassedOverWhereItIsEmpty(query: String) async throws {
        try await Installation.run { _, client in
            let span = query.hasPrefix("clips") ? "&from=2026-03-02T07:00:00Z&to=2026-03-02T07:01:00Z" : ""
            let answer = try await client.get("/api/v1/" + query + span)
            #expect(answer.refusal == "400 invalidValue" && answer.text.contains("without a value"), "\(answer.text)")
        }
    }

    @Test func headAnswersWhereGetDoes() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            for path in ["/healthz", "/metrics", "/api/v1/cameras", "/api/v1/cameras/gate-3", "/api/v1/status", "/api/v1/openapi.yaml"] {
                let (get, head) = (try await client.get(path), try await client.send(.head, path))
                #expect(head.status == get.status && head.bytes.isEmpty, "\(path)")
                #expect(head.headers[.contentType] == get.headers[.contentType])
            }
        }
    }

    @Test func refusesATenMegabyteBodyWithoutReadingItAll() async throws {
        try await Installation.run { installation, client in
            let name = String(repeating: "n", count: 10_000_000)
            let camera = try await client.post("/api/v1/cameras", #"{"code":"a","name":"\#(name)"}"#).refusal
            #expect(camera == "413 tooLarge")
            let incident = try await client.post("/api/v1/incidents", #"{"number":"a","text":"\#(name)"}"#).refusal
            #expect(incident == "413 tooLarge")
            let count = try await installation.records.cameraCount()
            #expect(count == 0)
        }
    }

    @Test func survivesANestOfBrackets() async throws {
        try await Installation.run { _, client in
            for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
                let nest = String(repeating: open, count: 100_000) + "1" + String(repeating: close, count: 100_000)
                let refusal = try await client.post("/api/v1/cameras", nest).refusal
                #expect(refusal == "400 invalidValue")
            }
        }
    }

    @Test func refusesAnUnknownParameterAndNamesTheKnownOnes() async throws {
        try await Installation.run { _, client in
            let answer = try await client.get("/api/v1/cameras?colour=red")
            #expect(answer.refusal == "400 invalidValue")
            #expect(try answer.problem.detail.contains("class cursor grid limit owner tag text"))
            for bad in ["limit=0", "limit=1001", "limit=x", "limit=1&limit=2", "class=7", "cursor=a%20b", "text=%FF", "text=%00"] {
                #expect(try await client.get("/api/v1/cameras?" + bad).status == 400, "\(bad)")
            }
        }
    }
}
