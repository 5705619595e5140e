import CaselightModel

/// 2026-03-02T07:00:00Z, and seconds after it: what the tests count from.
let morning = WallTime(microseconds: 1_772_434_800_000_000)

func at(_ seconds: Int64) -> WallTime { morning + .seconds(seconds) }

func span(_ start: Int64, _ end: Int64) -> TimeSpan { TimeSpan(start: at(start), end: at(end)) }

/// A clock that stands still.
struct StoppedClock: WallClock {
    var time = at(86_400)
    func now() -> WallTime { time }
}
