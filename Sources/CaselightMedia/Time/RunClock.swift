internal import CaselightModel

/// Gives a run's media times their wall time: the receiver's clock, steered by when packets arrive, without ever a step.
///
/// A packet arrives late by whatever the network took, never early. So the smallest difference of arrival and media time over a window
/// is the best estimate of where media time stands, and the clock slews toward it by at most 500 ppm, more than any camera's crystal
/// drifts.
/// What slewing cannot explain ends the run: timestamps are comparable only within one.
struct RunClock: Sendable {
    enum Verdict: Equatable, Sendable {
        case steady
        /// The receiver's clock was stepped.
        case receiverStepped
        /// Media time ran ahead of its arrival, or stays behind it: the camera's timestamps jumped, or run at a wrong rate.
        case streamJumped
    }

    /// What a step must exceed, and what slewing never accumulates.
    static let toleranceUs: Int64 = 2_000_000
    static let slewPartsPerMillion: Int64 = 500
    /// The window that the smallest difference is taken over.
    static let windowSeconds = 30
    /// How long packets may come late, as after a stall of the network, before it is the stream that is wrong.
    static let latenessLimitUs: Int64 = 10_000_000

    /// Wall time minus media time, as used.
    private(set) var offsetUs: Int64
    /// The receiver's wall clock minus its monotonic one; `nil` for a clock that is not steered.
    private var receiverUs: Int64?
    private var window: [(second: Int64, leastUs: Int64)] = []
    private var lateSinceUs: Int64?
    private var steeredAtUs: Int64?

    /// A clock that follows arrivals. `offsetUs` is wall time minus media time at its start.
    init(offsetUs: Int64, arrival: Arrival) {
        self.offsetUs = offsetUs
        receiverUs = arrival.wall.microseconds - arrival.monotonicUs
    }

    /// A clock that was stated: a recorded file's.
    init(stated offsetUs: Int64) { self.offsetUs = offsetUs }

    func wall(_ mediaUs: Int64) -> WallTime { WallTime(microseconds: offsetUs + mediaUs) }

    /// Takes note of a packet's arrival. Changes no time by itself.
    mutating func observe(mediaUs: Int64, arrival: Arrival) -> Verdict {
        guard let receiverUs else { return .steady }
        guard abs(arrival.wall.microseconds - arrival.monotonicUs - receiverUs) <= Self.toleranceUs else { return .receiverStepped }
        let difference = arrival.wall.microseconds - mediaUs
        let lateness = difference - offsetUs
        guard lateness >= -Self.toleranceUs else { return .streamJumped }
        if lateness > Self.toleranceUs {
            let since = lateSinceUs ?? arrival.monotonicUs
            lateSinceUs = since
            guard arrival.monotonicUs - since <= Self.latenessLimitUs else { return .streamJumped }
        } else {
            lateSinceUs = nil
        }
        note(difference, second: arrival.monotonicUs / 1_000_000)
        return .steady
    }

    /// Slews toward the estimate for the media time since the last call. Called between fragments: within one, time runs with the media.
    mutating func steer(at mediaUs: Int64) {
        defer { steeredAtUs = mediaUs }
        guard receiverUs != nil, let last = steeredAtUs, let estimate = window.map(\.leastUs).min() else { return }
        let most = max(0, mediaUs - last) * Self.slewPartsPerMillion / 1_000_000
        offsetUs += min(most, max(-most, estimate - offsetUs))
    }

    private mutating func note(_ difference: Int64, second: Int64) {
        if let last = window.last, last.second == second {
            if difference < last.leastUs { window[window.count - 1].leastUs = difference }
            return
        }
        if window.count == Self.windowSeconds { window.removeFirst() }
        window.append((second, difference))
    }
}
