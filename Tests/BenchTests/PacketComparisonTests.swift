import Testing

@testable import caselight_bench

@Suite struct PacketComparisonTests {
    private let source = (0..<100).map { Packet(size: 1000 + $0, digest: UInt64($0)) }

    private func compare(_ numbers: [Int]) -> PacketComparison {
        PacketComparison(of: numbers.map { source[$0 % source.count] }, with: source)
    }

    @Test func anUnbrokenRunMayBeginAnywhereAndGoRoundTheLoop() {
        #expect(compare(Array(37..<412)) == PacketComparison(of: [], with: source))
    }

    @Test func countsWhatIsMissingInTheMiddle() {
        let found = compare(Array(10..<50) + Array(53..<90) + Array(98..<205))
        #expect(found.lostCount == 3 + 8 && found.foreignCount == 0 && !found.isUnbroken)
    }

    @Test func aPacketThatComesTwiceIsNoUnbrokenRun() {
        #expect(!compare([1, 2, 3, 3, 4]).isUnbroken)
    }

    @Test func aChangedPacketIsForeignAndCostsNoOther() {
        var recorded = Array(source[20..<60])
        recorded[7] = Packet(size: recorded[7].size, digest: 4711)
        let found = PacketComparison(of: recorded, with: source)
        #expect(found.foreignCount == 1 && found.lostCount == 0)
    }

    @Test func packetsThatAreAlikeDoNotHideALoss() {
        var source = source
        source[50] = source[10]
        let recorded = Array(source[5..<10]) + Array(source[13..<80])
        #expect(PacketComparison(of: recorded, with: source).lostCount == 3)
        #expect(PacketComparison(of: Array(source[5..<80]), with: source).isUnbroken)
    }
}
