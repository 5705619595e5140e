import Metrics
import Synchronization

/// One series' numbers.
final class MetricSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler, Sendable {
    private struct Numbers {
        var value = 0.0
        var sum = 0.0
        var count: UInt64 = 0
        /// How many values lay at or under each bound, not cumulated.
        var buckets: [UInt64]
    }

    /// Half a millisecond to ten seconds: from a look-up to a still of a slow disk.
    static let timerBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    static let recorderBounds = [1.0, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10_000, 100_000, 1_000_000]

    private let kind: MetricKind
    private let bounds: [Double]
    private let numbers: Mutex<Numbers>

    init(kind: MetricKind) {
        self.kind = kind
        bounds = switch kind {
        case .timer: Self.timerBounds
        case .histogram: Self.recorderBounds
        case .counter, .gauge: []
        }
        numbers = Mutex(Numbers(buckets: Array(repeating: 0, count: bounds.count)))
    }

    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func set(_ value: Int64) { put(Double(value)) }
    func set(_ value: Double) { put(value) }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { kind == .gauge ? put(value) : observe(value) }
    func recordNanoseconds(_ duration: Int64) { observe(Double(duration) / 1e9) }
    func reset() { put(0) }

    private func add(_ amount: Double) { numbers.withLock { $0.value += amount } }
    private func put(_ value: Double) { numbers.withLock { $0.value = value } }

    private func observe(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 }
        numbers.withLock { numbers in
            numbers.sum += value
            numbers.count += 1
            if let bucket { numbers.buckets[bucket] += 1 }
        }
    }

    func text(_ name: String, _ labels: String) -> String {
        let numbers = numbers.withLock { $0 }
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        guard !bounds.isEmpty else { return "\(name)\(braces) \(MetricText.number(numbers.value))\n" }
        let prefix = labels.isEmpty ? "" : labels + ","
        var text = ""
        var total: UInt64 = 0
        for (bound, count) in zip(bounds, numbers.buckets) {
            total += count
            text += "\(name)_bucket{\(prefix)le=\"\(MetricText.number(bound))\"} \(total)\n"
        }
        text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(numbers.count)\n"
        return text + "\(name)_sum\(braces) \(MetricText.number(numbers.sum))\n\(name)_count\(braces) \(numbers.count)\n"
    }
}
