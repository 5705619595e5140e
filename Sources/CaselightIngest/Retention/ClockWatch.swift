import CaselightModel

/// Tells when the machine's clock leapt forward: what looks past its age then may be of this morning, and what is deleted is gone.
///
/// The wall clock is held against one that only counts. After a leap ages are not believed for a day, in which somebody can look; a clock
/// that was merely set right costs that day.
struct ClockWatch {
    static let tolerance = Microseconds.seconds(3600)
    static let patience = Duration.seconds(86_400)

    private var anchor: (wall: WallTime, instant: ContinuousClock.Instant)?
    /// When the leap was noticed, and how far it was.
    private(set) var leap: (instant: ContinuousClock.Instant, span: Microseconds)?

    /// Whether ages may be believed now.
    mutating func trusts(_ wall: WallTime, at instant: ContinuousClock.Instant) -> Bool {
        guard let anchor else {
            self.anchor = (wall, instant)
            return true
        }
        let ahead = wall - anchor.wall - Self.microseconds(instant - anchor.instant)
        if ahead > Self.tolerance, leap.map({ instant - $0.instant < Self.patience }) ?? true {
            // The anchor stays: a clock that is set back again is trusted at once.
            leap = (leap?.instant ?? instant, ahead)
            return false
        }
        self.anchor = (wall, instant)
        leap = nil
        return true
    }

    private static func microseconds(_ span: Duration) -> Microseconds {
        Microseconds(span.components.seconds * 1_000_000 + span.components.attoseconds / 1_000_000_000_000)
    }
}
