import CaselightModel
import CaselightStore
import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Logging

extension API {
    /// Who is told of new incidents, and what came of it.
    var pushRoutes: [Route] {
        [
            Route(.get, "/api/v1/recipients", Self.admins, handler: listRecipients),
            Route(.put, "/api/v1/recipients/{name}", Self.admins, act: .recipientChanged, handler: putRecipient),
            Route(.delete, "/api/v1/recipients/{name}", Self.admins, act: .recipientRemoved, handler: removeRecipient),
            Route(.post, "/api/v1/recipients/{name}/test", Self.admins, act: .recipientTested, handler: testRecipient),
            Route(.get, "/api/v1/deliveries", Self.admins, query: ["state", "incident", "cursor", "limit"], handler: listDeliveries),
            Route(.post, "/api/v1/deliveries/{id}/resend", Self.admins, act: .deliveryResent, handler: resendDelivery),
        ]
    }

    private struct RecipientPage: Encodable { let recipients: [Recipient] }

    private func listRecipients(_ call: Call) async throws -> Response {
        try JSONReply.response(RecipientPage(recipients: try await services.push.recipients()))
    }

    /// The rule of camera codes is the rule of recipients' names.
    private func recipientName(_ call: Call) throws -> String { try CameraCode(try call.parameter("name")).text }

    private struct RecipientReply: Encodable {
        let recipient: Recipient
        /// Where it was made for this recipient just now: shown once.
        let secret: String?

        private enum CodingKeys: String, CodingKey { case secret }

        func encode(to encoder: any Encoder) throws {
            try recipient.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(secret, forKey: .secret)
        }
    }

    private func putRecipient(_ call: Call) async throws -> Response {
        let name = try recipientName(call)
        var fields = try await call.fields(of: "recipient", limits: limits)
        let role = try fields.choice("role", of: RecipientRole.self)
        let categories = try fields.texts("categories", countLimit: Recipient.conditionCountLimit, limit: TextRule.nameLimit)
        let grids = try fields.texts("grids", countLimit: Recipient.conditionCountLimit, limit: 64)
        let isEnabled = try fields.flag("isEnabled")
        let (url, secret) = (try fields.text("url", limit: WebhookInput.urlLimit), try fields.text("secret", limit: WebhookInput.secretLimit))
        try fields.finish()
        let known = try await services.push.recipients().first { $0.name == name }
        // Both given need nothing of what is there, which may be sealed with a key that is lost.
        let isWhole = url.value != nil && secret.value != nil
        let kept = known == nil || isWhole ? nil : try await services.push.webhook(of: name)
        guard let role = role.value ?? known?.role else { throw fields.missing("role") }
        guard let address = url.value ?? kept?.url else { throw fields.missing("url") }
        let place = try WebhookInput.place(of: address)
        let made = secret.value == nil && kept == nil ? WebhookInput.newSecret() : nil
        guard let chosen = try secret.value.map(WebhookInput.checked) ?? made ?? kept?.secret else { throw fields.missing("secret") }
        var recipient = Recipient(name: name, role: role, place: place)
        recipient.categories = categories.value ?? known?.categories ?? []
        recipient.grids = grids.value ?? known?.grids ?? []
        recipient.isEnabled = isEnabled.value ?? known?.isEnabled ?? true
        try await consultations.allow(.recipientChanged, call, object: name, detail: Self.told(recipient))
        try await services.push.putRecipient(recipient, webhook: Webhook(url: address, secret: chosen))
        logger.notice("recipient stored", metadata: ["recipient": "\(name)", "place": "\(place)"])
        return try JSONReply.response(RecipientReply(recipient: recipient, secret: made))
    }

    private static func told(_ recipient: Recipient) -> String {
        let rules = (recipient.categories.map { "category \($0)" } + recipient.grids.map { "grid \($0)" }).joined(separator: ", ")
        return String("\(recipient.role.rawValue) at \(recipient.place)\(recipient.isEnabled ? "" : ", off"): \(rules.isEmpty ? "all" : rules)".prefix(500))
    }

    private func removeRecipient(_ call: Call) async throws -> Response {
        let name = try recipientName(call)
        try await consultations.allow(.recipientRemoved, call, object: name)
        try await services.push.removeRecipient(name, at: services.clock.now())
        logger.notice("recipient removed", metadata: ["recipient": "\(name)"])
        return Response(status: .noContent)
    }

    private struct TestReply: Encodable {
        let isDelivered: Bool
        let failure: String?
    }

    private func testRecipient(_ call: Call) async throws -> Response {
        let name = try recipientName(call)
        try await consultations.allow(.recipientTested, call, object: name)
        let failure = try await services.pushTester.test(name)
        return try JSONReply.response(TestReply(isDelivered: failure == nil, failure: failure))
    }

    // MARK: Deliveries

    private struct DeliveryPage: Encodable {
        let deliveries: [Delivery]
        let nextCursor: Int64?
    }

    private func listDeliveries(_ call: Call) async throws -> Response {
        let query = call.query
        let limit = try query.limit(limits)
        let incident = try query.given("incident").map { try IncidentNumber($0) }
        let found = try await services.push.deliveries(
            in: try query.choice("state", of: DeliveryState.self), of: incident, before: try query.sequence("cursor"), limit: limit + 1)
        return try JSONReply.response(
            DeliveryPage(
                deliveries: try await known(Array(found.prefix(limit)), to: try call.principal()),
                nextCursor: found.count > limit ? found[limit - 1].id : nil))
    }

    /// Those of incidents that the asker may know of.
    func known(_ deliveries: [Delivery], to principal: Principal) async throws -> [Delivery] {
        guard principal.scope != .all else { return deliveries }
        var known: [Delivery] = []
        for delivery in deliveries {
            if let incident = try await records.incident(delivery.incident), Gate.knows(incident, principal) { known.append(delivery) }
        }
        return known
    }

    private func resendDelivery(_ call: Call) async throws -> Response {
        let text = try call.parameter("id")
        guard let id = Int64(text), id > 0, let found = try await services.push.delivery(id),
            try await !known([found], to: try call.principal()).isEmpty
        else {
            throw CaselightError(
                .notFound, "send delivery '\(text.prefix(40))' again", because: "there is no such delivery",
                remedy: "Check its id: caselight delivery list.")
        }
        try await consultations.allow(.deliveryResent, call, object: "delivery \(id)")
        return try JSONReply.response(try await services.push.resendDelivery(id, at: services.clock.now()))
    }
}

/// What may be said of a webhook.
enum WebhookInput {
    static let urlLimit = 2000
    static let secretLimit = 256
    private static let secretMinimum = 16
    private static let prefix = "whsec_"

    /// Scheme, host and port. - Throws: `invalidValue` for what is no address of a receiver.
    static func place(of url: String) throws(CaselightError) -> String {
        func wrong(_ reason: String) -> CaselightError {
            CaselightError(.invalidValue, "read the recipient", because: "its url \(reason)", remedy: "Give it like https://platform.example/incidents.")
        }
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(), let host = parts.host, !host.isEmpty else {
            throw wrong("is not one")
        }
        guard ["http", "https"].contains(scheme) else { throw wrong("begins with \(scheme.prefix(20))://, not http:// or https://") }
        guard parts.user == nil, parts.password == nil else { throw wrong("holds a login, which would not be sent: every request is signed instead") }
        return "\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? "")"
    }

    static func checked(_ secret: String) throws(CaselightError) -> String {
        guard secret.utf8.count >= secretMinimum else {
            throw CaselightError(.invalidValue, "read the recipient", because: "its secret has fewer than \(secretMinimum) characters")
        }
        // The libraries of receivers read it as base64: what is not would be another key to them than to us.
        guard !secret.hasPrefix(prefix) || Data(base64Encoded: String(secret.dropFirst(prefix.count))) != nil else {
            throw CaselightError(
                .invalidValue, "read the recipient", because: "its secret begins with \(prefix), and no base64 follows",
                remedy: "Give it as the receiver shows it, or none: then one is made.")
        }
        return secret
    }

    static func newSecret() -> String {
        prefix + SymmetricKey(size: .bits256).withUnsafeBytes { Data($0).base64EncodedString() }
    }
}
