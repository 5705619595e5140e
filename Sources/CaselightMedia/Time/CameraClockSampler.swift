internal import CaselightModel

/// Compares the camera's clock with ours: libavformat says for each packet what the camera's clock showed (from RTCP sender reports),
/// and we know when the packet came.
///
/// A packet comes late by what the network took, so the largest difference within a window is nearest the truth, and half of the
/// spread is how far it may be off. What a packet may have waited in the socket is no part of that spread, as the drains of a socket
/// fall anywhere between two pictures. A sample comes after the first second and then about every ten.
struct CameraClockSampler {
    static let intervalUs: Int64 = 10_000_000
    static let firstAfterUs: Int64 = 1_000_000
    static let leastUncertaintyUs: Int64 = 1000
    /// Within a window some packet came this small a share of the wait before a drain.
    static let waitShare: Int64 = 8
    /// A change beyond this is the camera's clock being set, not jitter.
    static let stepUs: Int64 = 1_000_000

    private struct Window {
        var startedUs: Int64
        var mostUs: Int64
        var leastUs: Int64
        var waitUs: Int64

        init(_ difference: Int64, _ arrival: Arrival) {
            (startedUs, mostUs, leastUs) = (arrival.monotonicUs, difference, difference + arrival.spreadUs)
            waitUs = arrival.spreadUs
        }

        var uncertaintyUs: Int64 { max(leastUncertaintyUs, (mostUs - leastUs + 1) / 2, waitUs / waitShare) }
    }

    private var window: Window?
    private var isFirst = true
    /// The wrap of 32-bit RTP timestamps: right after it libavformat is off by this much until the next report.
    private let wrapUs: Int64

    init(clockRateHertz: Int) { wrapUs = (Int64(1) << 32) * 1_000_000 / Int64(max(1, clockRateHertz)) }

    /// - Returns: a sample when one is due.
    mutating func take(cameraUs: Int64, arrival: Arrival) -> ClockSample? {
        let difference = cameraUs - arrival.wall.microseconds
        guard var current = window else {
            window = Window(difference, arrival)
            return nil
        }
        let step = difference - current.mostUs
        if abs(abs(step) - wrapUs) < Self.stepUs { return nil }
        guard abs(step) < Self.stepUs else {
            window = Window(difference, arrival)
            isFirst = true
            return nil
        }
        current.mostUs = max(current.mostUs, difference)
        current.leastUs = min(current.leastUs, difference + arrival.spreadUs)
        current.waitUs = max(current.waitUs, arrival.spreadUs)
        let due = isFirst ? Self.firstAfterUs : Self.intervalUs
        guard arrival.monotonicUs - current.startedUs >= due else {
            window = current
            return nil
        }
        isFirst = false
        window = Window(difference, arrival)
        return ClockSample(
            at: arrival.wall, offsetUs: Microseconds(current.mostUs),
            uncertaintyUs: Microseconds(current.uncertaintyUs))
    }
}
