/// Date and time of day in the proleptic Gregorian calendar.
///
/// Days from civil and back after the public algorithms of H. Hinnant's "chrono-compatible low-level date algorithms",
/// exact over all of `WallTime`'s range.
public struct Civil: Hashable, Sendable {
    public let year, month, day, hour, minute, second, microsecond: Int

    /// - Parameter offsetSeconds: seconds east of UTC.
    public init(_ time: WallTime, offsetSeconds: Int = 0) {
        // Wrapping, so that a time read from damaged bytes can be printed: the wraps cancel out in `rest`.
        let shifted = time.microseconds &+ Int64(offsetSeconds) * 1_000_000
        let days = floorDivide(shifted, 86_400_000_000)
        let rest = shifted &- days &* 86_400_000_000
        (year, month, day) = Civil.date(days: Int(days))
        let seconds = Int(rest / 1_000_000)
        (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        microsecond = Int(rest % 1_000_000)
    }

    /// Days since 1970-01-01.
    public static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The length of a month, 1 to 12, of the Gregorian calendar.
    public static func daysInMonth(year: Int, month: Int) -> Int {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    }

    private static func date(days: Int) -> (Int, Int, Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthIndex + 2) / 5 + 1)
    }
}

/// Division that rounds toward negative infinity; `divisor` is positive.
public func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
}
