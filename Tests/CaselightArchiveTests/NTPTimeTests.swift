import CaselightModel
import Testing

@testable import CaselightArchive

@Suite struct NTPTimeTests {
    @Test func everyMicrosecondOfASecondComesBack() {
        let second: Int64 = 1_772_435_292_000_000
        let wrong = (0..<1_000_000).filter { fraction in
            let time = WallTime(microseconds: second + Int64(fraction))
            return NTPTime.wallTime(NTPTime.value(of: time)) != time
        }
        #expect(wrong == [])
    }

    @Test(arguments: [
        "1970-01-01T00:00:00Z", "2000-01-01T00:00:00.000001Z", "2036-02-07T06:28:15.999999Z", "2036-02-07T06:28:16Z",
        "2099-12-31T23:59:59.5Z",
    ])
    func timesComeBackOnBothSidesOfTheWrap(_ text: String) throws {
        let time = try WallTime(rfc3339: text)
        #expect(NTPTime.wallTime(NTPTime.value(of: time)) == time)
    }

    @Test func writesTheFractionAsLibavformatDoes() throws {
        // ff_get_formatted_ntp_time(2208988800 s + 0.5 s)
        let value = NTPTime.value(of: WallTime(microseconds: 500_000))
        #expect(value == UInt64(2_208_988_800) << 32 | 500_000 * 0xFFFF_FFFF / 1_000_000)
    }

    @Test func readsTrueFractionsToo() {
        #expect(NTPTime.wallTime(2_208_988_800 << 32 | 1 << 31) == WallTime(microseconds: 500_000))
    }
}
