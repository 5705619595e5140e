import CaselightModel
import HTTPTypes
import Metrics
import Testing

@testable import CaselightServer

@Suite struct MetricsTests {
    @Test func writesCountersGaugesAndHistograms() {
        let registry = PrometheusRegistry()
        Counter(label: "requests_total", dimensions: [("route", "/a"), ("method", "GET")], factory: registry).increment(by: 3)
        Gauge(label: "limit", dimensions: [], factory: registry).record(2.5)
        let meter = Meter(label: "open files", dimensions: [], factory: registry)
        meter.increment(by: 3)
        meter.decrement(by: 1)
        let timer = Timer(label: "wait", dimensions: [("lane", "disk")], preferredDisplayUnit: .seconds, factory: registry)
        timer.recordNanoseconds(2_000_000)
        timer.recordNanoseconds(60_000_000_000)
        let lines = registry.text().split(separator: "\n").map(String.init)
        #expect(lines.contains("# TYPE requests_total counter"))
        #expect(lines.contains(#"requests_total{method="GET",route="/a"} 3"#))
        #expect(lines.contains("limit 2.5") && lines.contains("open_files 2"))
        #expect(lines.contains("# TYPE wait_seconds histogram"))
        #expect(lines.contains(#"wait_seconds_bucket{lane="disk",le="0.001"} 0"#))
        #expect(lines.contains(#"wait_seconds_bucket{lane="disk",le="0.0025"} 1"#))
        #expect(lines.contains(#"wait_seconds_bucket{lane="disk",le="+Inf"} 2"#))
        #expect(lines.contains(#"wait_seconds_sum{lane="disk"} 60.002"#) && lines.contains(#"wait_seconds_count{lane="disk"} 2"#))
    }

    @Test func escapesLabelsAndNames() {
        let registry = PrometheusRegistry()
        Counter(label: "9 lives/é", dimensions: [("a-b", "x\"y\\z\nw")], factory: registry).increment()
        #expect(registry.text().contains(#"_9_lives__{a_b="x\"y\\z\nw"} 1"#))
    }

    @Test func boundsTheSeriesOfAName() {
        let registry = PrometheusRegistry()
        for number in 0..<3000 { Counter(label: "c", dimensions: [("n", "\(number)")], factory: registry).increment() }
        let lines = registry.text().split(separator: "\n")
        #expect(lines.count == PrometheusRegistry.seriesLimit + 2)
        #expect(lines.contains(#"c{n="other"} 2000"#))
    }

    @Test func everyMetricOfTheServerHasHelp() {
        for name in ["caselight_http_requests_total", "caselight_http_limit", "caselight_http_request_duration_seconds"] {
            #expect(MetricHelp.texts[name] != nil)
        }
        let registry = PrometheusRegistry()
        Counter(label: "caselight_consultations_total", dimensions: [], factory: registry).increment()
        #expect(registry.text().hasPrefix("# HELP caselight_consultations_total Answers that showed footage"))
    }

    @Test func isServedAsText() async throws {
        try await Installation.run { _, client in
            let answer = try await client.send(.get, "/metrics", token: nil)
            #expect(answer.status == 200 && answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        }
    }
}
