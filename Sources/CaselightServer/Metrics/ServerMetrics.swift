import Metrics

/// What the server counts about itself, through swift-metrics: to be touched only after `PrometheusRegistry.bootstrap()`.
enum ServerMetrics {
    static let consultations = Counter(label: "caselight_consultations_total")
    static let refusedConsultations = Counter(label: "caselight_consultations_refused_total")
    static let refusedLogins = Counter(label: "caselight_http_unauthenticated_total")
    static let sentSegmentBytes = Counter(label: "caselight_http_segment_bytes_total")
    static let receivedFileBytes = Counter(label: "caselight_http_upload_bytes_total")

    static func limitReached(_ name: String) {
        Counter(label: "caselight_http_limit_reached_total", dimensions: [("limit", name)]).increment()
    }

    static func tell(_ limits: ServerLimits) {
        for (name, value) in limits.named {
            Gauge(label: "caselight_http_limit", dimensions: [("limit", name)]).record(value)
        }
    }

    /// - Parameter route: the route's pattern, never the path asked for.
    static func request(route: String, method: String, status: Int, duration: Duration) {
        Counter(
            label: "caselight_http_requests_total", dimensions: [("route", route), ("method", method), ("status", String(status))]
        ).increment()
        let (seconds, attoseconds) = duration.components
        Timer(label: "caselight_http_request_duration_seconds", dimensions: [("route", route)])
            .recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
