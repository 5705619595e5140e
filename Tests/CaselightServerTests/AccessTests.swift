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
    @Test func onlyHealthAnswersWithoutAToken() async throws {
        try await Installation.run { installation, client in
            let api = API(services: installation.services, settings: installation.settings, logger: .init(label: "test"))
            for route in api.routes where route.access != .session {
                let path = route.path.replacing("{code}", with: "a").replacing("{number}", with: "a").replacing("{id}", with: "1")
                    .replacing("{file}", with: "a.mp4")
                let answer = try await client.send(route.method, path, "{}", token: nil)
                if ["/healthz", "/readyz", "/metrics"].contains(path) {
                    #expect(answer.status == 200, "\(path)")
                } else {
                    #expect(answer.refusal == "401 unauthenticated", "\(route.method) \(path)")
                    #expect(answer.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
                }
            }
        }
    }

    @Test(arguments: ["", "0123456789abcdef0123456789abcdeF", "0123456789abcdef0123456789abcdef0", "x"])
    func refusesAWrongToken(token: String) async throws {
        try await Installation.run { _, client in
            let refusal = try await client.send(.get, "/api/v1/cameras", token: token).refusal
            #expect(refusal == "401 unauthenticated")
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

    @Test func aBrowserSignsInAndPlaysWithItsCookie() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            let signIn = #"{"token":"\#(Installation.token)"}"#
            let answer = try await client.send(.post, "/api/v1/session", signIn, token: nil)
            let header = try #require(answer.headers[.setCookie])
            #expect(answer.status == 204 && header.contains("HttpOnly") && header.contains("SameSite=Strict"))
            #expect(!header.contains(Installation.token))
            let cookie = String(header.prefix { $0 != ";" })
            func send(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, _ more: HTTPFields = [:]) async throws -> Answer {
                var headers = more
                headers[.cookie] = cookie
                return try await client.send(method, path, body, headers: headers, token: nil)
            }
            #expect(try await send(.get, "/api/v1/cameras/gate-3").status == 200)
            #expect(try await send(.post, "/api/v1/cameras", #"{"code":"x"}"#).refusal == "403 forbidden")
            #expect(try await send(.post, "/api/v1/cameras", #"{"code":"x"}"#, [.origin: "https://evil.example"]).refusal == "403 forbidden")
            #expect(try await send(.post, "/api/v1/cameras", #"{"code":"x"}"#, [.init("X-Caselight")!: "1"]).status == 201)
            #expect(try await send(.post, "/api/v1/cameras", #"{"code":"y"}"#, [.origin: "http://localhost"]).status == 201)
            #expect(try await send(.delete, "/api/v1/session", nil, [.init("X-Caselight")!: "1"]).status == 204)
            #expect(try await send(.get, "/api/v1/cameras/gate-3").refusal == "401 unauthenticated")
            #expect(!installation.log.text.contains(Installation.token))
        }
    }

    @Test func refusesToSignInWithAWrongTokenOrAForm() async throws {
        try await Installation.run { _, client in
            #expect(try await client.send(.post, "/api/v1/session", #"{"token":"guess"}"#, token: nil).refusal == "401 unauthenticated")
            let form = try await client.send(.post, "/api/v1/session", "token=guess", type: "application/x-www-form-urlencoded", token: nil)
            #expect(form.refusal == "415 unsupportedMedia")
            #expect(try await client.send(.post, "/api/v1/session", "{}", type: nil, token: nil).refusal == "415 unsupportedMedia")
        }
    }

    @Test func aSessionEndsWhenItIsIdle() {
        let clock = SteppedClock()
        let sessions = SessionStore(countLimit: 10, idleSeconds: 60, clock: clock)
        let id = sessions.open()
        clock.step(.seconds(60))
        #expect(sessions.use(id))
        clock.step(.seconds(60))
        #expect(sessions.use(id))
        clock.step(.seconds(61))
        #expect(!sessions.use(id) && !sessions.use("another"))
        #expect(sessions.count == 0)
    }

    @Test func pastTheLimitTheLongestIdleIsSignedOut() {
        let clock = SteppedClock()
        let sessions = SessionStore(countLimit: 2, idleSeconds: 600, clock: clock)
        let first = sessions.open()
        clock.step(.seconds(1))
        let second = sessions.open()
        clock.step(.seconds(1))
        #expect(sessions.use(first))
        clock.step(.seconds(1))
        let third = sessions.open()
        #expect(sessions.use(first) && !sessions.use(second) && sessions.use(third))
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

    @Test func aTokenThatIsTooShortIsNoToken() throws {
        let installation = try Installation()
        #expect(throws: CaselightError.self) {
            _ = try makeServer(services: installation.services, settings: ServerSettings(token: "short"), logger: .init(label: "test"))
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
