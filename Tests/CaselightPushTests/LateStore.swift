import CaselightModel
import CaselightStore
import Synchronization

/// The records, which once hand over what is due only when it is so no more, as a busy disk may.
final class LateStore: PushStore {
    private struct Looks {
        var count = 0
        var handedOver: Set<Int64> = []
        var countAtTheLate: Int?
    }

    private let store: any PushStore
    private let looks = Mutex(Looks())

    init(_ store: any PushStore) { self.store = store }

    /// 0 while it has not happened.
    var looksAfterTheLate: Int { looks.withLock { looks in looks.countAtTheLate.map { looks.count - $0 } ?? 0 } }

    func dueDeliveries(at time: WallTime, within reach: Microseconds) async throws -> [Delivery] {
        let found = try await store.dueDeliveries(at: time, within: reach)
        let isUnderWay = looks.withLock { looks in
            defer { looks.handedOver.formUnion(found.map(\.id)) }
            looks.count += 1
            return looks.countAtTheLate == nil && found.contains { looks.handedOver.contains($0.id) }
        }
        guard isUnderWay else { return found }
        try await waitUntil("the attempt to end") { try await store.deliveryCounts().waiting == 0 }
        // And whoever made it to have let go of it.
        try await Task.sleep(for: .milliseconds(200))
        looks.withLock { $0.countAtTheLate = $0.count }
        return found
    }

    func putRecipient(_ recipient: Recipient, webhook: Webhook?) async throws { try await store.putRecipient(recipient, webhook: webhook) }
    func removeRecipient(_ name: String, at time: WallTime) async throws { try await store.removeRecipient(name, at: time) }
    func recipients() async throws -> [Recipient] { try await store.recipients() }
    func webhook(of recipient: String) async throws -> Webhook { try await store.webhook(of: recipient) }
    func deliveries(in state: DeliveryState?, of incident: IncidentNumber?, before id: Int64?, limit: Int) async throws -> [Delivery] {
        try await store.deliveries(in: state, of: incident, before: id, limit: limit)
    }
    func delivery(_ id: Int64) async throws -> Delivery? { try await store.delivery(id) }
    func deliveryBody(_ id: Int64) async throws -> [UInt8] { try await store.deliveryBody(id) }
    func recordAttempt(_ id: Int64, _ outcome: DeliveryOutcome, at time: WallTime) async throws {
        try await store.recordAttempt(id, outcome, at: time)
    }
    func resendDelivery(_ id: Int64, at time: WallTime) async throws -> Delivery { try await store.resendDelivery(id, at: time) }
    func deliveryCounts() async throws -> DeliveryCounts { try await store.deliveryCounts() }
    func forgetDeliveries(endedBefore time: WallTime) async throws -> Int { try await store.forgetDeliveries(endedBefore: time) }
}
