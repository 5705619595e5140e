import CaselightArchive
import CaselightModel
import CaselightWorkerProtocol
import Testing

@testable import CaselightMedia

/// What the builder makes, as the archive's reader reads it. Whole recordings are compared packet by packet elsewhere.
@Suite struct FragmentBuilderTests {
    private static let keyframe: [UInt8] = [0, 0, 0, 1, 0x67, 1, 2, 0, 0, 0, 1, 0x68, 3, 0, 0, 1, 0x65, 4, 5, 6]
    private static let slice: [UInt8] = [0, 0, 1, 0x41, 9, 9]

    private func add(_ ticks: Int64, shownAfter shift: Int64 = 0, _ bytes: [UInt8], isKeyframe: Bool = false, to builder: inout FragmentBuilder) {
        let sample = FragmentBuilder.Sample(display: ticks + shift, decode: ticks, mediaUs: 0, isKeyframe: isKeyframe)
        bytes.withUnsafeBufferPointer { builder.add(sample, $0) }
    }

    /// A recorded track's initialization: what is read by it has its timescale.
    private static let initialization = Result {
        let clip = try LiveClip(
            try Clips.shared.make("builder.mp4", ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=1", "-pix_fmt", "yuv420p"]))
        try clip.play()
        return try MediaInitialization(try #require(clip.sink.segments.first).opening.videoInitialization)
    }

    private func read(_ bytes: ArraySlice<UInt8>) throws -> MediaFragment {
        let fragments = try FragmentReader(initialization: Self.initialization.get()).fragments(in: bytes, at: 0)
        try #require(fragments.count == 1)
        return fragments[0]
    }

    @Test func startCodesBecomeLengthsAndNothingElseChanges() throws {
        var builder = FragmentBuilder(isByteStream: true)
        add(0, Self.keyframe, isKeyframe: true, to: &builder)
        add(3600, Self.slice, to: &builder)
        #expect(builder.byteCount == 28)
        let bytes = builder.finish(wall: testStart, lastDuration: 3600)
        let units: [UInt8] = [0, 0, 0, 3, 0x67, 1, 2, 0, 0, 0, 2, 0x68, 3, 0, 0, 0, 4, 0x65, 4, 5, 6]
        #expect(Array(bytes.suffix(28)) == units + [0, 0, 0, 3, 0x41, 9, 9])
        #expect(builder.samples.isEmpty && builder.byteCount == 0)
    }

    @Test func timesAndSizesComeBack() throws {
        let ticks = Int64(try Self.initialization.get().timescale) / 25
        var builder = FragmentBuilder(isByteStream: false)
        // Decoded I P B, shown I B P.
        add(0, shownAfter: ticks, [1, 2, 3], isKeyframe: true, to: &builder)
        add(ticks, shownAfter: 2 * ticks, [4, 5], to: &builder)
        add(2 * ticks, shownAfter: 0, [6], to: &builder)
        let bytes = builder.finish(wall: testStart, lastDuration: 2 * ticks)
        let fragment = try read(bytes)
        #expect(fragment.startsAt == testStart && fragment.range == 0..<Int64(bytes.count))
        #expect(fragment.samples.map { ($0.time - testStart).value } == [0, 80_000, 40_000])
        #expect(fragment.samples.map(\.duration.value) == [40_000, 40_000, 80_000])
        #expect(fragment.samples.map(\.isSync) == [true, false, false])
        let content = fragment.samples.map { Array(Array(bytes)[Int($0.offset)..<(Int($0.offset) + $0.byteCount)]) }
        #expect(content == [[1, 2, 3], [4, 5], [6]])
    }

    /// Room for the boxes is made after the fragment before.
    @Test(arguments: [1, 38, 39, 600]) func holdsAnyNumberOfSamples(count: Int) throws {
        var builder = FragmentBuilder(isByteStream: false)
        for round in 0..<2 {
            for index in 0..<(round == 0 ? count : 601 - count) {
                add(Int64(index) * 10, [UInt8(index % 251)], isKeyframe: index == 0, to: &builder)
            }
            let bytes = builder.finish(wall: testStart, lastDuration: 10)
            let fragment = try read(bytes)
            #expect(fragment.samples.count == (round == 0 ? count : 601 - count))
            let whole = Array(bytes)
            #expect(fragment.samples.enumerated().allSatisfy { whole[Int($1.offset)] == UInt8($0 % 251) && $1.byteCount == 1 })
        }
    }
}
