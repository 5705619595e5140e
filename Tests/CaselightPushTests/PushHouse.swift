import CaselightModel
import CaselightStore
import Foundation
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import CaselightPush

/// Records in a folder of their own, and what delivers from them.
final class PushHouse: Sendable {
    static let secret = "whsec_" + Data((0..<32).map { UInt8($0) }).base64EncodedString()
    private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "fixtures/webhook_receiver.py").path

    let store: SQLiteRecordStore
    let clock = SystemWallClock()
    private let folder: String

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "caselight-push-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        store = try SQLiteRecordStore.open(path: folder + "/records.db", sealer: SecretSealer(.random()))
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    static func receiver() throws -> WebhookReceiver { try WebhookReceiver(script: script) }

    func deliverer(over store: (any PushStore)? = nil, _ change: (inout PushRules) -> Void = { _ in }) -> Deliverer {
        var rules = PushRules()
        rules.firstDelay = .milliseconds(50)
        rules.longestDelay = .milliseconds(200)
        // What answers at once has done so by then, beside whatever else this machine does.
        rules.timeout = .seconds(5)
        change(&rules)
        return Deliverer(
            store: store ?? self.store, news: { [store = self.store] in store.stepNews() }, clock: clock,
            logger: Logger(label: "push") { _ in SwiftLogNoOpLogHandler() }, rules: rules)
    }

    func running(_ deliverer: Deliverer, _ body: () async throws -> Void) async throws {
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

    func add(_ name: String, _ receiver: WebhookReceiver, categories: [String] = [], grids: [String] = []) async throws {
        try await store.putRecipient(
            Recipient(name: name, role: .platform, categories: categories, grids: grids, place: "http://127.0.0.1"),
            webhook: Webhook(url: receiver.url, secret: Self.secret))
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

func waitUntil(_ what: String, _ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("waited 120 s for \(what)")
            throw CancellationError()
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}
