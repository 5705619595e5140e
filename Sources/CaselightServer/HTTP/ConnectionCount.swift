import HummingbirdCore
import Metrics

/// Takes connections up to a limit; past it new ones wait in the kernel's queue until one closes.
struct ConnectionCount: AvailableConnectionsDelegate {
    private let limit: Int
    private let gauge = Gauge(label: "caselight_http_connections")
    private var count = 0

    init(limit: Int) { self.limit = limit }

    mutating func connectionOpened() {
        count += 1
        gauge.record(count)
        if count == limit { ServerMetrics.limitReached("connections") }
    }

    mutating func connectionClosed() {
        count -= 1
        gauge.record(count)
    }

    func isAcceptingNewConnections() -> Bool { count < limit }
}
