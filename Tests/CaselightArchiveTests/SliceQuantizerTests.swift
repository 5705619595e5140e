import Foundation
import TestSupport
import Testing

@testable import CaselightSlices

/// Quantizers as FFmpeg's own parser of headers tells them, of streams by x264 and x265 with the tools that cameras use, and rarer ones.
@Suite(.enabled(if: FFmpegClip.isAvailable, "needs ffmpeg"))
struct SliceQuantizerTests {
    @Test(arguments: [
        ["libx264", "-crf", "28"], ["libx264", "-b:v", "150k", "-maxrate", "150k", "-bufsize", "150k"],
        ["libx264", "-profile:v", "baseline"], ["libx264", "-x264-params", "slices=4:ref=5:b-pyramid=normal:bframes=5:weightp=2"],
        ["libx264", "-flags", "+ilme+ildct", "-x264-params", "tff=1"], ["libx264", "-x264-params", "cqm=jvt:cabac=0"],
        ["libx264", "-pix_fmt", "yuv444p"], ["libx264", "-pix_fmt", "gray"], ["libx264", "-pix_fmt", "yuv420p10le"],
        ["libx264", "-x264-params", "intra-refresh=1:keyint=25"], ["libx264", "-x264-params", "open-gop=1:keyint=10:bframes=3"],
    ])
    func agreesWithFFmpegOnH264(options: [String]) throws {
        var reader = H264SliceReader()
        try compare(options, suffix: "264") { try reader.quantizer(of: $0) }
    }

    @Test(arguments: [
        ["libx265", "-crf", "30"], ["libx265", "-b:v", "150k", "-x265-params", "vbv-maxrate=150:vbv-bufsize=150"],
        ["libx265", "-x265-params", "slices=4:ref=5:bframes=8:b-adapt=2"], ["libx265", "-x265-params", "weightb=1:weightp=1:bframes=3"],
        ["libx265", "-b:v", "200k", "-x265-params", "wpp=0:bframes=0"], ["libx265", "-x265-params", "scaling-list=default:sao=0"],
        ["libx265", "-x265-params", "keyint=10:open-gop=1"], ["libx265", "-pix_fmt", "yuv444p"], ["libx265", "-pix_fmt", "yuv420p10le"],
        ["libx265", "-pix_fmt", "gray"], ["libx265", "-x265-params", "temporal-mvp=0:tskip=1"], ["libx265", "-x265-params", "no-temporal-mvp=1:intra-refresh=1"],
    ])
    func agreesWithFFmpegOnH265(options: [String]) throws {
        var reader = H265SliceReader()
        try compare(options, suffix: "265") { try reader.quantizer(of: $0) }
    }

    private func compare(_ options: [String], suffix: String, _ quantizer: (UnsafeRawBufferPointer) throws -> Int?) throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "a.\(suffix)").path
        // Fades make encoders weight their predictions.
        let filter = "testsrc2=s=320x192:r=25:d=3,fade=in:0:20,fade=out:50:20,noise=alls=12:allf=t"
        let made = try Program.run(
            "ffmpeg", ["-v", "error", "-nostdin", "-f", "lavfi", "-i", filter, "-pix_fmt", "yuv420p", "-preset", "medium", "-c:v"] + options + [file])
        try #require(made.status == 0, "\(made.errorText)")
        let expected = try Self.traced(file)
        var found: [Int] = []
        for unit in Self.units(of: [UInt8](try Data(contentsOf: URL(filePath: file)))) {
            if let value = try unit.withUnsafeBytes(quantizer) { found.append(value) }
        }
        #expect(expected.count >= 75 && found == expected, "\(options): \(found.count) of \(expected.count)")
        #expect(Set(expected).count > 1, "\(options): a quantizer that never changes shows nothing")
    }

    private static func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "caselight-slices-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    private static func traced(_ file: String) throws -> [Int] {
        let trace = try Program.run("ffmpeg", ["-hide_banner", "-nostdin", "-i", file, "-map", "0:v", "-c", "copy", "-bsf:v", "trace_headers", "-f", "null", "-"])
        var (initial, quantizers) = (26, [Int]())
        for line in trace.errorText.split(separator: "\n") {
            guard let value = line.split(separator: "=").last.flatMap({ Int($0.trimmingCharacters(in: .whitespaces)) }) else { continue }
            if line.contains("init_qp_minus26") { initial = 26 + value }
            if line.contains("slice_qp_delta ") { quantizers.append(initial + value) }
        }
        return quantizers
    }

    /// Between start codes (ITU-T H.264, annex B).
    static func units(of bytes: [UInt8]) -> [[UInt8]] {
        var (starts, place) = ([Int](), 0)
        while place + 3 <= bytes.count {
            if bytes[place] == 0, bytes[place + 1] == 0, bytes[place + 2] == 1 {
                starts.append(place + 3)
                place += 3
            } else {
                place += 1
            }
        }
        return starts.enumerated().map { index, start in
            var end = index + 1 < starts.count ? starts[index + 1] - 3 : bytes.count
            while end > start, bytes[end - 1] == 0 { end -= 1 }
            return Array(bytes[start..<end])
        }
    }

    /// Bytes of a camera that lies: whatever they are, an answer or none comes back, and soon.
    @Test(arguments: ["264", "265"]) func hostileBytesAreSurvived(suffix: String) throws {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "a.\(suffix)").path
        let codec = suffix == "264" ? "libx264" : "libx265"
        let made = try Program.run("ffmpeg", ["-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc2=s=320x192:r=25:d=1", "-c:v", codec, file])
        try #require(made.status == 0, "\(made.errorText)")
        let units = Self.units(of: [UInt8](try Data(contentsOf: URL(filePath: file)))).map { Array($0.prefix(200)) }
        var random = SeededGenerator(seed: 7)
        let began = ContinuousClock.now
        for _ in 0..<300 {
            var (first, second) = (H264SliceReader(), H265SliceReader())
            for unit in units {
                var bytes = unit
                for _ in 0..<Int.random(in: 0...4, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
                }
                if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
                bytes.withUnsafeBytes {
                    _ = try? first.quantizer(of: $0)
                    _ = try? second.quantizer(of: $0)
                }
            }
        }
        #expect(ContinuousClock.now - began < .seconds(60))
    }
}
