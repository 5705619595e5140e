import CaselightModel
import Foundation

/// Writes times for people: in the offset of the machine, or in UTC.
struct TimeText: Sendable {
    enum Zone: Sendable {
        case utc
        case local
        /// Seconds east of UTC.
        case fixed(Int)
    }

    let zone: Zone

    /// `2026-03-02T14:05:00+08:00`, to the millisecond where it has one: to be read, and to be given back to a command.
    func full(_ time: WallTime) -> String {
        let milliseconds = floorDivide(time.microseconds, 1000)
        return WallTime(microseconds: milliseconds * 1000).rfc3339(offsetSeconds: offsetSeconds(at: time))
    }

    /// `2026-03-02 14:05:00 to 14:07:30 (+08:00)`.
    func sentence(_ span: TimeSpan) -> String {
        let end = day(span.start) == day(span.end) ? clock(span.end) : "\(day(span.end)) \(clock(span.end))"
        return "\(day(span.start)) \(clock(span.start)) to \(end) (\(offset(at: span.start)))"
    }

    /// `14:05:00–14:07:30`, with dates where the span does not lie within `day`, written as `2026-03-02`.
    func short(_ span: TimeSpan, on day: String?) -> String { "\(short(span.start, on: day))–\(short(span.end, on: day))" }

    func short(_ time: WallTime, on day: String?) -> String {
        self.day(time) == day ? clock(time) : "\(self.day(time)) \(clock(time))"
    }

    /// `2026-03-02`.
    func day(_ time: WallTime) -> String { String(full(time).prefix(10)) }

    /// The time of day, with tenths of a second where there are any.
    func clock(_ time: WallTime) -> String {
        let text = full(time)
        let tenths = Civil(time).microsecond / 100_000
        return String(text.dropFirst(11).prefix(8)) + (tenths > 0 ? ".\(tenths)" : "")
    }

    private func offset(at time: WallTime) -> String {
        let text = WallTime(microseconds: 0).rfc3339(offsetSeconds: offsetSeconds(at: time))
        return text.hasSuffix("Z") ? "UTC" : String(text.suffix(6))
    }

    private func offsetSeconds(at time: WallTime) -> Int {
        switch zone {
        case .utc: return 0
        case .fixed(let seconds): return seconds
        case .local:
            var seconds = time_t(floorDivide(time.microseconds, 1_000_000))
            var parts = tm()
            guard localtime_r(&seconds, &parts) != nil else { return 0 }
            return Int(parts.tm_gmtoff) / 60 * 60
        }
    }
}

/// Lengths, sizes and rates for people.
enum Quantity {
    /// `1 h 02 min`, `7 min 32 s`, `4.2 s`.
    static func duration(_ span: Microseconds) -> String {
        let magnitude = abs(span.value)
        let sign = span.value < 0 ? "−" : ""
        let seconds = magnitude / 1_000_000
        if seconds >= 86_400 { return "\(sign)\(seconds / 86_400) d \(seconds % 86_400 / 3600) h" }
        if seconds >= 3600 { return "\(sign)\(seconds / 3600) h \(two(seconds % 3600 / 60)) min" }
        if seconds >= 60 { return "\(sign)\(seconds / 60) min \(two(seconds % 60)) s" }
        return sign + decimal(Double(magnitude) / 1e6, seconds >= 10 ? 1 : 2) + " s"
    }

    static func bytes(_ count: Double) -> String {
        var (value, unit) = (count, "B")
        for next in ["kB", "MB", "GB", "TB", "PB"] where value >= 1000 { (value, unit) = (value / 1000, next) }
        return "\(decimal(value, value >= 100 || unit == "B" ? 0 : 1)) \(unit)"
    }

    static func bitRate(_ bitsPerSecond: Double) -> String {
        bitsPerSecond >= 1e6 ? "\(decimal(bitsPerSecond / 1e6, 2)) Mbit/s" : "\(decimal(bitsPerSecond / 1000, 0)) kbit/s"
    }

    static func meters(_ meters: Double) -> String { meters >= 10_000 ? "\(decimal(meters / 1000, 1)) km" : "\(decimal(meters, 0)) m" }

    /// At most `places` digits after the point, none of them a trailing zero.
    static func decimal(_ value: Double, _ places: Int) -> String {
        let text = String(format: "%.\(places)f", value)
        guard text.contains(".") else { return text }
        return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
    }

    static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? one : many ?? one + "s")"
    }

    private static func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
