import CaselightArchive
import CaselightModel
import Testing

@testable import CaselightMedia

@Suite struct ProducerReferenceTimeTests {
    @Test func everyMicrosecondComesBack() {
        let second: Int64 = 1_772_431_200_000_000
        for microsecond in stride(from: Int64(0), to: 1_000_000, by: 37) {
            let time = WallTime(microseconds: second + microsecond)
            #expect(NTPTime.wallTime(ProducerReferenceTime.ntp(time)) == time)
        }
    }

    @Test(arguments: [0, 999_999, 1_772_431_200_999_999, 2_085_978_495_999_999, 2_085_978_496_000_000, 2_500_000_000_000_001])
    func holdsAtTheEndsOfSecondsAndEras(microseconds: Int64) {
        let time = WallTime(microseconds: microseconds)
        #expect(NTPTime.wallTime(ProducerReferenceTime.ntp(time)) == time)
    }

    @Test func isABoxOfVersionOne() {
        var box: [UInt8] = []
        ProducerReferenceTime.append(to: &box, wall: WallTime(microseconds: 0), mediaTicks: 90_000)
        #expect(
            box == [0, 0, 0, 32] + Array("prft".utf8) + [1, 0, 0, 24] + [0, 0, 0, 1] + [0x83, 0xAA, 0x7E, 0x80, 0, 0, 0, 0]
                + [0, 0, 0, 0, 0, 1, 0x5F, 0x90])
    }
}
