import CaselightModel
import CaselightQuery

extension LocalZone {
    /// The months that a span touches, in order.
    func months(_ span: TimeSpan) -> [CivilPeriod] {
        var (periods, start) = ([CivilPeriod](), civil(span.start))
        var next = midnight(start.year, start.month, 1)
        while next < span.end {
            let (from, name) = (next, "\(Self.padded(start.year, 4))-\(Self.padded(start.month, 2))")
            next = midnight(start.month == 12 ? start.year + 1 : start.year, start.month % 12 + 1, 1)
            start = civil(next)
            periods.append(CivilPeriod(name: name, span: TimeSpan(start: from, end: next)))
        }
        return periods
    }

    /// The days that a span touches, in order; one is 23 or 25 hours long where a clock is put forward or back.
    func days(_ span: TimeSpan) -> [CivilPeriod] {
        var (periods, day) = ([CivilPeriod](), civil(span.start))
        var next = midnight(day.year, day.month, day.day)
        while next < span.end {
            let (from, name) = (next, "\(Self.padded(day.year, 4))-\(Self.padded(day.month, 2))-\(Self.padded(day.day, 2))")
            let isLast = day.day == Civil.daysInMonth(year: day.year, month: day.month)
            let isYearsLast = isLast && day.month == 12
            next = midnight(isYearsLast ? day.year + 1 : day.year, isLast ? day.month % 12 + 1 : day.month, isLast ? 1 : day.day + 1)
            day = civil(next)
            periods.append(CivilPeriod(name: name, span: TimeSpan(start: from, end: next)))
        }
        return periods
    }

    /// The beginning of the month that came `count` months before the one of a moment.
    func startOfMonth(_ count: Int, before time: WallTime) -> WallTime {
        let now = civil(time)
        let month = now.year * 12 + now.month - 1 - count
        return midnight(month / 12, month % 12 + 1, 1)
    }

    private func midnight(_ year: Int, _ month: Int, _ day: Int) -> WallTime {
        moment(year: year, month: month, day: day, hour: 0, minute: 0, second: 0, microsecond: 0)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
