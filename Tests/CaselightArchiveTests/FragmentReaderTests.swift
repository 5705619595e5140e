import CaselightModel
import TestSupport
import Testing

@testable import CaselightArchive

@Suite struct FragmentReaderTests {
    let start: WallTime
    let reader: FragmentReader

    init() throws {
        start = try WallTime(rfc3339: "2026-03-02T07:08:12.250001Z")
        reader = FragmentReader(initialization: try MediaInitialization(Handmade.initialization()))
    }

    @Test func readsTheInitialization() throws {
        let bytes = Handmade.initialization(codec: "hvc1", trackID: 7, timescale: 90_000)
        let initialization = try MediaInitialization(bytes + [1, 2, 3])
        #expect(initialization.byteCount == bytes.count)
        #expect(initialization.trackID == 7)
        #expect(initialization.timescale == 90_000)
        #expect(initialization.codec == "hvc1")
    }

    @Test func timesSamplesFromTheProducerReference() throws {
        let samples = [
            Handmade.Sample(byteCount: 10, durationTicks: 512, compositionTicks: 1024, isSync: true),
            Handmade.Sample(byteCount: 5, durationTicks: 512, compositionTicks: 2048),
            Handmade.Sample(byteCount: 6, durationTicks: 511, compositionTicks: 0),
        ]
        let bytes = Handmade.fragment(at: start, ticks: 1 << 40, samples)
        let fragment = try #require(try reader.fragments(in: bytes[...], at: 1000).first)
        let dataOffset = 1000 + Int64(bytes.count) - 21
        #expect(fragment.range == 1000..<1000 + Int64(bytes.count))
        #expect(fragment.startsAt == start)
        // Ticks of 1/12800 s: 512 are 40 ms; a presentation before the reference's rounds down, not toward it.
        #expect(
            fragment.samples == [
                MediaSample(time: start, duration: .milliseconds(40), offset: dataOffset, byteCount: 10, isSync: true),
                MediaSample(
                    time: start + .milliseconds(120), duration: .milliseconds(40), offset: dataOffset + 10, byteCount: 5, isSync: false),
                MediaSample(time: start, duration: Microseconds(39_921), offset: dataOffset + 15, byteCount: 6, isSync: false),
            ])
        #expect(fragment.endsAt == start + .milliseconds(160))
    }

    @Test func roundsTimesBeforeTheReferenceDown() throws {
        let samples = [Handmade.Sample(byteCount: 1, compositionTicks: 1), Handmade.Sample(byteCount: 1, compositionTicks: -512)]
        let fragment = try #require(try reader.fragments(in: Handmade.fragment(at: start, ticks: 5000, samples)[...], at: 0).first)
        // -1 tick is -78.125 µs.
        #expect(fragment.samples.map { ($0.time - start).value } == [0, -79])
    }

    @Test func readsFragmentsInARow() throws {
        let bytes = (0..<3).flatMap { Handmade.fragment(at: start + .seconds($0), ticks: UInt64($0) * 12_800, Handmade.second()) }
        let fragments = try reader.fragments(in: bytes[...], at: 0)
        #expect(fragments.map(\.startsAt) == (0..<3).map { start + .seconds($0) })
        #expect(fragments.last?.range.upperBound == Int64(bytes.count))
    }

    @Test func takesDefaultsAndSeveralRuns() throws {
        let tfhd = Handmade.box(
            "tfhd", Handmade.number32(0x2_0038), Handmade.number32(1), Handmade.number32(256), Handmade.number32(4),
            Handmade.number32(0x101_0000))
        let tfdt = Handmade.box("tfdt", Handmade.number32(0), Handmade.number32(100))
        func moof(_ offset: UInt32) -> [UInt8] {
            let first = Handmade.box(
                "trun", Handmade.number32(0x5), Handmade.number32(2), Handmade.number32(offset), Handmade.number32(0x200_0000))
            let second = Handmade.box("trun", Handmade.number32(0), Handmade.number32(1))
            return Handmade.box("moof", Handmade.box("traf", tfhd, tfdt, first, second))
        }
        let size = UInt32(moof(0).count)
        let bytes = Handmade.prft(at: start, mediaTicks: 100) + moof(size + 8) + Handmade.box("mdat", Handmade.zeros(12))
        let fragment = try #require(try reader.fragments(in: bytes[...], at: 0).first)
        #expect(fragment.samples.map(\.isSync) == [true, false, false])
        #expect(fragment.samples.map(\.byteCount) == [4, 4, 4])
        #expect(fragment.samples.map { ($0.time - start).value } == [0, 20_000, 40_000])
    }

    @Test func refusesWhatContradictsItself() throws {
        let good = Handmade.fragment(at: start, ticks: 0, Handmade.second())
        let prft = Handmade.prft(at: start, mediaTicks: 0)
        let other = FragmentReader(initialization: try MediaInitialization(Handmade.initialization(trackID: 2)))
        var shortData = good
        shortData.replaceSubrange(good.count - 6000 - 24 * 700 - 8..<good.count, with: Handmade.box("mdat", Handmade.zeros(100)))
        let cases: [(String, [UInt8])] = [
            ("no prft", Array(good.dropFirst(prft.count))),
            ("two prft", prft + good),
            ("mdat alone", prft + Handmade.box("mdat", [1])),
            ("data too short", shortData),
            ("size zero", Handmade.zeros(64)),
            ("size below its header", Handmade.number32(7) + Array("moof".utf8)),
            ("size beyond the end", Handmade.number32(1 << 30) + Array("moof".utf8)),
            ("64-bit size beyond all", Handmade.number32(1) + Array("mdat".utf8) + Handmade.number64(.max)),
            ("empty moof", prft + Handmade.box("moof", []) + Handmade.box("mdat", [])),
            ("a time far away", Handmade.prft(at: start, mediaTicks: 1 << 62) + good.dropFirst(prft.count)),
        ]
        for (name, bytes) in cases {
            #expect(throws: CaselightError.self, "\(name)") { try reader.fragments(in: bytes[...], at: 0) }
        }
        #expect(throws: CaselightError.self) { try other.fragments(in: good[...], at: 0) }
    }

    @Test func refusesARunOfMoreSamplesThanItHasBytesFor() throws {
        let tfhd = Handmade.box("tfhd", Handmade.number32(0x2_0000), Handmade.number32(1))
        let tfdt = Handmade.box("tfdt", Handmade.number32(0), Handmade.number32(0))
        let trun = Handmade.box("trun", Handmade.number32(0), Handmade.number32(.max))
        let bytes = Handmade.prft(at: start, mediaTicks: 0) + Handmade.box("moof", Handmade.box("traf", tfhd, tfdt, trun))
        #expect(throws: CaselightError.self) { try reader.fragments(in: (bytes + Handmade.box("mdat", []))[...], at: 0) }
    }

    @Test func refusesATornFragmentAtEveryByte() {
        let bytes = Handmade.fragment(at: start, ticks: 0, [.init(byteCount: 40, isSync: true), .init(byteCount: 20)])
        let accepted = (1..<bytes.count).filter { (try? reader.fragments(in: bytes.prefix($0), at: 0)) != nil }
        #expect(accepted == [])
    }

    @Test func survivesAnyFlippedByte() {
        var generator = SeededGenerator(seed: 7)
        let good =
            Handmade.initialization() + Handmade.fragment(at: start, ticks: 0, [.init(byteCount: 40, isSync: true), .init(byteCount: 20)])
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let reader = (try? MediaInitialization(bytes)).map { FragmentReader(initialization: $0) } ?? reader
            _ = try? reader.fragments(in: bytes[...], at: 0)
        }
    }
}

/// The same numbers in every run (splitmix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
