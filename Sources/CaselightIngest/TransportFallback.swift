import CaselightModel

/// Which of a feed's readers the next attempt takes: ours, or FFmpeg's own after ours has failed three times in a row.
///
/// Where FFmpeg's fails as well, the fault is the camera's, and ours has its turn again.
struct TransportFallback: Sendable {
    static let attemptLimit = 3

    private let asked: FeedTransport
    private let hasFallback: Bool
    private var failures = 0
    private var hasFootage = false
    private(set) var transport: FeedTransport

    init(_ feed: Feed) {
        asked = feed.transport
        transport = feed.transport
        hasFallback = feed.url.scheme == .rtsp && feed.transport == .automatic
    }

    /// The attempt brings footage: the reader is right, however it ends.
    mutating func succeeded() { hasFootage = true }

    /// An attempt ended. What no reader can help with does not count.
    mutating func ended(with code: CaselightError.Code?) {
        if hasFootage { failures = 0 }
        defer { hasFootage = false }
        guard hasFallback, !hasFootage, let code, [.damagedMedia, .unsupportedMedia, .timedOut, .endOfStream].contains(code) else { return }
        failures += 1
        guard failures == (transport == asked ? Self.attemptLimit : 1) else { return }
        transport = transport == asked ? .compatible : asked
        failures = 0
    }
}
