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
            for route in api.routes where route.access != .signIn {
                let path = route.path.replacing("{code}", with: "a").replacing("{number}", with: "a").replacing("{id}", with: "1")
                    .replacing("{file}", with: "a.mp4").replacing("{name}", with: "a").replacing("{sequence}", with: "1")
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

    @Test(arguments: ["", "x", "csl_0123456789abcdef_", Installation.token.dropLast() + "e", Installation.token + "0", Installation.token.uppercased()])
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
