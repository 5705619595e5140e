import CaselightModel
import Foundation
import TestSupport
import Testing

@Suite struct WallTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-03-02T14:05:00+08:00", 1_772_431_500_000_000),
        ("2026-03-02t06:05:00z", 1_772_431_500_000_000),
        ("2026-03-02 06:05:00Z", 1_772_431_500_000_000),
        ("2026-03-02T06:05:00.5Z", 1_772_431_500_500_000),
        ("2026-03-02T06:05:00.123456789Z", 1_772_431_500_123_456),
        ("2026-03-02T00:35:00-05:30", 1_772_431_500_000_000),
        ("2026-03-02T06:05:00-00:00", 1_772_431_500_000_000),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000_000),
        ("2000-02-29T23:59:59.999999Z", 951_868_799_999_999),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
        ("1969-12-31T23:59:59.999Z", -1000),
        ("1900-01-01T00:00:00Z", -2_208_988_800_000_000),
        ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
    ]) func reads(_ text: String, microseconds: Int64) throws {
        #expect(try WallTime(rfc3339: text).microseconds == microseconds)
    }

    @Test(arguments: [
        ("", "the year must be 4 digits"),
        ("26-03-02T14:05:00Z", "the year must be 4 digits"),
        ("0099-03-02T14:05:00Z", "the year must be 1900 to 9999"),
        ("-026-03-02T14:05:00Z", "the year must be 4 digits"),
        ("2026/03/02T14:05:00Z", "'-' must follow the year"),
        ("2026-13-02T14:05:00Z", "the month must be 01 to 12"),
        ("2026-00-02T14:05:00Z", "the month must be 01 to 12"),
        ("2026-3-02T14:05:00Z", "the month must be 2 digits"),
        ("2026-02-29T14:05:00Z", "the day must be 01 to 28"),
        ("1900-02-29T14:05:00Z", "the day must be 01 to 28"),
        ("2026-04-31T14:05:00Z", "the day must be 01 to 30"),
        ("2026-03-02", "'T' and a time of day must follow the date"),
        ("2026-03-02X14:05:00Z", "'T' and a time of day must follow the date"),
        ("2026-03-02T24:00:00Z", "the hour must be 00 to 23"),
        ("2026-03-02T14.05:00Z", "':' must follow the hour"),
        ("2026-03-02T14:60:00Z", "the minute must be 00 to 59"),
        ("2026-03-02T14:05Z", "':' must follow the minute"),
        ("2026-03-02T14:05:61Z", "the second must be 00 to 60"),
        ("2026-03-02T14:05:00.Z", "digits must follow the decimal point"),
        ("2026-03-02T14:05:00,5Z", "an offset must end it: Z, +08:00"),
        ("2026-03-02T14:05:00", "an offset must end it: Z, +08:00"),
        ("2026-03-02T14:05:00+8:00", "the offset's hour must be 2 digits"),
        ("2026-03-02T14:05:00+0800", "':' must follow the offset's hour"),
        ("2026-03-02T14:05:00+24:00", "the offset's hour must be 00 to 23"),
        ("2026-03-02T14:05:00+08:60", "the offset's minute must be 00 to 59"),
        ("2026-03-02T14:05:00Z ", "something follows the offset"),
        ("２０２６-03-02T14:05:00Z", "the year must be 4 digits"),
    ]) func refuses(_ text: String, saying cause: String) {
        #expect {
            try WallTime(rfc3339: text)
        } throws: { error in
            let error = error as? CaselightError
            return error?.code == .invalidTime && error?.cause == cause && error?.description.contains("Example: 2026") == true
        }
    }

    @Test func aHugeTextMakesAShortMessage() throws {
        let error = try #require(throws: CaselightError.self) { try WallTime(rfc3339: "e" + String(repeating: "\u{301}", count: 100_000)) }
        #expect(error.description.utf8.count < 300)
    }

    @Test func writesAsManyDigitsAsItNeeds() {
        #expect(WallTime(microseconds: 0).rfc3339() == "1970-01-01T00:00:00Z")
        #expect(WallTime(microseconds: 1500).rfc3339() == "1970-01-01T00:00:00.001500Z")
        #expect(WallTime(microseconds: 15_000).rfc3339() == "1970-01-01T00:00:00.015Z")
        #expect(WallTime(microseconds: -1).rfc3339() == "1969-12-31T23:59:59.999999Z")
        #expect(WallTime(microseconds: 0).rfc3339(offsetSeconds: 28_800) == "1970-01-01T08:00:00+08:00")
        #expect(WallTime(microseconds: 0).rfc3339(offsetSeconds: -12_600) == "1969-12-31T20:30:00-03:30")
    }

    @Test func whatItWritesItReads() throws {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let time = WallTime(microseconds: .random(in: -2_208_900_000_000_000...253_402_200_000_000_000, using: &random))
            let offset = Int.random(in: -1439...1439, using: &random) * 60
            #expect(try WallTime(rfc3339: time.rfc3339(offsetSeconds: offset)) == time)
        }
    }

    @Test func printsAnyValue() {
        for microseconds in [Int64.min, .min + 1, .max, WallTime.distantPast.microseconds, WallTime.distantFuture.microseconds] {
            #expect(!WallTime(microseconds: microseconds).description.isEmpty)
        }
    }

    @Test func isTextInJSON() throws {
        let time = WallTime(microseconds: 1_772_431_500_123_000)
        let json = try JSONEncoder().encode([time])
        #expect(String(decoding: json, as: UTF8.self) == #"["2026-03-02T06:05:00.123Z"]"#)
        #expect(try JSONDecoder().decode([WallTime].self, from: json) == [time])
        #expect(throws: (any Error).self) { try JSONDecoder().decode([WallTime].self, from: Data("[1]".utf8)) }
    }
}

@Suite struct CivilTests {
    @Test func agreesWithTheCalendarOverEightThousandYears() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var random = SeededGenerator(seed: 2)
        for _ in 0..<3000 {
            let seconds = Int64.random(in: -2_208_900_000...253_402_200_000, using: &random)
            let civil = Civil(WallTime(microseconds: seconds * 1_000_000))
            let parts = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(seconds)))
            #expect([civil.year, civil.month, civil.day, civil.hour, civil.minute, civil.second]
                == [parts.year, parts.month, parts.day, parts.hour, parts.minute, parts.second])
        }
    }

    @Test func everyDayOfFourCenturiesComesBack() {
        var day = Civil.days(year: 1899, month: 12, day: 31)
        for year in 1900..<2300 {
            for month in 1...12 {
                for date in 1...Civil.daysInMonth(year: year, month: month) {
                    day += 1
                    let civil = Civil(WallTime(microseconds: Int64(day) * 86_400_000_000))
                    if Civil.days(year: year, month: month, day: date) != day || (civil.year, civil.month, civil.day) != (year, month, date) {
                        Issue.record("\(year)-\(month)-\(date) is day \(day)")
                    }
                }
            }
        }
    }

    @Test func roundsTowardThePast() {
        #expect(floorDivide(-1, 10) == -1)
        #expect(floorDivide(-10, 10) == -1)
        #expect(floorDivide(-11, 10) == -2)
        #expect(floorDivide(19, 10) == 1)
    }
}

@Suite struct TimeSpanTests {
    private func span(_ start: Int64, _ end: Int64) -> TimeSpan {
        TimeSpan(start: WallTime(microseconds: start), end: WallTime(microseconds: end))
    }

    @Test func isHalfOpen() {
        #expect(span(0, 10).contains(WallTime(microseconds: 0)))
        #expect(!span(0, 10).contains(WallTime(microseconds: 10)))
        #expect(!span(0, 10).overlaps(span(10, 20)))
        #expect(span(0, 10).overlaps(span(9, 20)))
        #expect(span(0, 10).intersection(span(10, 20)) == nil)
        #expect(span(0, 10).intersection(span(5, 20)) == span(5, 10))
    }

    @Test func refusesToRunBackward() {
        for (start, end) in [(5, 5), (6, 5), (Int64.max, Int64.min)] {
            let error = #expect(throws: CaselightError.self) {
                try TimeSpan(from: WallTime(microseconds: start), to: WallTime(microseconds: end))
            }
            #expect(error?.code == .reversedTimes)
        }
    }

    @Test func widensAndShifts() {
        #expect(span(10, 20).widened(by: Microseconds(3)) == span(7, 23))
        #expect(span(10, 20).shifted(by: Microseconds(-3)) == span(7, 17))
        #expect(span(10, 20).duration == Microseconds(10))
    }

    @Test func subtractingLeavesWhatIsNotCovered() {
        #expect(span(0, 10).subtracting([]) == [span(0, 10)])
        #expect(span(0, 10).subtracting([span(-5, 15)]) == [])
        #expect(span(0, 10).subtracting([span(0, 10)]) == [])
        #expect(span(0, 10).subtracting([span(3, 5)]) == [span(0, 3), span(5, 10)])
        #expect(span(0, 10).subtracting([span(8, 12), span(-3, 2), span(1, 4)]) == [span(4, 8)])
        #expect(span(0, 10).subtracting([span(10, 20), span(-9, 0)]) == [span(0, 10)])
        #expect(span(0, 10).subtracting([span(2, 8), span(3, 4)]) == [span(0, 2), span(8, 10)])
    }

    @Test func subtractingAgreesWithCountingEachMicrosecond() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let covered = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                let start = Int64.random(in: -5...45, using: &random)
                return span(start, start + .random(in: 1...15, using: &random))
            }
            let rest = span(0, 40).subtracting(covered)
            let expected = (Int64(0)..<40).filter { second in !covered.contains { $0.contains(WallTime(microseconds: second)) } }
            #expect(rest.flatMap { Array($0.start.microseconds..<$0.end.microseconds) } == expected)
            #expect(zip(rest, rest.dropFirst()).allSatisfy { $0.end < $1.start })
        }
    }

    @Test func isTwoTimesInJSON() throws {
        let json = try JSONEncoder().encode(span(0, 1_000_000))
        #expect(try JSONDecoder().decode(TimeSpan.self, from: json) == span(0, 1_000_000))
        let reversed = Data(#"{"startedAt":"2026-01-02T00:00:00Z","endedAt":"2026-01-01T00:00:00Z"}"#.utf8)
        #expect(throws: CaselightError.self) { try JSONDecoder().decode(TimeSpan.self, from: reversed) }
    }
}
