import CaselightModel
import CaselightStore
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// How deliveries are tried. Each has a name in the operator's guide.
package struct PushRules: Sendable {
    /// A receiver that has not answered by then has failed.
    package var timeout = Microseconds.seconds(15)
    /// After the first failure; doubles with each, give or take a half.
    package var firstDelay = Microseconds.seconds(1)
    package var longestDelay = Microseconds.seconds(300)
    /// What was tried for so long is dead.
    package var givesUpAfter = Microseconds.days(1)
    /// What ended is forgotten then; its steps stay.
    package var keeps = Microseconds.days(90)
    /// What an end of the daemon leaves to attempts under way; other parts have to end after it.
    package var farewell = Microseconds.seconds(2)

    package init() {}
}

/// Sends new incidents to their recipients: to each in the order in which they were posted, to all of them independently.
///
/// The first that waits for a recipient keeps those behind it waiting, until it has arrived or is given up. Every attempt has the same id
/// and the same bytes. An end of the daemon waits a moment for attempts under way; one that it cuts off counts for nothing and is made again.
package struct Deliverer: Service, PushTester {
    private let store: any PushStore
    private let news: @Sendable () -> AsyncStream<Void>
    private let clock: any WallClock
    private let logger: Logger
    private let rules: PushRules
    private let busy = BusyRecipients()

    /// - Parameter news: ticks when something may have been posted.
    package init(
        store: any PushStore, news: @escaping @Sendable () -> AsyncStream<Void>, clock: any WallClock, logger: Logger, rules: PushRules = PushRules()
    ) {
        self.store = store
        self.news = news
        self.clock = clock
        self.logger = logger
        self.rules = rules
    }

    private static let lookInterval = Duration.seconds(1)
    /// Looks between which old deliveries are forgotten and the counts are told.
    private static let housekeepingLooks = 3600
    private static let countLooks = 5

    package func run() async throws {
        let (wakes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { wakers in
                wakers.addTask { for await _ in news() { continuation.yield() } }
                wakers.addTask {
                    while !Task.isCancelled {
                        continuation.yield()
                        try? await Task.sleep(for: Self.lookInterval)
                    }
                }
                await attend(wakes) { continuation.yield() }
                wakers.cancelAll()
            }
        } onGracefulShutdown: {
            continuation.finish()
        }
    }

    private func attend(_ wakes: AsyncStream<Void>, _ wake: @escaping @Sendable () -> Void) async {
        await withDiscardingTaskGroup { attempts in
            var looks = 0
            for await _ in wakes {
                await look(&attempts, wake)
                if looks % Self.countLooks == 0 { await tellCounts() }
                if looks % Self.housekeepingLooks == 0 { await forgetOld() }
                looks += 1
            }
            // What a receiver takes now and we do not note, it would be sent again.
            let end = ContinuousClock.now + .microseconds(rules.farewell.value)
            while !busy.names.isEmpty, ContinuousClock.now < end, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(20)) }
            attempts.cancelAll()
        }
    }

    /// Begins what is due and not under way.
    private func look(_ group: inout DiscardingTaskGroup, _ wake: @escaping @Sendable () -> Void) async {
        do {
            // Before the rows are read: what ends while they are would else be taken for one that still waits, and be sent again.
            let underWay = busy.names
            let reach = Microseconds(rules.longestDelay.value * 2)
            for delivery in try await store.dueDeliveries(at: clock.now(), within: reach) where !underWay.contains(delivery.recipient) {
                busy.take(delivery.recipient)
                group.addTask {
                    await deliver(delivery)
                    busy.release(delivery.recipient)
                    // The next in its queue.
                    wake()
                }
            }
        } catch {
            logger.error("looking for deliveries failed", metadata: ["error": "\(error)"])
        }
    }

    private func deliver(_ delivery: Delivery) async {
        let failure: SendFailure?
        do {
            let (webhook, body) = (try await store.webhook(of: delivery.recipient), try await store.deliveryBody(delivery.id))
            failure = await WebhookRequest(webhook: webhook, messageID: delivery.messageID, body: body).send(at: clock.now(), timeout: rules.timeout)
        } catch {
            failure = SendFailure(text: "\(error)", isFinal: false)
        }
        guard failure == nil || !Task.isCancelled else { return }
        let now = clock.now()
        let outcome: DeliveryOutcome
        if let failure {
            let isOver = failure.isFinal || now - delivery.createdAt >= rules.givesUpAfter
            outcome = isOver ? .givenUp(failure.text) : .failed(failure.text, nextAt: now + delay(after: delivery.attemptCount + 1))
        } else {
            outcome = .arrived
        }
        await record(outcome, of: delivery, at: now)
    }

    /// What a receiver took must not be sent again because a disk was full for a moment.
    private func record(_ outcome: DeliveryOutcome, of delivery: Delivery, at time: WallTime) async {
        var metadata: Logger.Metadata = [
            "incident": "\(delivery.incident)", "recipient": "\(delivery.recipient)", "delivery": "\(delivery.id)",
            "attempt": "\(delivery.attemptCount + 1)",
        ]
        while true {
            do {
                try await store.recordAttempt(delivery.id, outcome, at: time)
                break
            } catch let error as CaselightError where error.code == .notFound {
                // Its recipient was removed meanwhile, and it with it.
                return
            } catch {
                logger.error("what came of a delivery cannot be noted", metadata: metadata.merging(["error": "\(error)"]) { $1 })
                guard !Task.isCancelled else { return }
                try? await Task.sleep(for: Self.lookInterval)
            }
        }
        PushMetrics.count(outcome)
        switch outcome {
        case .arrived: logger.info("incident delivered", metadata: metadata)
        case .failed(let failure, _):
            metadata["error"] = "\(failure)"
            logger.warning("incident not delivered yet", metadata: metadata)
        case .givenUp(let failure):
            metadata["error"] = "\(failure)"
            logger.error("incident not delivered, given up: see caselight delivery list --state dead", metadata: metadata)
        }
    }

    private func delay(after attempts: Int) -> Microseconds {
        let doubled = rules.firstDelay.seconds * exp2(Double(min(attempts - 1, 30)))
        return Microseconds(Int64(min(rules.longestDelay.seconds, doubled) * .random(in: 0.5...1.5) * 1_000_000))
    }

    private func tellCounts() async {
        guard let counts = try? await store.deliveryCounts() else { return }
        PushMetrics.tell(counts, at: clock.now())
    }

    private func forgetOld() async {
        do {
            let count = try await store.forgetDeliveries(endedBefore: clock.now() - rules.keeps)
            if count > 0 { logger.info("old deliveries forgotten", metadata: ["count": "\(count)"]) }
        } catch {
            logger.error("forgetting old deliveries failed", metadata: ["error": "\(error)"])
        }
    }

    package func test(_ recipient: String) async throws -> String? {
        guard let known = try await store.recipients().first(where: { $0.name == recipient }) else {
            throw CaselightError(.notFound, "test recipient '\(recipient)'", because: "there is no such recipient")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = Array(try encoder.encode(PushedEvent(event: "test", role: known.role, incident: nil)))
        let webhook = try await store.webhook(of: recipient)
        return await WebhookRequest(webhook: webhook, messageID: "msg_\(Hold.randomID())", body: body).send(at: clock.now(), timeout: rules.timeout)?.text
    }
}

/// One delivery at a time for each. Only `look` takes.
private final class BusyRecipients: Sendable {
    private let taken = Mutex<Set<String>>([])

    var names: Set<String> { taken.withLock { $0 } }
    func take(_ name: String) { taken.withLock { _ = $0.insert(name) } }
    func release(_ name: String) { taken.withLock { _ = $0.remove(name) } }
}
