import CaselightModel
import CaselightStore
import Testing

/// What every form of `PushStore` must do. It is one store with the records.
enum PushStoreContract {
    typealias Clause = ContractClause<any PushStore & RecordStore & BoardStore>

    private static let webhook = Webhook(url: "https://platform.example/in?key=7", secret: "sixteen characters")

    private static func recipient(_ name: String, categories: [String] = [], grids: [String] = [], isEnabled: Bool = true) -> Recipient {
        Recipient(name: name, role: .area, categories: categories, grids: grids, place: "https://platform.example", isEnabled: isEnabled)
    }

    static let clauses: [Clause] = [
        Clause("keeps recipients, and their addresses and secrets beside") { store async throws in
            await expect(.invalidValue) { try await store.putRecipient(recipient("a"), webhook: nil) }
            try await store.putRecipient(recipient("b", categories: ["theft"]), webhook: webhook)
            try await store.putRecipient(recipient("a"), webhook: webhook)
            try await store.putRecipient(recipient("b", grids: ["g1"], isEnabled: false), webhook: nil)
            #expect(try await store.recipients() == [recipient("a"), recipient("b", grids: ["g1"], isEnabled: false)])
            #expect(try await store.webhook(of: "b") == webhook)
            try await store.removeRecipient("b", at: at(1))
            await expect(.notFound) { _ = try await store.webhook(of: "b") }
            await expect(.notFound) { try await store.removeRecipient("b", at: at(1)) }
        },
        Clause("has no more recipients than it may") { store async throws in
            for place in 0..<Recipient.countLimit { try await store.putRecipient(recipient("r\(place)"), webhook: webhook) }
            await expect(.tooLarge) { try await store.putRecipient(recipient("one more"), webhook: webhook) }
            try await store.putRecipient(recipient("r1", grids: ["g"]), webhook: nil)
        },
        Clause("makes deliveries of what is posted, and of nothing that is imported") { store async throws in
            try await store.putRecipient(recipient("all"), webhook: webhook)
            try await store.putRecipient(recipient("fraud", categories: ["fraud"]), webhook: webhook)
            try await store.putRecipient(recipient("off", isEnabled: false), webhook: webhook)
            _ = try await store.importIncidents([try incident("I")], replacing: true)
            try await store.addIncident(try incident("A"))
            await expect(.duplicate) { try await store.addIncident(try incident("A")) }
            let made = try await store.deliveries(in: .waiting, of: nil, before: nil, limit: 9)
            #expect(made.map(\.recipient) == ["all"] && made.map(\.incident.text) == ["A"] && made.first?.attemptCount == 0)
        },
        Clause("tells of the first that waits for each, once its time has come") { store async throws in
            try await store.putRecipient(recipient("a"), webhook: webhook)
            try await store.putRecipient(recipient("b"), webhook: webhook)
            for name in ["A", "B"] { try await store.addIncident(try incident(name)) }
            let due = try await store.dueDeliveries(at: at(1_000_000), within: .seconds(600))
            #expect(due.map(\.incident.text) == ["A", "A"] && Set(due.map(\.recipient)) == ["a", "b"])
            let (first, second) = (due[0], due[1])
            try await store.recordAttempt(first.id, .failed("it answered 500", nextAt: at(2_000_000)), at: at(1_000_000))
            try await store.recordAttempt(second.id, .arrived, at: at(1_000_001))
            #expect(try await store.dueDeliveries(at: at(1_999_999), within: .seconds(600)).map { [$0.incident.text, $0.recipient] } == [["B", second.recipient]])
            let waiting = try #require(try await store.dueDeliveries(at: at(2_000_000), within: .seconds(600)).first { $0.id == first.id })
            #expect(waiting.attemptCount == 1 && waiting.failure == "it answered 500" && waiting.messageID == first.messageID)
            await expect(.notFound) { try await store.recordAttempt(second.id, .arrived, at: at(3)) }
            #expect(try await store.steps(of: try number("A"), after: 0, limit: 9).map(\.kind) == [.posted, .delivered])
            // Who is switched off keeps what waits.
            try await store.putRecipient(recipient(first.recipient, isEnabled: false), webhook: nil)
            #expect(try await store.dueDeliveries(at: at(2_000_000), within: .seconds(600)).allSatisfy { $0.recipient == second.recipient })
        },
        Clause("takes a time too far off for one of a clock that was set back") { store async throws in
            try await store.putRecipient(recipient("a"), webhook: webhook)
            try await store.addIncident(try incident("A"))
            let day = Microseconds.days(1)
            let due = try #require(try await store.dueDeliveries(at: at(1_000_000) + day, within: .seconds(600)).first)
            try await store.recordAttempt(due.id, .failed("it answered 500", nextAt: at(1_000_000) + day + .seconds(300)), at: at(1_000_000) + day)
            #expect(try await store.dueDeliveries(at: at(1_000_000) + day, within: .seconds(600)).isEmpty)
            #expect(try await store.dueDeliveries(at: at(1_000_000), within: .seconds(600)).map(\.id) == [due.id])
        },
        Clause("leaves the clock since the last step to those who work on the incident") { store async throws in
            try await store.putRecipient(recipient("a"), webhook: webhook)
            try await store.addIncident(try incident("A"))
            let before = try await store.incident(try number("A"))?.steppedAt
            let due = try #require(try await store.dueDeliveries(at: at(1_000_000), within: .seconds(600)).first)
            try await store.recordAttempt(due.id, .arrived, at: at(9_000_000))
            let after = try await store.incident(try number("A"))?.steppedAt
            #expect(before != nil && after == before)
        },
        Clause("gives up, sends again, forgets") { store async throws in
            try await store.putRecipient(recipient("a"), webhook: webhook)
            try await store.addIncident(try incident("A"))
            let due = try #require(try await store.dueDeliveries(at: at(1_000_000), within: .seconds(600)).first)
            await expect(.conflict) { _ = try await store.resendDelivery(due.id, at: at(1)) }
            try await store.recordAttempt(due.id, .givenUp("it answered 410"), at: at(10))
            #expect(try await store.deliveryCounts() == DeliveryCounts(waiting: 0, dead: 1, oldestAt: nil))
            let again = try await store.resendDelivery(due.id, at: at(20))
            #expect(again.state == .waiting && again.attemptCount == 0 && again.messageID == due.messageID && again.nextAt == at(20))
            #expect(try await store.deliveryBody(due.id).isEmpty == false)
            try await store.recordAttempt(due.id, .arrived, at: at(30))
            #expect(try await store.forgetDeliveries(endedBefore: at(30)) == 0)
            #expect(try await store.forgetDeliveries(endedBefore: at(31)) == 1)
            await expect(.notFound) { _ = try await store.deliveryBody(due.id) }
            await expect(.notFound) { _ = try await store.resendDelivery(due.id, at: at(40)) }
        },
    ]
}
