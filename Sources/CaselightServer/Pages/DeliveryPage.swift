import CaselightModel
import CaselightStore
import Hummingbird

extension API {
    var deliveryPages: [Route] {
        [page("/deliveries", Self.admins, query: ["state"], template: "deliveries", fragments: ["delivery-list"], deliveryPage)]
    }

    private struct RecipientRow {
        let name, role, place, rules, state, tone: String
        let isOn: Bool
    }

    private struct Choice { let value, label: String, isCurrent: Bool }

    private struct DeliveryRow {
        let id, incident, recipient, state, tone, failure, attempts, createdAt: String
        let nextAt: String?
        let isDead: Bool
        /// Its recipient may be gone.
        let maySend: Bool
    }

    private static let listedCount = 200

    private func deliveryPage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        let state = try call.query.choice("state", of: DeliveryState.self)
        let newest = try await services.push.deliveries(in: state, of: nil, before: nil, limit: Self.listedCount)
        let deliveries = try await known(newest, to: try call.principal())
        let recipients = try await services.push.recipients()
        let names = Set(recipients.map(\.name))
        let rows = deliveries.map { Self.row(of: $0, isKnown: names.contains($0.recipient), viewer) }
        let model: [String: any Sendable] = [
            "recipients": recipients.map { Self.row(of: $0, viewer) }, "hasRecipients": !recipients.isEmpty,
            "roles": RecipientRole.allCases.map {
                Choice(value: $0.rawValue, label: viewer.say(oneOf: "recipientRole", $0.rawValue), isCurrent: false)
            },
            "states": DeliveryState.allCases.map {
                Choice(value: $0.rawValue, label: viewer.say(oneOf: "delivery", $0.rawValue), isCurrent: $0 == state)
            },
            "deliveries": rows, "hasDead": rows.contains(where: \.maySend),
            "isCut": newest.count == Self.listedCount,
        ]
        return Page(viewer.say("navDeliveries"), model)
    }

    private static func row(of recipient: Recipient, _ viewer: Viewer) -> RecipientRow {
        let rules = [recipient.categories, recipient.grids].filter { !$0.isEmpty }.map { $0.joined(separator: ", ") }.joined(separator: " · ")
        return RecipientRow(
            name: recipient.name, role: viewer.say(oneOf: "recipientRole", recipient.role.rawValue), place: recipient.place,
            rules: rules.isEmpty ? viewer.say("allIncidents") : rules, state: recipient.isEnabled ? viewer.say("recipientOn") : viewer.say("recipientOff"),
            tone: recipient.isEnabled ? "good" : "off", isOn: recipient.isEnabled)
    }

    private static func row(of delivery: Delivery, isKnown: Bool, _ viewer: Viewer) -> DeliveryRow {
        let tones: [DeliveryState: String] = [.waiting: "warn", .delivered: "good", .dead: "bad"]
        return DeliveryRow(
            id: "\(delivery.id)", incident: delivery.incident.text, recipient: delivery.recipient,
            state: viewer.say(oneOf: "delivery", delivery.state.rawValue), tone: tones[delivery.state] ?? "off", failure: delivery.failure ?? "",
            attempts: "\(delivery.attemptCount)", createdAt: delivery.createdAt.rfc3339(), nextAt: delivery.nextAt?.rfc3339(),
            isDead: delivery.state == .dead, maySend: delivery.state == .dead && isKnown)
    }

    /// What is still on its way to somebody, for an incident's timeline: what ended is a step.
    struct PendingRow {
        let recipient, words: String
    }

    func pendingDeliveries(of number: IncidentNumber, _ viewer: Viewer) async throws -> [PendingRow] {
        try await services.push.deliveries(in: .waiting, of: number, before: nil, limit: Recipient.countLimit).reversed().map { delivery in
            let values = ["attempts": "\(delivery.attemptCount)", "reason": delivery.failure ?? ""]
            return PendingRow(
                recipient: delivery.recipient,
                words: delivery.attemptCount == 0 ? viewer.say("deliveryBegins") : viewer.say("deliveryWaits", values))
        }
    }
}
