import Metrics
import Synchronization

/// A swift-metrics backend that keeps counters, gauges and histograms and writes them as Prometheus text (exposition format 0.0.4).
///
/// Safe from any thread: the table of series is behind one mutex, each series' numbers behind its own.
package final class PrometheusRegistry: MetricsFactory, Sendable {
    /// The registry that `bootstrap()` installed; `/metrics` writes it.
    package static let shared = PrometheusRegistry()

    /// A metric has at most so many combinations of labels; past it they count as `other`, so that no client can grow the table.
    package static let seriesLimit = 1000

    /// Installs `shared` for the process. To be called once, before the first metric is made.
    package static func bootstrap() { MetricsSystem.bootstrap(shared) }

    private let families = Mutex<[String: MetricFamily]>([:])

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, .counter, dimensions)
    }

    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        series(label, .counter, dimensions)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, .gauge, dimensions)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, aggregate ? .histogram : .gauge, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, .timer, dimensions)
    }

    // Series live as long as the process: a counter that vanished would read as a reset.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// The exposition, families and series in order.
    package func text() -> String {
        let families = families.withLock { $0 }
        return families.keys.sorted().compactMap { families[$0]?.text }.joined()
    }

    private func series(_ label: String, _ kind: MetricKind, _ dimensions: [(String, String)]) -> MetricSeries {
        let name = MetricText.name(label, kind)
        return families.withLock { families in
            // A name used as another kind would make the exposition unreadable; the first use wins and this one is kept apart.
            let key = families[name].map { $0.kind == kind ? name : "\(name)_\(kind.rawValue)" } ?? name
            var family = families[key] ?? MetricFamily(name: key, kind: kind)
            let series = family.series(dimensions)
            families[key] = family
            return series
        }
    }
}
