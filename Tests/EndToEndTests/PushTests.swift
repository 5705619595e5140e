import CaselightModel
import Foundation
import TestSupport
import Testing

/// One incident, three recipients: real receivers, a real daemon, killed in between.
struct PushTests {
    private static let script = Workshop.packageRoot.appending(path: "fixtures/webhook_receiver.py").path

    private func post(_ number: String, in installation: Installation, category: String = "theft", grid: String = "330205001") throws {
        let incident: [String: Any] = [
            "number": number, "category": category, "startedAt": (now() - .seconds(60)).rfc3339(), "endedAt": now().rfc3339(), "grid": grid,
        ]
        let answer = try installation.send("POST", "/api/v1/incidents", incident)
        guard answer.status == 201 else { throw Trouble(answer.text) }
    }

    private func waiting(_ installation: Installation) throws -> Int {
        (try installation.json("/api/v1/deliveries?state=waiting&limit=100")["deliveries"] as? [Any])?.count ?? -1
    }

    @Test func tellsThreeRecipientsOnceAndInOrderThroughFailuresAndKills() throws {
        let installation = try Installation("push")
        let officer = try WebhookReceiver(script: Self.script)
        let area = try WebhookReceiver(script: Self.script)
        let platform = try WebhookReceiver(script: Self.script)
        for (name, role, receiver, rule) in [
            ("officer", "responder", officer, ["--category", "theft"]), ("area", "area", area, ["--grid", "330205001"]), ("platform", "platform", platform, []),
        ] {
            let set = installation.caselight(["recipient", "set", name, "--role", role, "--url", receiver.url] + rule)
            #expect(set.status == 0 && set.output.contains("whsec_"), "\(set.output)\(set.error)")
            #expect(!set.output.contains("9f3c"), "the address' key is not shown")
        }
        #expect(installation.caselight("recipient", "test", "platform").status == 0)

        try post("P1", in: installation)
        try post("P2", in: installation, category: "fraud", grid: "330205002")
        try waitFor("two incidents to be told") { platform.taken.count == 3 && officer.taken.count == 1 && area.taken.count == 1 }
        #expect(officer.taken.map(\.number) == ["P1"] && area.taken.map(\.number) == ["P1"])
        #expect(platform.taken.compactMap(\.number) == ["P1", "P2"])

        // Down for a while; the daemon is killed meanwhile, and once more while the answers are errors.
        platform.stop()
        for number in 3...5 { try post("P\(number)", in: installation) }
        try waitFor("the others to be told") { officer.taken.count == 4 && area.taken.count == 4 }
        // And for that to be noted: between an answer and its row lies the one moment at which a kill has it sent again.
        try waitFor("the others' rows") { try waiting(installation) == 3 }
        try waitFor("a refused attempt") {
            installation.caselight("delivery", "list", "--state", "waiting").output.contains("connection refused")
        }
        if Workshop.isTorture { pass(seconds: 60) }
        installation.kill()
        try installation.start()
        #expect(try waiting(installation) == 3, "nothing acknowledged is lost")
        try platform.answer("500")
        try platform.start()
        try waitFor("errors", seconds: 60) { platform.requests.contains { $0.status == 500 } }
        installation.kill()
        try platform.answer("200")
        try installation.start()
        try post("P6", in: installation)
        try waitFor("all of them to arrive", seconds: Workshop.isTorture ? 600 : 120) { try waiting(installation) == 0 }
        #expect(platform.taken.compactMap(\.number) == ["P1", "P2", "P3", "P4", "P5", "P6"], "each once, in their order")
        #expect(officer.taken.compactMap(\.number) == ["P1", "P3", "P4", "P5", "P6"], "who was well heard nothing twice")
        let steps = try installation.json("/api/v1/incidents/P4/timeline")["steps"] as? [[String: Any]] ?? []
        #expect(steps.filter { $0["kind"] as? String == "delivered" }.count == 3)

        try given(up: platform, in: installation)
    }

    /// Given up, seen on the page, sent again from there.
    private func given(up platform: WebhookReceiver, in installation: Installation) throws {
        try platform.answer("410")
        try post("P7", in: installation)
        try waitFor("it to be given up") { installation.caselight("delivery", "list", "--state", "dead").output.contains("it answered 410") }
        try platform.answer("200")
        guard Browser.missing == nil else { return }
        for language in ["en", "zh-CN"] {
            let browser = try Browser(language: language)
            let account: [String: Any] = ["name": "keeper-\(language)", "displayName": "", "unit": "", "roles": ["admin"], "password": CameraPageTests.password]
            guard try installation.send("POST", "/api/v1/accounts", account).status == 201 else { throw Trouble("no account") }
            try browser.signIn(installation, as: "keeper-\(language)", password: CameraPageTests.password, to: "/deliveries")
            try browser.waitUntil("the list", "document.querySelectorAll('[data-delivery]').length > 6 && document.querySelectorAll('[data-recipient]').length === 3")
            try browser.expectSound(installation, "deliveries")
            try browser.shoot("deliveries-\(language)")
            guard language == "en" else { continue }
            try browser.click("#resend-all")
            try browser.waitUntil("nothing to be given up", "!document.querySelector('[data-dead]')")
            try browser.click("[data-recipient=area] [data-act=test]")
            try browser.waitUntil("the test", "document.querySelector('[data-recipient=area] .said').textContent === 'The test arrived.'")
        }
        try waitFor("its arrival") { platform.taken.last?.number == "P7" }
    }
}
