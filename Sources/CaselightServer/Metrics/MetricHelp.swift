import Synchronization

/// What metrics mean, for `# HELP`. swift-metrics has no place for it, so whoever makes a metric says it here.
package enum MetricHelp {
    private static let told = Mutex<[String: String]>([
        "caselight_consultations_total": "Answers that showed footage or where it is, for an incident or a purpose.",
        "caselight_consultations_refused_total": "Requests for footage refused since neither incident nor purpose was stated.",
        "caselight_http_unauthenticated_total": "Requests refused for want of a valid token or session.",
        "caselight_http_segment_bytes_total": "Bytes of segment files sent.",
        "caselight_http_upload_bytes_total": "Bytes of recorded files handed over.",
        "caselight_http_connections": "Open connections.",
        "caselight_cache_hits_total": "Look-ups that a cache answered, by cache.",
        "caselight_cache_misses_total": "Look-ups that a cache could not answer, by cache.",
        "caselight_cache_bytes": "What a cache holds, by cache.",
        "caselight_stills_decoded_total": "Stills decoded.",
        "caselight_stills_shared_total": "Stills that were being decoded for somebody else already.",
        "caselight_http_limit": "The server's limits, by name.",
        "caselight_http_limit_reached_total": "Requests refused, or things let go, because a limit was met.",
        "caselight_http_requests_total": "Requests answered, by route pattern, method and status.",
        "caselight_http_request_duration_seconds": "Time from a request's head to its answer's head.",
    ])

    static var texts: [String: String] { told.withLock { $0 } }

    package static func tell(_ name: String, _ text: String) { told.withLock { $0[name] = text } }
}
