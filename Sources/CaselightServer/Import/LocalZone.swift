import CaselightModel
import Foundation

/// A time zone for times that name none: an offset such as `+08:00`, or a name such as `Asia/Shanghai`.
struct LocalZone {
    private let zone: TimeZone

    /// - Throws: `CaselightError` with code `invalidTime`.
    init(_ name: String) throws(CaselightError) {
        if let seconds = Self.offset(name), let zone = TimeZone(secondsFromGMT: seconds) {
            self.zone = zone
        } else if name.contains("/") || name == "UTC", let zone = TimeZone(identifier: name) {
            self.zone = zone
        } else {
            throw CaselightError(
                .invalidTime, "use '\(name.prefix(60))' as a time zone", because: "it is neither an offset nor a zone's name",
                remedy: "Examples: +08:00, Asia/Shanghai")
        }
    }

    init(_ zone: TimeZone) { self.zone = zone }

    var name: String { zone.identifier }

    /// The date and time that a wall clock in this zone shows.
    func civil(_ time: WallTime) -> Civil {
        Civil(time, offsetSeconds: zone.secondsFromGMT(for: Date(timeIntervalSince1970: (time - WallTime(microseconds: 0)).seconds)))
    }

    /// The moment that a wall clock in this zone shows as the given date and time. Of an hour that comes twice, the first.
    func moment(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, microsecond: Int) -> WallTime {
        let seconds = Int64(Civil.days(year: year, month: month, day: day)) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
        // The offset is asked for at a guess of the moment: once before, once after a change.
        var offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds - 50_400)))
        if zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds - Int64(offset)))) != offset {
            offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds - Int64(offset))))
        }
        return WallTime(microseconds: (seconds - Int64(offset)) * 1_000_000 + Int64(microsecond))
    }

    private static func offset(_ text: String) -> Int? {
        if text == "Z" { return 0 }
        let sign = text.first == "-" ? -1 : text.first == "+" || text.first == " " ? 1 : 0
        let parts = text.dropFirst().split(separator: ":")
        guard sign != 0, parts.count == 2, parts.allSatisfy({ $0.count == 2 }), let hours = Int(parts[0]), let minutes = Int(parts[1]),
            (0...14).contains(hours), (0...59).contains(minutes)
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}

/// Times as lists write them: with an offset or without, ISO or American order, to the month or to the microsecond.
enum ImportedTime {
    /// The span a text names: a month where it names a month, a day where a day, else from that moment a minute.
    ///
    /// - Throws: `CaselightError` with code `invalidTime`; also where a zone is needed and none is given.
    static func span(_ text: String, zone: LocalZone?) throws(CaselightError) -> TimeSpan {
        let trimmed = text.trimmingCharacters(in: .whitespaces)
        if let time = try? WallTime(rfc3339: trimmed) { return TimeSpan(start: time, end: time + .seconds(60)) }
        guard let parts = Parts(trimmed) else {
            throw CaselightError(
                .invalidTime, "read '\(trimmed.prefix(40))' as a time", because: "its form is not known",
                remedy: "Examples: 2026-03-02T14:05:00+08:00, 2026-03-02 14:05:00, 03/02/2026 02:05:00 PM, 2026-03.")
        }
        guard let zone else {
            throw CaselightError(
                .invalidTime, "read '\(trimmed.prefix(40))' as a time", because: "it has no offset from UTC",
                remedy: "Say where its clock stood: zone=+08:00 or zone=Asia/Shanghai.")
        }
        return try parts.span(in: zone)
    }

    private struct Parts {
        var year = 0
        var month = 0
        var day: Int?
        var time: (hour: Int, minute: Int, second: Int, microsecond: Int)?

        init?(_ text: String) {
            let halves = text.split(maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "T" || $0 == " " })
            guard let date = halves.first, readDate(date) else { return nil }
            guard halves.count > 1 else { return }
            guard day != nil, let time = Self.time(halves[1]) else { return nil }
            self.time = time
        }

        private mutating func readDate(_ text: Substring) -> Bool {
            let separator: Character = text.contains("-") ? "-" : "/"
            let parts = text.split(separator: separator, omittingEmptySubsequences: false)
            let numbers = parts.compactMap { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int($0) : nil }
            guard numbers.count == parts.count, (2...3).contains(numbers.count) else { return false }
            if parts[0].count == 4 {
                (year, month, day) = (numbers[0], numbers[1], numbers.count == 3 ? numbers[2] : nil)
            } else if separator == "/", numbers.count == 3, parts[2].count == 4 {
                (month, day, year) = (numbers[0], numbers[1], numbers[2])
            } else {
                return false
            }
            guard (1900...2999).contains(year), (1...12).contains(month) else { return false }
            return day.map { (1...Civil.daysInMonth(year: year, month: month)).contains($0) } ?? true
        }

        private static func time(_ text: Substring) -> (Int, Int, Int, Int)? {
            var body = text
            var isAfternoon: Bool?
            for (mark, value) in [("AM", false), ("PM", true)] where body.uppercased().hasSuffix(mark) {
                body = body.dropLast(2)
                isAfternoon = value
            }
            let parts = body.trimmingCharacters(in: .whitespaces).split(separator: ":", omittingEmptySubsequences: false)
            guard (2...3).contains(parts.count), var hour = Int(parts[0]), let minute = Int(parts[1]) else { return nil }
            let seconds = parts.count == 3 ? parts[2].split(separator: ".", omittingEmptySubsequences: false) : ["0"]
            guard let second = Int(seconds[0]), seconds.count <= 2 else { return nil }
            let digits = seconds.count == 2 ? String((seconds[1] + "000000").prefix(6)) : "0"
            guard let microsecond = Int(digits) else { return nil }
            if let isAfternoon {
                guard (1...12).contains(hour) else { return nil }
                hour = hour % 12 + (isAfternoon ? 12 : 0)
            }
            guard (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second), microsecond >= 0 else { return nil }
            return (hour, minute, second, microsecond)
        }

        func span(in zone: LocalZone) throws(CaselightError) -> TimeSpan {
            let start = moment(in: zone, year, month, day ?? 1)
            if time != nil { return TimeSpan(start: start, end: start + .seconds(60)) }
            var (nextYear, nextMonth, nextDay) = (year, month, (day ?? 1) + 1)
            if day == nil || nextDay > Civil.daysInMonth(year: year, month: month) {
                (nextDay, nextMonth) = (1, month + 1)
                if nextMonth > 12 { (nextMonth, nextYear) = (1, year + 1) }
            }
            return try TimeSpan(from: start, to: moment(in: zone, nextYear, nextMonth, nextDay))
        }

        private func moment(in zone: LocalZone, _ year: Int, _ month: Int, _ day: Int) -> WallTime {
            let time = time ?? (0, 0, 0, 0)
            return zone.moment(
                year: year, month: month, day: day, hour: time.hour, minute: time.minute, second: time.second, microsecond: time.microsecond)
        }
    }
}
