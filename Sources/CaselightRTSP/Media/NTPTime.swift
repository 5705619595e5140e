/// The Network Time Protocol's 64 bits: seconds since 1900 and their fraction, which begin anew every 136 years (RFC 5905, 6).
enum NTPTime {
    /// Seconds from 1900 to 1970.
    static let secondsTo1970: Int64 = 2_208_988_800

    /// - Parameter nowUs: what the receiver takes for the time; of all eras the one nearest to it is meant.
    /// - Returns: microseconds since 1970-01-01T00:00:00Z.
    static func microseconds(_ ntp: UInt64, nowUs: Int64) -> Int64 {
        let seconds = Int64(ntp >> 32) - secondsTo1970
        let fraction = Int64(((ntp & 0xFFFF_FFFF) * 1_000_000) >> 32)
        let us = seconds * 1_000_000 + fraction
        let eraUs: Int64 = (1 << 32) * 1_000_000
        let eras = ((nowUs - us) + eraUs / 2) / eraUs
        return us + max(0, eras) * eraUs
    }
}
