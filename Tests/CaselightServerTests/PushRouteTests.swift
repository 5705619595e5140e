import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import TestSupport
import Testing

@testable import CaselightServer

/// Recipients and deliveries over HTTP.
@Suite struct PushRouteTests {
    private static let platform = #"{"role":"platform","url":"https://platform.example/in?key=7f"}"#

    @Test func showsASecretOnceAndAnAddressNever() async throws {
        try await Installation.run { installation, client in
            let made = try await client.send(.put, "/api/v1/recipients/platform", Self.platform)
            #expect(made.status == 200 && made.text.contains("whsec_") && made.text.contains("https://platform.example"))
            let changed = try await client.send(.put, "/api/v1/recipients/platform", #"{"grids":["330205001"],"isEnabled":false}"#)
            #expect(changed.status == 200 && !changed.text.contains("whsec_"))
            let listed = try await client.get("/api/v1/recipients")
            for answer in [made, changed, listed] { #expect(!answer.text.contains("7f")) }
            let webhook = try await installation.records.webhook(of: "platform")
            #expect(webhook.url == "https://platform.example/in?key=7f" && webhook.secret.hasPrefix("whsec_"), "what was left out stayed")
            let entries = try await installation.entries().filter { $0.act.action == .recipientChanged }
            let page = try await client.get("/deliveries", headers: [.accept: "text/html"]).text
            #expect(page.contains("https://platform.example") && !page.contains("key=7f") && !page.contains("whsec_"))
            #expect(entries.map(\.act.object) == ["platform", "platform"] && entries.last?.act.detail?.contains("grid 330205001") == true)
        }
    }

    @Test(arguments: [
        #"{"url":"https://a.example"}"#, #"{"role":"platform"}"#, #"{"role":"chief","url":"https://a.example"}"#,
        #"{"role":"area","url":"ftp://a.example"}"#, #"{"role":"area","url":"https://me:pw@a.example/"}"#, #"{"role":"area","url":"nonsense"}"#,
        #"{"role":"area","url":"https://a.example","secret":"short"}"#, #"{"role":"area","url":"https://a.example","category":"theft"}"#,
        #"{"role":"area","url":"https://a.example","secret":"whsec_is no base64 at all"}"#,
    ]) func refusesWhatIsNoRecipient(_ body: String) async throws {
        try await Installation.run { _, client in
            let answer = try await client.send(.put, "/api/v1/recipients/a", body)
            #expect(answer.status == 400, "\(answer.text)")
        }
    }

    @Test func sendsAgainWhatIsDeadAndNothingElse() async throws {
        try await Installation.run { installation, client in
            _ = try await client.send(.put, "/api/v1/recipients/platform", Self.platform)
            let now = installation.clock.now()
            try await installation.records.addIncident(
                Incident(number: try IncidentNumber("A1"), category: "theft", span: TimeSpan(start: now - .seconds(9), end: now), postedAt: now))
            let waiting = try #require(try await installation.records.dueDeliveries(at: now, within: .seconds(600)).first)
            #expect(try await client.send(.post, "/api/v1/deliveries/\(waiting.id)/resend").status == 409)
            try await installation.records.recordAttempt(waiting.id, .givenUp("it answered 410"), at: now)
            #expect(try await client.get("/api/v1/deliveries?state=dead").text.contains("it answered 410"))
            #expect(try await client.send(.post, "/api/v1/deliveries/\(waiting.id)/resend").status == 200)
            #expect(try await client.send(.post, "/api/v1/deliveries/99/resend").status == 404)
            #expect(try await client.send(.post, "/api/v1/deliveries/x/resend").status == 404)
            // What is dead of a recipient that is gone offers no button.
            #expect(try await client.send(.delete, "/api/v1/recipients/platform").status == 204)
            let page = try await client.get("/deliveries", headers: [.accept: "text/html"]).text
            #expect(page.contains("data-dead") && !page.contains("data-act=\"resend\"") && !page.contains("resend-all"))
        }
    }

    @Test func aLostKeyIsMendedByGivingBothAgain() async throws {
        try await Installation.run { installation, client in
            _ = try await client.send(.put, "/api/v1/recipients/platform", Self.platform)
            let file = installation.folder.appendingPathComponent("records.db").path
            let lost = try Program.run(
                "/usr/bin/python3", ["-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('DELETE FROM secrets'); c.commit()", file])
            #expect(lost.status == 0)
            let answer = try await client.send(.put, "/api/v1/recipients/platform", #"{"isEnabled":false}"#)
            #expect(answer.refusal == "409 conflict" && answer.text.contains("--url URL --secret"), "\(answer.text)")
            let both = #"{"url":"https://platform.example/new","secret":"sixteen letters!"}"#
            #expect(try await client.send(.put, "/api/v1/recipients/platform", both).status == 200)
            #expect(try await installation.records.webhook(of: "platform").secret == "sixteen letters!")
        }
    }
}
