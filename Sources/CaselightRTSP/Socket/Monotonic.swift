import Glibc

/// The clock that never steps.
enum Monotonic {
    static var nowUs: Int64 { read(CLOCK_MONOTONIC) }

    /// For telling which era of a camera's clock is meant; nothing is dated by it.
    static var wallUs: Int64 { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
