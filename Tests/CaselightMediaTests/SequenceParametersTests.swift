import CFFmpeg
import Foundation
import Testing

@testable import CaselightMedia

@Suite struct SequenceParametersTests {
    private func depth(_ arguments: [String], name: String) throws -> Int? {
        let path = try Clips.shared.make(name, ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=1", "-pix_fmt", "yuv420p"] + arguments)
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        let codec: NALCodec = name.hasSuffix("h264") ? .h264 : .h265
        let sets = bytes.withUnsafeBufferPointer { AccessUnitFacts($0, codec: codec, collecting: true).parameterSets }
        #expect(sets.isComplete(codec))
        return sets.firstSequence.flatMap { SequenceParameters.reorderDepth($0, codec: codec) }
    }

    @Test(
        arguments: [
            ("a.h264", ["-c:v", "libx264", "-bf", "0"], 0),
            ("b.h264", ["-c:v", "libx264", "-bf", "2", "-x264-params", "b-pyramid=none"], 1),
            ("c.h264", ["-c:v", "libx264", "-bf", "3", "-x264-params", "b-pyramid=normal"], 2),
            ("d.h264", ["-c:v", "libx264", "-profile:v", "baseline"], 0),
            (
                "e.h264",
                [
                    "-c:v", "libx264", "-profile:v", "high444", "-bf", "2", "-x264-params",
                    "cqm=jvt:vbv-maxrate=500:vbv-bufsize=500:nal-hrd=vbr",
                ], 2
            ),
            ("f.h265", ["-c:v", "libx265", "-x265-params", "bframes=0:log-level=none"], 0),
            ("g.h265", ["-c:v", "libx265", "-x265-params", "bframes=3:b-pyramid=0:log-level=none"], 1),
            ("h.h265", ["-c:v", "libx265", "-x265-params", "bframes=4:b-pyramid=1:log-level=none"], 2),
        ])
    func saysHowManyPicturesAreReordered(name: String, arguments: [String], expected: Int) throws {
        #expect(try depth(arguments, name: name) == expected)
    }

    @Test func damagedSetsSayNothing() {
        var bytes: [UInt8] = [0x67, 0x64, 0x00, 0x1F, 0xAC, 0xD9, 0x40, 0x50, 0x05, 0xBB]
        for length in 0..<bytes.count {
            _ = SequenceParameters.reorderDepth(Array(bytes.prefix(length)), codec: .h264)
            _ = SequenceParameters.reorderDepth(Array(bytes.prefix(length)), codec: .h265)
        }
        bytes = Array(repeating: 0, count: 100)
        #expect(SequenceParameters.reorderDepth(bytes, codec: .h264) == nil)
        #expect(SequenceParameters.reorderDepth(Array(repeating: 0xFF, count: 3), codec: .h265) == nil)
    }

    @Test func randomBytesNeverTrap() {
        var generator = SplitMix(seed: 7)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            _ = SequenceParameters.reorderDepth(bytes, codec: .h264)
            _ = SequenceParameters.reorderDepth(bytes, codec: .h265)
            bytes.withUnsafeBufferPointer { buffer in
                _ = AccessUnitFacts(buffer, codec: .h264, collecting: true)
                _ = AccessUnitFacts(buffer, codec: .h265, collecting: true)
                _ = AudioHeaders.ADTS(buffer)
                _ = JPEGHeader.size(buffer)
            }
        }
    }

    @Test func emulationPreventionIsTakenOut() {
        var bits = BitReader([0, 0, 3, 1, 0, 0, 3, 0])
        #expect([bits.read(16), bits.read(8), bits.read(24), bits.read(1)] == [0, 1, 0, nil])
    }
}
