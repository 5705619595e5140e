import CaselightModel
import Foundation
import TestSupport
import Testing

@Suite struct KeyframeTableTests {
    private let start = WallTime(microseconds: 1_772_431_500_000_000)

    @Test func comesBackFromItsBytes() {
        var random = SeededGenerator(seed: 7)
        for count in [0, 1, 2, 30, 1000] {
            var (time, offset) = (start, Int64(1500))
            let keyframes = (0..<count).map { _ in
                let keyframe = Keyframe(time: time, offset: offset, byteCount: .random(in: 0...3_000_000, using: &random))
                // A clock may step back within a run's steering; offsets never do.
                time = time + Microseconds(.random(in: -100_000...4_000_000, using: &random))
                offset += Int64(keyframe.byteCount) + .random(in: 0...20_000_000, using: &random)
                return keyframe
            }
            let table = KeyframeTable(keyframes, from: start)
            #expect(table.count == count)
            #expect(table.keyframes(from: start) == keyframes)
            #expect(KeyframeTable(packed: table.packed) == table)
        }
    }

    @Test func aDayOfTwoSecondKeyframesStaysUnder300Kilobytes() {
        var random = SeededGenerator(seed: 8)
        var byteCount = 0
        for minute in 0..<1440 {
            var offset: Int64 = 2000
            let keyframes = (0..<30).map { index in
                let jitter = Int64.random(in: -500...500, using: &random)
                let time = start + .seconds(Int64(minute * 60 + index * 2)) + Microseconds(jitter)
                let keyframe = Keyframe(time: time, offset: offset, byteCount: .random(in: 60_000...120_000, using: &random))
                offset += Int64(keyframe.byteCount) + .random(in: 400_000...900_000, using: &random)
                return keyframe
            }
            byteCount += KeyframeTable(keyframes, from: start + .seconds(Int64(minute * 60))).packed.count
        }
        #expect(byteCount < 400_000, "\(byteCount)")
    }

    @Test func wildTimesAndOffsetsDoNotTrap() {
        let keyframes = [Int64.max, .min, 0, .max, -1].map {
            Keyframe(time: WallTime(microseconds: $0), offset: $0, byteCount: .max)
        }
        #expect(KeyframeTable(keyframes, from: WallTime(microseconds: .min)).count == 5)
    }

    @Test func hostileBytesDoNotTrap() {
        var random = SeededGenerator(seed: 9)
        for round in 0..<3000 {
            let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
                round % 3 == 0 ? UInt8.random(in: 0x80...0xFF, using: &random) : .random(in: 0...255, using: &random)
            }
            let table = KeyframeTable(packed: bytes)
            let keyframes = table.keyframes(from: start)
            #expect(keyframes.count == table.count && table.count <= bytes.count / 3)
            for keyframe in keyframes { _ = keyframe.time.description }
        }
    }

    @Test func aCutTableKeepsWhatIsWhole() {
        let keyframes = (0..<10).map { Keyframe(time: start + .seconds(Int64($0)), offset: Int64($0) * 1000, byteCount: 700) }
        let packed = KeyframeTable(keyframes, from: start).packed
        for length in packed.indices {
            let cut = KeyframeTable(packed: Array(packed[..<length])).keyframes(from: start)
            #expect(cut == Array(keyframes[..<cut.count]))
        }
    }
}

@Suite struct ActivityTableTests {
    @Test func keepsValuesToSixPerCent() {
        for value in [0, 1, 10, 333, 4096, 65_000, 1_000_000, 2_400_000] {
            let back = ActivityTable(bytesPerSecond: [value]).perSecond[0]
            #expect(abs(Double(back - value)) <= max(1, Double(value) * 0.03), "\(value) came back as \(back)")
        }
    }

    @Test func holdsAtItsEnds() {
        #expect(ActivityTable(bytesPerSecond: [-5, 0, .max]).packed == [0, 0, 255])
        #expect(ActivityTable(packed: Array(0...255)).perSecond.count == 256)
    }

    @Test func everyByteComesBackAsItself() {
        // Below 20 bytes or so the steps are finer than whole bytes.
        for byte in UInt8(60)...255 {
            #expect(ActivityTable(bytesPerSecond: ActivityTable(packed: [byte]).perSecond).packed == [byte])
        }
    }

    @Test func weightedBytesSaySoAndKeepValuesToTwoPerCent() {
        let values = [0, 5000, 12_345, 40_000, 900_000.0]
        let table = ActivityTable(weightedBytesPerSecond: values)
        #expect(table.measure == .weightedBytes && table.secondCount == 5 && table.packed.count == 7)
        for (value, back) in zip(values, table.perSecond) {
            #expect(abs(Double(back) - value) <= value * 0.012 + 1, "\(value) came back as \(back)")
        }
        #expect(table.levels == values.map { $0 == 0 ? 0 : 1 + Int((log2($0) * 32).rounded()) })
        let far = ActivityTable(weightedBytesPerSecond: [1e30, 1, 0])
        #expect(far.packed[2] > 220 && far.packed[3...] == [1, 0])
        #expect(far.perSecond[0] > 1_000_000 && ActivityTable(weightedBytesPerSecond: []).perSecond == [])
    }

    /// What was packed before there were weighted bytes reads as the bytes it was.
    @Test func aTableOfBytesNeverBeginsAsOneOfWeightedBytes() {
        for value in 0...100_000 { #expect(ActivityTable(bytesPerSecond: [value, value]).measure == .bytes) }
        let old = ActivityTable(packed: [0, 12, 160])
        #expect(old.measure == .bytes && old.secondCount == 3 && old.perSecond == [0, 1, 10_320] && old.levels == [0, 33, 428])
    }

    @Test func isItsBytesInJSON() throws {
        let table = ActivityTable(packed: [0, 7, 255])
        let json = try JSONEncoder().encode(table)
        #expect(String(decoding: json, as: UTF8.self) == "[0,7,255]")
        #expect(try JSONDecoder().decode(ActivityTable.self, from: json) == table)
    }
}
