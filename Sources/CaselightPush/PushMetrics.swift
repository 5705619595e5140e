import CaselightModel
import Metrics

/// What is told of push to whoever watches the daemon.
enum PushMetrics {
    static func count(_ outcome: DeliveryOutcome) {
        let word =
            switch outcome {
            case .arrived: "arrived"
            case .failed: "failed"
            case .givenUp: "givenUp"
            }
        Counter(label: "caselight_push_attempts", dimensions: [("outcome", word)]).increment()
    }

    static func tell(_ counts: DeliveryCounts, at time: WallTime) {
        Gauge(label: "caselight_push_waiting").record(counts.waiting)
        Gauge(label: "caselight_push_dead").record(counts.dead)
        Gauge(label: "caselight_push_oldest_seconds").record(counts.oldestAt.map { (time - $0).seconds } ?? 0)
    }
}
