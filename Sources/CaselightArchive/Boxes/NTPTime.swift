package import CaselightModel

/// NTP timestamps, 32 bits of seconds and 32 of fraction (RFC 5905), as `prft` boxes carry them.
///
/// libavformat (`ff_get_formatted_ntp_time`) writes the fraction as ⌊µs · (2³² − 1) / 10⁶⌋; rounding to the nearest microsecond on the
/// way back is exact for that form and for the true one, since either errs by less than a thousandth of a microsecond.
/// Seconds wrap in 2036: values below 2³¹ count from then (RFC 4330, 3), so the range is 1968 to 2104.
package enum NTPTime {
    /// Seconds from 1900 to 1970.
    private static let epochSeconds: Int64 = 2_208_988_800

    package static func wallTime(_ value: UInt64) -> WallTime {
        let seconds = Int64(value >> 32)
        let era: Int64 = seconds < 1 << 31 ? 1 << 32 : 0
        let microseconds = Int64(((value & 0xFFFF_FFFF) * 1_000_000 + (1 << 31)) >> 32)
        return WallTime(microseconds: (seconds + era - epochSeconds) * 1_000_000 + microseconds)
    }

    /// The form libavformat writes; seconds wrap outside of the range.
    package static func value(of time: WallTime) -> UInt64 {
        let seconds = floorDivide(time.microseconds, 1_000_000)
        let microseconds = UInt64(time.microseconds - seconds * 1_000_000)
        return UInt64(UInt32(truncatingIfNeeded: seconds + epochSeconds)) << 32 | microseconds * 0xFFFF_FFFF / 1_000_000
    }
}
