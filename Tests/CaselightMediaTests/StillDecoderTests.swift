import CaselightMedia
import CaselightModel
import Foundation
import Testing

/// Real clips, made by FFmpeg's own encoders and its mp4 muxer as the recorder uses it.
@Suite struct StillDecoderTests {
    @Test(arguments: StillClip.everyCodec)
    func keepsSizeAndColour(clip: StillClip) throws {
        let sample = try clip.make()
        let still = try StillDecoder.jpeg(initialization: sample.initialization, keyframe: sample.keyframe, widthPixels: nil)
        let pixels = try DecodedJPEG(still.bytes)
        #expect([still.widthPixels, still.heightPixels] == clip.shown)
        #expect([pixels.width, pixels.height] == clip.shown)
        // The left half is orange, the right half blue.
        #expect(pixels.mean(inLeftHalf: true).isNear([192, 64, 32], within: 6))
        #expect(pixels.mean(inLeftHalf: false).isNear([32, 64, 192], within: 6))
    }

    @Test(arguments: [(320, [320, 180]), (321, [320, 180]), (5000, [640, 360]), (2, [2, 2])])
    func scalesDownAndNeverUp(width: Int, expected: [Int]) throws {
        let sample = try StillClip.everyCodec[0].make()
        let still = try StillDecoder.jpeg(initialization: sample.initialization, keyframe: sample.keyframe, widthPixels: width)
        #expect([still.widthPixels, still.heightPixels] == expected)
    }

    @Test(arguments: StillClip.everyCodec)
    func refusesACutKeyframe(clip: StillClip) throws {
        let sample = try clip.make()
        let half = Array(sample.keyframe.prefix(sample.keyframe.count / 2))
        let error = #expect(throws: CaselightError.self) {
            try StillDecoder.jpeg(initialization: sample.initialization, keyframe: half, widthPixels: nil)
        }
        #expect(error?.code == .damagedMedia)
    }

    /// A detailed picture, so that the overwritten half cannot decode by luck.
    @Test func refusesAPictureWhoseSecondHalfIsOverwritten() throws {
        let sample = try StillClip.detailed.make()
        var damaged = sample.keyframe
        for index in (damaged.count / 2)..<damaged.count { damaged[index] = UInt8(truncatingIfNeeded: index &* 31) }
        let error = #expect(throws: CaselightError.self) {
            try StillDecoder.jpeg(initialization: sample.initialization, keyframe: damaged, widthPixels: nil)
        }
        #expect(error?.code == .damagedMedia)
        #expect(error?.description == "cannot decode a keyframe: a part of the picture is damaged.")
    }

    @Test func survivesRandomDamage() throws {
        var random = SplitMix(seed: 20_260_302)
        var outcomes: [String: Int] = [:]
        let samples = try StillClip.everyCodec.filter { $0.shown[0] <= 704 }.map { try $0.make() }
        for round in 0..<500 {
            var (initialization, keyframe) = samples[round % samples.count]
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                if round % 3 == 0 {
                    initialization[Int.random(in: 0..<initialization.count, using: &random)] = random.byte()
                } else {
                    keyframe[Int.random(in: 0..<keyframe.count, using: &random)] = random.byte()
                }
            }
            do {
                let still = try StillDecoder.jpeg(initialization: initialization, keyframe: keyframe, widthPixels: 160)
                #expect(still.bytes.starts(with: [0xFF, 0xD8]))
                outcomes["decoded", default: 0] += 1
            } catch {
                outcomes[error.code.rawValue, default: 0] += 1
            }
        }
        #expect(Set(outcomes.keys).isSubset(of: ["decoded", "damagedMedia", "unsupportedMedia", "tooLarge"]), "\(outcomes)")
        #expect(outcomes["damagedMedia", default: 0] > 100, "\(outcomes)")
    }

    @Test(arguments: ["", "#EXTM3U\nhttp://example.com/a.ts\n", "ftyp", String(repeating: "moov", count: 300)])
    func refusesWhatIsNoInitialization(text: String) {
        let error = #expect(throws: CaselightError.self) {
            try StillDecoder.jpeg(initialization: Array(text.utf8), keyframe: [1, 2, 3], widthPixels: nil)
        }
        #expect(error?.code == .damagedMedia)
    }

    @Test func refusesWhatPassesItsLimits() throws {
        let sample = try StillClip.huge.make()
        let pictureError = #expect(throws: CaselightError.self) {
            try StillDecoder.jpeg(initialization: sample.initialization, keyframe: sample.keyframe, widthPixels: 640)
        }
        #expect([.damagedMedia, .tooLarge].contains(pictureError?.code))
        let byteError = #expect(throws: CaselightError.self) {
            try StillDecoder.jpeg(
                initialization: sample.initialization, keyframe: [UInt8](repeating: 0, count: StillDecoder.keyframeLimitBytes + 1),
                widthPixels: nil)
        }
        #expect(byteError?.code == .tooLarge)
        let widthError = #expect(throws: CaselightError.self) {
            try StillDecoder.jpeg(initialization: sample.initialization, keyframe: sample.keyframe, widthPixels: 1)
        }
        #expect(widthError?.code == .invalidValue)
    }

    @Test func refusesAnInitializationWithSoundAlone() throws {
        let sample = try StillClip.soundAlone.make()
        let error = #expect(throws: CaselightError.self) {
            try StillDecoder.jpeg(initialization: sample.initialization, keyframe: sample.keyframe, widthPixels: nil)
        }
        #expect(error?.code == .damagedMedia)
        #expect(error?.cause.contains("no video track") == true)
    }
}

extension [Double] {
    fileprivate func isNear(_ other: [Double], within tolerance: Double) -> Bool {
        zip(self, other).allSatisfy { abs($0 - $1) <= tolerance }
    }
}

/// Steele, Lea and Flood's SplitMix64: the same damage on every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }
}
