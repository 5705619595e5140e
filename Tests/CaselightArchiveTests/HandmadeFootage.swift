import CaselightModel

@testable import CaselightArchive

/// Boxes written by hand, byte for byte as the standard has them, so that a test can bend any of them.
enum Handmade {
    static let timescale: UInt32 = 12_800

    static func box(_ type: String, _ content: [UInt8]...) -> [UInt8] {
        let body = content.flatMap { $0 }
        return number32(UInt32(8 + body.count)) + Array(type.utf8) + body
    }

    static func number16(_ value: UInt16) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    static func number32(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    static func number64(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    static func zeros(_ count: Int) -> [UInt8] { Array(repeating: 0, count: count) }

    static func initialization(
        handler: String = "vide", codec: String = "avc1", trackID: UInt32 = 1, timescale: UInt32 = timescale
    ) -> [UInt8] {
        let tkhd = box("tkhd", number32(7), zeros(8), number32(trackID), zeros(68))
        let mdhd = box("mdhd", zeros(12), number32(timescale), zeros(8))
        let hdlr = box("hdlr", zeros(8), Array(handler.utf8), zeros(13))
        let stsd = box("stsd", zeros(4), number32(1), box(codec, zeros(78)))
        let mdia = box("mdia", mdhd, hdlr, box("minf", box("stbl", stsd)))
        let trex = box("trex", zeros(4), number32(trackID), number32(1), zeros(12))
        return box("ftyp", Array("iso6".utf8), number32(512), Array("iso6".utf8))
            + box("moov", box("mvhd", zeros(100)), box("trak", tkhd, mdia), box("mvex", trex))
    }

    struct Sample {
        var byteCount: Int
        var durationTicks: UInt32 = 512
        var compositionTicks: Int32 = 0
        var isSync = false
    }

    /// A second of 25 frames, the first a keyframe.
    static func second(keyframe: Int = 6000, other: Int = 700) -> [Sample] {
        [Sample(byteCount: keyframe, isSync: true)] + Array(repeating: Sample(byteCount: other), count: 24)
    }

    static func fragment(at time: WallTime, ticks: UInt64, trackID: UInt32 = 1, _ samples: [Sample]) -> [UInt8] {
        let payload = samples.enumerated().flatMap { index, sample in
            (0..<sample.byteCount).map { UInt8(truncatingIfNeeded: 1 + ($0 &* 7 &+ index) % 255) }
        }
        let entries = samples.flatMap { sample in
            number32(sample.durationTicks) + number32(UInt32(sample.byteCount)) + number32(sample.isSync ? 0x200_0000 : 0x101_0000)
                + number32(UInt32(bitPattern: sample.compositionTicks))
        }
        let tfhd = box("tfhd", number32(0x2_0000), number32(trackID))
        let tfdt = box("tfdt", number32(0x100_0000), number64(ticks))
        func moof(dataOffset: UInt32) -> [UInt8] {
            let trun = box("trun", number32(0x100_0F01), number32(UInt32(samples.count)), number32(dataOffset), entries)
            return box("moof", box("mfhd", zeros(4), number32(1)), box("traf", tfhd, tfdt, trun))
        }
        let moofByteCount = UInt32(moof(dataOffset: 0).count)
        return prft(at: time, mediaTicks: ticks + UInt64(samples.first?.compositionTicks ?? 0), trackID: trackID)
            + moof(dataOffset: moofByteCount + 8) + box("mdat", payload)
    }

    static func prft(at time: WallTime, mediaTicks: UInt64, trackID: UInt32 = 1) -> [UInt8] {
        box("prft", number32(0x100_0018), number32(trackID), number64(NTPTime.value(of: time)), number64(mediaTicks))
    }
}
