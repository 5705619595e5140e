import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Testing

@testable import CaselightServer

/// Names, passwords, cookies and tokens.
@Suite struct SignInTests {
    private static let password = "a long pass phrase"

    private static func addChen(_ installation: Installation, _ roles: [Role] = [.cameraAdmin]) async throws {
        let account = Account(name: try AccountName("chen"), roles: roles, createdAt: installation.clock.now())
        try await installation.records.addAccount(account, password: try await PasswordHasher().hash(password))
    }

    private static func signIn(_ client: Client, name: String = "chen", password: String = SignInTests.password) async throws -> Answer {
        try await client.send(.post, "/api/v1/session", #"{"name":"\#(name)","password":"\#(password)"}"#, token: nil)
    }

    /// Sends with the cookie of a session.
    private static func send(
        _ client: Client, _ cookie: String, _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, _ more: HTTPFields = [:]
    ) async throws -> Answer {
        var headers = more
        headers[.cookie] = cookie
        return try await client.send(method, path, body, headers: headers, token: nil)
    }

    private static let ownPage: HTTPFields = [.caselight: "1"]

    @Test func aBrowserSignsInAndItsWritesSayWhereTheyComeFrom() async throws {
        try await Installation.run { installation, client in
            try await Self.addChen(installation)
            let answer = try await Self.signIn(client)
            let header = try #require(answer.headers[.setCookie])
            #expect(answer.status == 200 && header.contains("HttpOnly") && header.contains("SameSite=Strict") && header.contains("Path=/"))
            let cookie = String(header.prefix { $0 != ";" })
            #expect(try await Self.send(client, cookie, .get, "/api/v1/session").json["account"]["name"].text == "chen")
            let camera = #"{"code":"x"}"#
            for headers: HTTPFields in [[:], [.origin: "https://evil.example"], [.origin: "null"], [.origin: "http://localhost.evil.example"]] {
                #expect(try await Self.send(client, cookie, .post, "/api/v1/cameras", camera, headers).refusal == "403 forbidden")
            }
            #expect(try await Self.send(client, cookie, .post, "/api/v1/cameras", camera, Self.ownPage).status == 201)
            #expect(try await Self.send(client, cookie, .post, "/api/v1/cameras", #"{"code":"y"}"#, [.origin: "http://localhost"]).status == 201)
            #expect(try await Self.send(client, cookie, .delete, "/api/v1/session", nil, Self.ownPage).status == 204)
            #expect(try await Self.send(client, cookie, .get, "/api/v1/cameras").refusal == "401 unauthenticated")
            let acts = try await installation.entries().map(\.act)
            #expect(acts.first { $0.action == .signIn }?.actor.who == "chen" && acts.last?.action == .signOut)
            #expect(!installation.log.text.contains(Self.password) && !"\(acts)".contains(Self.password))
        }
    }

    @Test func aSessionEndsAfterThirtyIdleMinutes() async throws {
        try await Installation.run { installation, client in
            try await Self.addChen(installation)
            let cookie = String(try #require(try await Self.signIn(client).headers[.setCookie]).prefix { $0 != ";" })
            installation.clock.step(.seconds(29 * 60))
            #expect(try await Self.send(client, cookie, .get, "/api/v1/cameras").status == 200)
            installation.clock.step(.seconds(31 * 60))
            #expect(try await Self.send(client, cookie, .get, "/api/v1/cameras").refusal == "401 unauthenticated")
        }
    }

    @Test func refusesAWrongPasswordAndAnUnknownNameAlike() async throws {
        try await Installation.run { installation, client in
            try await Self.addChen(installation)
            let wrong = try await Self.signIn(client, password: "another pass phrase")
            let unknown = try await Self.signIn(client, name: "nobody-here", password: "another pass phrase")
            #expect(wrong.refusal == "401 unauthenticated" && wrong.bytes == unknown.bytes)
            let form = try await client.send(.post, "/api/v1/session", "name=chen", type: "application/x-www-form-urlencoded", token: nil)
            #expect(form.refusal == "415 unsupportedMedia")
            let refused = try await installation.entries().filter { $0.act.action == .signIn && $0.act.outcome == .refused }
            #expect(refused.map { $0.act.object ?? "" } == ["chen", ""])
            #expect(refused.last?.act.detail == "unauthenticated, no account has the name")
        }
    }

    @Test(arguments: ["chen", "nobody-here"])
    func fiveFailuresLockANameOutForFifteenMinutes(name: String) async throws {
        try await Installation.run { installation, client in
            try await Self.addChen(installation)
            for attempt in 1...4 {
                #expect(try await Self.signIn(client, name: name, password: "wrong number \(attempt)").refusal == "401 unauthenticated")
            }
            #expect(try await Self.signIn(client, name: name, password: "wrong number 5").refusal == "429 lockedOut")
            #expect(try await Self.signIn(client, name: name).refusal == "429 lockedOut")
            #expect(try await installation.entries().count { $0.act.action == .lockedOut } == 1)
            installation.clock.step(.seconds(15 * 60))
            #expect(try await Self.signIn(client, name: name).status == (name == "chen" ? 200 : 401))
        }
    }

    @Test func anAdminUnlocks() async throws {
        try await Installation.run { installation, client in
            try await Self.addChen(installation)
            for _ in 1...5 { _ = try await Self.signIn(client, password: "wrong pass phrase") }
            #expect(try await client.get("/api/v1/accounts/chen").json["isLocked"] == .bool(true))
            #expect(try await client.post("/api/v1/accounts/chen/unlock", "").status == 200)
            #expect(try await Self.signIn(client).status == 200)
        }
    }

    @Test func aTokenIsMadeInASessionAndRevokedAtOnce() async throws {
        try await Installation.run { installation, client in
            try await Self.addChen(installation)
            let cookie = String(try #require(try await Self.signIn(client).headers[.setCookie]).prefix { $0 != ";" })
            let path = "/api/v1/accounts/chen/tokens"
            let made = try await Self.send(client, cookie, .post, path, #"{"name":"laptop","days":30}"#, Self.ownPage)
            let token = try #require(try made.json["token"].text)
            let id = try #require(try made.json["details"]["id"].text)
            #expect(made.status == 201 && token.hasPrefix("csl_\(id)_"))
            #expect(try await client.send(.get, "/api/v1/cameras", token: token).status == 200)
            #expect(try await client.send(.post, path, #"{"name":"more"}"#, token: token).refusal == "403 forbidden")
            #expect(try await client.send(.post, path, #"{"name":"for another"}"#).refusal == "403 forbidden")
            #expect(try await client.send(.delete, "\(path)/\(id)", token: token).status == 204)
            #expect(try await client.send(.get, "/api/v1/cameras", token: token).refusal == "401 unauthenticated")
            let acts = try await installation.entries().map(\.act)
            #expect(acts.contains { $0.action == .tokenRevoked && $0.actor.token == id })
            #expect(!"\(acts)".contains(token.suffix(64)))
        }
    }

    @Test func anExpiredTokenOpensNothing() async throws {
        try await Installation.run { installation, client in
            installation.clock.step(.days(401))
            let refusal = try await client.get("/api/v1/cameras").refusal
            #expect(refusal == "401 unauthenticated")
        }
    }

    @Test func changesOfAnAccountHoldAtOnceAndEndItsSessions() async throws {
        try await Installation.run { installation, client in
            try await Self.addChen(installation)
            let cookie = String(try #require(try await Self.signIn(client).headers[.setCookie]).prefix { $0 != ";" })
            #expect(try await client.send(.patch, "/api/v1/accounts/chen", #"{"roles":["auditor"]}"#).status == 200)
            #expect(try await Self.send(client, cookie, .get, "/api/v1/cameras").refusal == "401 unauthenticated")
            let token = try await installation.addAccount("li", [.cameraAdmin])
            #expect(try await client.send(.get, "/api/v1/cameras", token: token).status == 200)
            #expect(try await client.send(.patch, "/api/v1/accounts/li", #"{"isEnabled":false}"#).status == 200)
            #expect(try await client.send(.get, "/api/v1/cameras", token: token).refusal == "401 unauthenticated")
        }
    }

    @Test func aGrantToOneselfIsLoggedAndShown() async throws {
        try await Installation.run { installation, client in
            let token = try await installation.addAccount("root", [.admin])
            let changed = try await client.send(.patch, "/api/v1/accounts/root", #"{"roles":["admin","investigator"]}"#, token: token)
            #expect(try changed.json["selfGrantedRoles"][0].text == "investigator")
            let entry = try #require(try await installation.entries().last { $0.act.action == .accountChanged }?.act)
            #expect(entry.detail?.contains("granted to oneself: investigator") == true)
            #expect(try await client.get("/api/v1/accounts/root").json["selfGrantedRoles"].count == 1)
        }
    }

    @Test func nobodyChangesMoreOfHimselfThanHisPassword() async throws {
        try await Installation.run { installation, client in
            try await Self.addChen(installation)
            let token = try await installation.addAccount("li", [.investigator])
            #expect(try await client.send(.patch, "/api/v1/accounts/li", #"{"roles":["admin"]}"#, token: token).refusal == "403 forbidden")
            #expect(try await client.send(.patch, "/api/v1/accounts/chen", #"{"password":"a new pass phrase"}"#, token: token).refusal == "403 forbidden")
            let cookie = String(try #require(try await Self.signIn(client).headers[.setCookie]).prefix { $0 != ";" })
            let wrong = #"{"password":"a new pass phrase","currentPassword":"not this one"}"#
            #expect(try await Self.send(client, cookie, .patch, "/api/v1/accounts/chen", wrong, Self.ownPage).refusal == "401 unauthenticated")
            let right = #"{"password":"a new pass phrase","currentPassword":"\#(Self.password)"}"#
            #expect(try await Self.send(client, cookie, .patch, "/api/v1/accounts/chen", right, Self.ownPage).status == 200)
            #expect(try await Self.signIn(client).refusal == "401 unauthenticated")
            #expect(try await Self.signIn(client, password: "a new pass phrase").status == 200)
        }
    }
}
