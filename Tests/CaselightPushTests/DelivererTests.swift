import CaselightModel
import CaselightStore
import Crypto
import Foundation
import TestSupport
import Testing

@testable import CaselightPush

/// Webhooks to a receiver in a process of its own.
@Suite struct DelivererTests {
    @Test func signsAsOpenSSLDoes() throws {
        let body = Array("{\"event\":\"test\"}".utf8)
        let signature = WebhookRequest.signature(Webhook(url: "", secret: PushHouse.secret), id: "msg_1", timestamp: "1614265330", body: body)
        let file = FileManager.default.temporaryDirectory.appending(path: "signed-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try ("msg_1.1614265330." + String(decoding: body, as: UTF8.self)).write(to: file, atomically: true, encoding: .utf8)
        let key = (0..<32).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let made = try Program.run("/usr/bin/openssl", ["dgst", "-sha256", "-mac", "HMAC", "-macopt", "hexkey:\(key)", "-binary", file.path])
        #expect(signature == "v1," + Data(made.output).base64EncodedString())
    }

    @Test func tellsEachRecipientWhatIsForIt() async throws {
        let house = try PushHouse()
        let (all, thefts, area) = (try PushHouse.receiver(), try PushHouse.receiver(), try PushHouse.receiver())
        try await house.add("all", all)
        try await house.add("thefts", thefts, categories: ["theft"])
        try await house.add("area", area, grids: ["330205001"])
        try await house.running(house.deliverer()) {
            try await house.post("A1")
            try await house.post("A2", category: "fraud", grid: "330205001")
            try await waitUntil("four deliveries") { all.taken.count == 2 && thefts.taken.count == 1 && area.taken.count == 1 }
            try await waitUntil("them to be noted") { try await house.states(of: "A2") == [.delivered, .delivered] }
        }
        #expect(all.taken.map(\.number) == ["A1", "A2"] && thefts.taken.map(\.number) == ["A1"] && area.taken.map(\.number) == ["A2"])
        let steps = try await house.store.steps(of: try IncidentNumber("A2"), after: 0, limit: 9)
        #expect(steps.map(\.kind) == [.posted, .delivered, .delivered] && Set(steps.dropFirst().map(\.text)) == ["all", "area"])
        let first = try #require(all.taken.first)
        let webhook = Webhook(url: "", secret: PushHouse.secret)
        #expect(first.signature == WebhookRequest.signature(webhook, id: first.id, timestamp: first.timestamp, body: Array(first.body.utf8)))
        #expect(first.fields["event"] as? String == "incident.posted" && first.fields["role"] as? String == "platform")
    }

    @Test func anIllReceiverIsToldOnceAndInOrder() async throws {
        let house = try PushHouse()
        let (ill, well) = (try PushHouse.receiver(), try PushHouse.receiver())
        try await house.add("ill", ill)
        try await house.add("well", well)
        try ill.answer("500")
        try await house.running(house.deliverer()) {
            for number in 1...5 { try await house.post("B\(number)") }
            try await waitUntil("the other to be told meanwhile") { well.taken.count == 5 }
            try await waitUntil("some attempts") { ill.requests.count >= 3 }
            #expect(Set(ill.requests.map(\.number)) == ["B1"], "what is behind the first waits for it")
            ill.stop()
            try await waitUntil("refused connections") {
                try await house.store.deliveries(in: .waiting, of: nil, before: nil, limit: 9).last?.failure == "connection refused"
            }
            try ill.answer("slow 8")
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

    @Test func givesUpAndSendsAgainWhenAsked() async throws {
        let house = try PushHouse()
        let receiver = try PushHouse.receiver()
        try await house.add("platform", receiver)
        try receiver.answer("410")
        try await house.running(house.deliverer()) {
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
        try await house.running(house.deliverer { $0.givesUpAfter = .seconds(2) }) {
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

    @Test func anAnswerThatNeverEndsHoldsUpNobody() async throws {
        let house = try PushHouse()
        let receiver = try PushHouse.receiver()
        try await house.add("platform", receiver)
        try receiver.answer("endless")
        try await house.running(house.deliverer()) {
            for number in 1...3 { try await house.post("E\(number)") }
            try await waitUntil("all of them") { try await house.store.deliveryCounts().waiting == 0 }
        }
        #expect(receiver.taken.compactMap(\.number) == ["E1", "E2", "E3"])
    }

    /// The rows may be read just before an attempt ends, and come just after.
    @Test func whatArrivedWhileTheRowsWereReadIsNotSentAgain() async throws {
        let house = try PushHouse()
        let receiver = try PushHouse.receiver()
        try await house.add("platform", receiver)
        try receiver.answer("slow 2")
        let late = LateStore(house.store)
        try await house.running(house.deliverer(over: late)) {
            try await house.post("F1")
            try await waitUntil("rows that are out of date, and those after them") { late.looksAfterTheLate > 1 }
            #expect(try await house.states(of: "F1") == [.delivered])
        }
        #expect(receiver.requests.compactMap(\.number) == ["F1"])
    }

    @Test func anEndWaitsForWhatIsUnderWay() async throws {
        let house = try PushHouse()
        let receiver = try PushHouse.receiver()
        try await house.add("platform", receiver)
        try receiver.answer("slow 0.7")
        try await house.running(house.deliverer { $0.farewell = .seconds(60) }) {
            try await house.post("G1")
            try await waitUntil("the request") { receiver.requests.count == 1 }
        }
        #expect(try await house.states(of: "G1") == [.delivered], "else it would be sent once more after the next start")
    }

    @Test func testsAReceiver() async throws {
        let house = try PushHouse()
        let receiver = try PushHouse.receiver()
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
