internal import CaselightEvidence
internal import CaselightModel
internal import Logging
import Metrics
import Synchronization

/// Hands checkpoints to somebody outside, each until it is taken or a newer one is there.
final class CheckpointPublisher: Sendable {
    private static let firstPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(60)

    private let publish: @Sendable (SignedCheckpoint) async throws -> Void
    private let pause: @Sendable (Duration) async throws -> Void
    private let logger: Logger
    private let newest = Mutex<SignedCheckpoint?>(nil)
    private let (offers, offered) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private let failureCounter = Counter(label: "caselight_log_publish_failures_total")
    private let publishedGauge = Gauge(label: "caselight_log_published_entries")

    /// - Parameter pause: waits between two attempts.
    init(
        publish: @escaping @Sendable (SignedCheckpoint) async throws -> Void, logger: Logger,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.publish = publish
        self.pause = pause
        self.logger = logger
    }

    func offer(_ checkpoint: SignedCheckpoint) {
        newest.withLock { $0 = checkpoint }
        offered.yield()
    }

    /// Publishes until the task is cancelled.
    func run() async {
        var taken: SignedCheckpoint?
        for await _ in offers {
            var wait = Self.firstPause
            while let checkpoint = newest.withLock({ $0 }), checkpoint != taken, !Task.isCancelled {
                do {
                    try await publish(checkpoint)
                    taken = checkpoint
                    publishedGauge.record(checkpoint.checkpoint.size)
                } catch {
                    failureCounter.increment()
                    logger.warning("the log's checkpoint of \(checkpoint.checkpoint.size) entries could not be published: \(error)")
                    try? await pause(wait)
                    wait = min(wait * 2, Self.longestPause)
                }
            }
        }
    }
}
