import Testing

@testable import CaselightMedia

@Suite struct DecodeTimesTests {
    /// Display times of I P B B P B B … in decoding order, 40 apart.
    private let reordered: [Int64] = [0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10, 11].map { 400 + $0 * 40 }
    private let pyramid: [Int64] = [0, 4, 2, 1, 3, 8, 6, 5, 7, 12, 10, 9, 11].map { 400 + $0 * 40 }

    private func run(_ displays: [Int64], depth: Int, given: [Int64?]? = nil) -> (times: [(display: Int64, decode: Int64)], depth: Int) {
        var times = DecodeTimes(depth: depth, step: 40)
        let result = displays.enumerated().map { times.next(display: $1, given: given?[$0]) }
        return (result, times.depth)
    }

    private func expectSound(_ times: [(display: Int64, decode: Int64)], sourceLocation: SourceLocation = #_sourceLocation) {
        for (index, time) in times.enumerated() {
            #expect(time.decode <= time.display, sourceLocation: sourceLocation)
            if index > 0 { #expect(time.decode > times[index - 1].decode, sourceLocation: sourceLocation) }
        }
    }

    @Test func withoutReorderingDecodingIsDisplay() {
        let displays = (0..<50).map { Int64($0) * 40 }
        #expect(run(displays, depth: 0).times.map(\.decode) == displays)
    }

    @Test func reorderedPicturesKeepTheirDisplayTimesAndAnEvenPace() {
        let result = run(reordered, depth: 1).times
        #expect(result.map(\.display) == reordered)
        #expect(result.map(\.decode) == (0..<13).map { 360 + Int64($0) * 40 })
    }

    @Test func aPyramidNeedsTwo() {
        let result = run(pyramid, depth: 2).times
        #expect(result.map(\.display) == pyramid)
        #expect(result.map(\.decode) == (0..<13).map { 320 + Int64($0) * 40 })
    }

    @Test(arguments: 0...4) func anyDepthGivesSoundTimes(depth: Int) {
        expectSound(run(reordered, depth: depth).times)
        expectSound(run(pyramid, depth: depth).times)
    }

    @Test func learnsReorderingThatBeginsLate() {
        let displays = (0..<10).map { Int64($0) * 40 } + reordered.map { $0 + 40 }
        let result = run(displays, depth: 0)
        expectSound(result.times)
        #expect(result.depth == 1)
        // Only what came before the depth was known may be moved.
        #expect(zip(result.times, displays).filter { $0.display != $1 }.count <= 2)
    }

    @Test func takesDecodingTimesThatKeepThePromise() {
        let given: [Int64?] = (0..<13).map { 300 + Int64($0) * 40 }
        #expect(run(reordered, depth: 1, given: given).times.map(\.decode) == given.compactMap { $0 })
    }

    @Test func makesItsOwnWhereTheGivenOnesStandStill() {
        let given: [Int64?] = Array(repeating: 300, count: 13)
        expectSound(run(reordered, depth: 1, given: given).times)
    }

    @Test func equalDisplayTimesAreKeptApart() {
        expectSound(run([0, 40, 40, 40, 80, 120], depth: 0).times)
    }
}
