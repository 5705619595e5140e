import CaselightModel
import CaselightStore
import Crypto
import Foundation
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import CaselightPush

/// Webhooks to a receiver in a process of its own.
@Suite struct DelivererTests {
    /// Records in a folder of their own, and receivers.
    private final class House: Sendable {
        let store: SQLiteRecordStore
        let folder: String
        let clock = SystemWallClock()

        init() throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "caselight-push-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            store = try SQLiteRecordStore.open(path: folder + "/records.db", sealer: SecretSealer(.random()))
        }

        deinit {
            try? store.close()
            try? FileManager.default.removeItem(atPath: folder)
        }

        func deliverer(_ change: (inout PushRules) -> Void = { _ in }) -> Deliverer {
            var rules = PushRules()
            rules.firstDelay = .milliseconds(50)
            rules.longestDelay = .milliseconds(200)
            rules.timeout = .milliseconds(1500)
            change(&rules)
            return Deliverer(
                store: store, news: { [store] in store.stepNews() }, clock: clock, logger: Logger(label: "push") { _ in SwiftLogNoOpLogHandler() },
                rules: rules)
        }

        func add(_ name: String, _ receiver: WebhookReceiver, categories: [String] = [], grids: [String] = []) async throws {
            try await store.putRecipient(
                Recipient(name: name, role: .platform, categories: categories, grids: grids, place: "http://127.0.0.1"),
                webhook: Webhook(url: receiver.url, secret: DelivererTests.secret))
        }

        func post(_ number: String, category: String = "theft", grid: String? = nil) async throws {
            let now = clock.now()
            var incident = Incident(number: try IncidentNumber(number), category: category, span: TimeSpan(start: now - .seconds(60), end: now), postedAt: now)
            incident.grid = grid
            try await store.addIncident(incident)
        }

        func states(of number: String) async throws -> [DeliveryState] {
            try await store.deliveries(in: nil, of: try IncidentNumber(number), before: nil, limit: 99).map(\.state)
        }
    }

    private static let secret = "whsec_" + Data((0..<32).map { UInt8($0) }).base64EncodedString()
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "fixtures/webhook_receiver.py").path

    private func running(_ deliverer: Deliverer, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(configuration: .init(services: [.init(service: deliverer)], logger: Logger(label: "group") { _ in SwiftLogNoOpLogHandler() }))
        let run = Task { try await group.run() }
        do {
            try await body()
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await run.value
    }

    private func waitUntil(_ what: String, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(120)
        while try await !condition() {
            guard ContinuousClock.now < deadline else {
                Issue.record("waited 120 s for \(what)")
                throw CancellationError()
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test func signsAsOpenSSLDoes() throws {
        let body = Array("{\"event\":\"test\"}".utf8)
        let signature = WebhookRequest.signature(Webhook(url: "", secret: Self.secret), id: "msg_1", timestamp: "1614265330", body: body)
        let file = FileManager.default.temporaryDirectory.appending(path: "signed-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try ("msg_1.1614265330." + String(decoding: body, as: UTF8.self)).write(to: file, atomically: true, encoding: .utf8)
        let key = (0..<32).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let made = try Program.run("/usr/bin/openssl", ["dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(key)", "-binary", file.path])
        #expect(signature == "v1," + Data(made.output).base64EncodedString())
    }

    @Test func tellsEachRecipientWhatIsForIt() async throws {
        let house = try House()
        let (all, thefts, area) = (try WebhookReceiver(script: Self.script), try WebhookReceiver(script: Self.script), try WebhookReceiver(script: Self.script))
        try await house.add("all", all)
        try await house.add("thefts", thefts, categories: ["theft"])
        try await house.add("area", area, grids: ["330205001"])
        try await running(house.deliverer()) {
            try await house.post("A1")
            try await house.post("A2", category: "fraud", grid: "330205001")
            try await waitUntil("four deliveries") { all.taken.count == 2 && thefts.taken.count == 1 && area.taken.count == 1 }
            try await waitUntil("them to be noted") { try await house.states(of: "A2") == [.delivered, .delivered] }
        }
        #expect(all.taken.map(\.number) == ["A1", "A2"] && thefts.taken.map(\.number) == ["A1"] && area.taken.map(\.number) == ["A2"])
        let steps = try await house.store.steps(of: try IncidentNumber("A2"), after: 0, limit: 9)
        #expect(steps.map(\.kind) == [.posted, .delivered, .delivered] && Set(steps.dropFirst().map(\.text)) == ["all", "area"])
        let first = try #require(all.taken.first)
        let webhook = Webhook(url: "", secret: Self.secret)
        #expect(first.signature == WebhookRequest.signature(webhook, id: first.id, timestamp: first.timestamp, body: Array(first.body.utf8)))
        #expect(first.fields["event"] as? String == "incident.posted" && first.fields["role"] as? String == "platform")
    }

    @Test func anIllReceiverIsToldOnceAndInOrder() async throws {
        let house = try House()
        let (ill, well) = (try WebhookReceiver(script: Self.script), try WebhookReceiver(script: Self.script))
        try await house.add("ill", ill)
        try await house.add("well", well)
        try ill.answer("500")
        try await running(house.deliverer()) {
            for number in 1...5 { try await house.post("B\(number)") }
            try await waitUntil("the other to be told meanwhile") { well.taken.count == 5 }
            try await waitUntil("some attempts") { ill.requests.count >= 3 }
            #expect(Set(ill.requests.map(\.number)) == ["B1"], "what is behind the first waits for it")
            ill.stop()
            try await waitUntil("refused connections") {
                try await house.store.deliveries(in: .waiting, of: nil, before: nil, limit: 9).last?.failure == "connection refused"
            }
            try ill.answer("slow 3")
            try ill.start()
            let before = ill.requests.count
            try await waitUntil("one that is too slow") { ill.requests.count > before }
            try await waitUntil("the limit of its time") {
                try await house.store.deliveries(in: .waiting, of: nil, before: nil, limit: 9).last?.failure?.hasPrefix("no answer within") == true
            }
            try ill.answer("200")
            try await waitUntil("all of them") { try await house.store.deliveryCounts().waiting == 0 }
        }
        // The slow one may have been taken before we gave up on it: it has the same id again, so that the receiver can tell.
        var seen: Set<String> = []
        let told = ill.taken.filter { seen.insert($0.id).inserted }.compactMap(\.number)
        #expect(told == ["B1", "B2", "B3", "B4", "B5"])
        #expect(ill.taken.map(\.number).suffix(4) == ["B2", "B3", "B4", "B5"], "and those after it once")
        for number in 1...5 { #expect(Set(ill.requests.filter { $0.number == "B\(number)" }.map(\.id)).count == 1) }
        for request in ill.requests { #expect(request.body == ill.requests.first { $0.id == request.id }?.body) }
    }

    @Test func anEndWaitsForWhatIsUnderWay() async throws {
        let house = try House()
        let receiver = try WebhookReceiver(script: Self.script)
        try await house.add("platform", receiver)
        try receiver.answer("slow 1")
        try await running(house.deliverer { $0.timeout = .seconds(30) }) {
            try await house.post("D1")
            try await waitUntil("the request") { receiver.requests.count == 1 }
        }
        #expect(try await house.states(of: "D1") == [.delivered] && receiver.requests.count == 1)
    }

    @Test func givesUpAndSendsAgainWhenAsked() async throws {
        let house = try House()
        let receiver = try WebhookReceiver(script: Self.script)
        try await house.add("platform", receiver)
        try receiver.answer("410")
        try await running(house.deliverer()) {
            try await house.post("C1")
            try await waitUntil("the end of it") { try await house.states(of: "C1") == [.dead] }
            #expect(receiver.requests.count == 1, "it is gone: nobody asks again")
            #expect(try await house.store.steps(of: try IncidentNumber("C1"), kind: .undeliverable).map(\.text) == ["platform: it answered 410"])
            try receiver.answer("200")
            let dead = try #require(try await house.store.deliveries(in: .dead, of: nil, before: nil, limit: 1).first)
            _ = try await house.store.resendDelivery(dead.id, at: house.clock.now())
            try await waitUntil("its arrival") { try await house.states(of: "C1") == [.delivered] }
            #expect(receiver.taken.map(\.id) == [dead.messageID])
        }
        // What was tried for too long is dead as well.
        try receiver.answer("500")
        try await running(house.deliverer { $0.givesUpAfter = .seconds(2) }) {
            try await house.post("C2")
            try await waitUntil("the end of it") { try await house.states(of: "C2") == [.dead] }
        }
        #expect(receiver.requests.contains { $0.number == "C2" })
        // Nothing waits for who is removed.
        try await house.post("C3")
        try await house.store.removeRecipient("platform", at: house.clock.now())
        #expect(try await house.states(of: "C3") == [.dead])
        #expect(try await house.store.forgetDeliveries(endedBefore: house.clock.now() + .seconds(1)) == 3)
    }

    @Test func testsAReceiver() async throws {
        let house = try House()
        let receiver = try WebhookReceiver(script: Self.script)
        try await house.add("platform", receiver)
        #expect(try await house.deliverer().test("platform") == nil)
        #expect(receiver.taken.first?.fields["event"] as? String == "test")
        try receiver.answer("404")
        #expect(try await house.deliverer().test("platform") == "it answered 404")
        receiver.stop()
        #expect(try await house.deliverer().test("platform") == "connection refused")
        await #expect(throws: CaselightError.self) { try await house.deliverer().test("nobody") }
    }
}
