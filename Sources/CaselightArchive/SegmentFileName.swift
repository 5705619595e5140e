internal import CaselightModel

/// What the name of a segment's video file tells.
struct SegmentFileName {
    let id: SegmentID
    /// To the millisecond; the file's header has the microseconds.
    let clock: String

    /// The milliseconds of its day at which the segment begins.
    var startMilliseconds: Int64 {
        let digits = clock.utf8.filter { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "Z") }.map { Int64($0) - 0x30 }
        let (hour, minute, second) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3], digits[4] * 10 + digits[5])
        return ((hour * 60 + minute) * 60 + second) * 1000 + digits[6] * 100 + digits[7] * 10 + digits[8]
    }

    /// - Parameter name: `070812.250Z-5f0c2a91b3d4e6f7-000012.mp4`; `nil` for anything else.
    init?(_ name: String) {
        let bytes = Array(name.utf8)
        guard name.hasSuffix(".mp4"), bytes.count > 16, bytes[6] == UInt8(ascii: "."), bytes[10] == UInt8(ascii: "Z"),
            bytes[11] == UInt8(ascii: "-"),
            (bytes[..<6] + bytes[7..<10]).allSatisfy({ (0x30...0x39).contains($0) }),
            let id = SegmentID(text: String(decoding: bytes[12..<bytes.count - 4], as: UTF8.self))
        else { return nil }
        self.id = id
        clock = String(decoding: bytes[..<11], as: UTF8.self)
    }
}
