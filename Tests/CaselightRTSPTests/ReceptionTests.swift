import Testing

@testable import CaselightRTSP

/// Sequence numbers, times and bounds of packets.
@Suite struct ReceptionTests {
    /// Counts packets with these sequence numbers, 10 ms apart.
    func reception(_ sequences: [Int], source: UInt32 = 1) throws -> Reception {
        var reception = Reception(clockRate: 90_000)
        for (index, sequence) in sequences.enumerated() {
            let bytes = RTP.packet(type: 96, sequence: sequence, timestamp: UInt32(index * 900), source: source)
            let at = Int64(index) * 10_000
            reception.take(try #require(RTP.header(bytes)), afterUs: at, byUs: at)
        }
        return reception
    }

    struct Case: Sendable, CustomStringConvertible {
        var description: String
        var sequences: [Int]
        var received: Int
        var lost = 0
        var duplicates = 0
        var reordered = 0
    }

    @Test(arguments: [
        Case(description: "none missing", sequences: [5, 6, 7], received: 3),
        Case(description: "over the wrap", sequences: [65_533, 65_534, 65_535, 0, 1, 2], received: 6),
        Case(description: "missing over the wrap", sequences: [65_533, 65_535, 2], received: 3, lost: 3),
        Case(description: "late", sequences: [10, 11, 13, 12, 14], received: 5, reordered: 1),
        Case(description: "late over the wrap", sequences: [65_534, 0, 65_535, 1], received: 4, reordered: 1),
        Case(description: "twice", sequences: [10, 11, 11, 12, 10], received: 5, duplicates: 2),
        Case(description: "before the first", sequences: [10, 9, 11], received: 3, reordered: 1),
        Case(description: "renumbered", sequences: [10, 11, 30_000, 30_001, 30_002], received: 5),
        Case(description: "one stray number", sequences: [10, 11, 30_000, 12, 13], received: 5),
        Case(description: "missing, then renumbered", sequences: [10, 13, 30_000, 30_001, 30_003], received: 5, lost: 3),
    ])
    func counts(example: Case) throws {
        let reception = try reception(example.sequences)
        let counted: [Int] = [reception.received, reception.lost, reception.duplicates, reception.reordered]
        #expect(counted == [example.received, example.lost, example.duplicates, example.reordered])
    }

    @Test func countsFarBeyondSixteenBits() throws {
        #expect(try reception((0..<200_000).filter { $0 % 1000 != 999 }.map { $0 & 0xFFFF }).lost == 199)
    }

    @Test func evenPacketsHaveNoJitter() throws {
        #expect(try reception(Array(0..<100)).jitterUs == 0)
    }

    @Test func lateArrivalsAreJitterUnlessBatchesExplainThem() throws {
        func jitter(window: Int64) throws -> Int64 {
            var reception = Reception(clockRate: 90_000)
            for index in 0..<200 {
                let at = Int64(index) * 40_000 + (index % 2 == 0 ? 0 : 20_000)
                let header = try #require(RTP.header(RTP.packet(type: 96, sequence: index, timestamp: UInt32(index * 3600))))
                reception.take(header, afterUs: at - window, byUs: at)
            }
            return reception.jitterUs
        }
        #expect((19_000...20_000).contains(try jitter(window: 0)))
        #expect(try jitter(window: 20_000) == 0)
    }

    @Test func readsTheAbsoluteTimeOfONVIF() throws {
        // 2021-05-05T21:51:17.5Z.
        let seconds: UInt32 = 1_620_251_477 + 2_208_988_800
        let bytes = RTP.packet(type: 96, sequence: 1, timestamp: 2, extensionWords: [seconds, 1 << 31, 0xA000_0000])
        let header = try #require(RTP.header(bytes))
        let timeUs = NTPTime.microseconds(try #require(header.absoluteTime), nowUs: 1_700_000_000_000_000)
        let expectedUs: Int64 = 1_620_251_477_500_000
        #expect(timeUs == expectedUs)
        let other = RTP.packet(type: 96, sequence: 1, timestamp: 2, extensionWords: [seconds, 0, 0], profile: 0xBEDE)
        #expect(try #require(RTP.header(other)).absoluteTime == nil)
    }

    @Test func theEraNearestToNowIsMeant() {
        let y2040: Int64 = 2_208_988_800_000_000
        // 2040-01-01: seconds since 1900 have begun anew in 2036.
        let ntp = UInt64(UInt32(truncatingIfNeeded: 2_208_988_800 + 2_208_988_800)) << 32
        #expect(NTPTime.microseconds(ntp, nowUs: y2040) == y2040)
        #expect(NTPTime.microseconds(UInt64(2_208_988_800) << 32, nowUs: 1_700_000_000_000_000) == 0)
    }

    /// First byte, how many zeros follow, and what ends it.
    struct Damaged: Sendable {
        var first: UInt8
        var zeroCount: Int
        var last: [UInt8] = []
    }

    @Test(arguments: [
        Damaged(first: 0x80, zeroCount: 0), Damaged(first: 0x80, zeroCount: 10),
        // Another version.
        Damaged(first: 0x40, zeroCount: 20),
        // More contributing sources than there is room for.
        Damaged(first: 0x8F, zeroCount: 30),
        // An extension that begins behind the end, and one that ends there.
        Damaged(first: 0x90, zeroCount: 12), Damaged(first: 0x90, zeroCount: 11, last: [0xAB, 0xAC, 0, 3, 0, 0, 0, 0]),
        // Padding of nothing, and of more than there is.
        Damaged(first: 0xA0, zeroCount: 20), Damaged(first: 0xA0, zeroCount: 19, last: [200]),
    ])
    func refusesAHeadThatDoesNotFit(damaged: Damaged) {
        let bytes = [damaged.first] + [UInt8](repeating: 0, count: damaged.zeroCount) + damaged.last
        #expect(RTP.header(bytes) == nil)
        #expect(RTP.header([]) == nil)
    }

    @Test func readsASenderReportInACompound() throws {
        let report = RTP.senderReport(source: 9, ntp: 77 << 32, rtpTime: 5) + [0x81, 202, 0, 2, 0, 0, 0, 9, 1, 1, 0x41, 0]
        let alone = RTP.senderReport(source: 9, ntp: 77 << 32, rtpTime: 5)
        #expect(RTP.report(report) != nil)
        #expect(RTP.report(report) == RTP.report(alone))
        #expect(RTP.report(report.dropLast()) == nil)
        #expect(RTP.report([0x80, 200, 0, 1, 0, 0, 0, 9]) == nil)
    }
}
