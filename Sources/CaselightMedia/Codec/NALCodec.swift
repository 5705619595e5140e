import CFFmpeg
import Glibc

/// The two codecs whose streams are network abstraction layer units: H.264 (ISO/IEC 14496-10) and H.265 (ISO/IEC 23008-2).
enum NALCodec {
    case h264, h265

    init?(_ codec: AVCodecID) {
        switch codec {
        case AV_CODEC_ID_H264: self = .h264
        case AV_CODEC_ID_HEVC: self = .h265
        default: return nil
        }
    }

    enum UnitKind: Equatable {
        /// A slice of a picture, and whether the picture is one to start decoding at.
        case picture(isKeyframe: Bool)
        case videoParameters, sequenceParameters, pictureParameters
        /// Supplemental information that stands before its picture.
        case information
        case delimiter
        case other
    }

    func kind(_ firstByte: UInt8) -> UnitKind {
        switch self {
        case .h264:
            switch firstByte & 0x1F {
            case 1...4: .picture(isKeyframe: false)
            case 5: .picture(isKeyframe: true)
            case 6: .information
            case 7: .sequenceParameters
            case 8: .pictureParameters
            case 9: .delimiter
            default: .other
            }
        case .h265:
            switch firstByte >> 1 & 0x3F {
            case 0...15: .picture(isKeyframe: false)
            case 16...23: .picture(isKeyframe: true)
            case 24...31: .picture(isKeyframe: false)
            case 32: .videoParameters
            case 33: .sequenceParameters
            case 34: .pictureParameters
            case 35: .delimiter
            case 39: .information
            default: .other
            }
        }
    }

    /// The bytes of a unit's own header.
    var headerByteCount: Int { self == .h264 ? 1 : 2 }

    /// Whether a slice is its picture's first: `first_mb_in_slice` is 0, or `first_slice_segment_in_pic_flag` is set. One bit in both.
    func isFirstSlice(_ unit: UnsafeBufferPointer<UInt8>) -> Bool {
        unit.count > headerByteCount && unit[headerByteCount] & 0x80 != 0
    }
}

/// Start codes in a byte stream (Annex B of both standards).
enum StartCode {
    /// The bytes of the start code at the very beginning; 0 when there is none.
    static func byteCount(at bytes: UnsafeBufferPointer<UInt8>) -> Int {
        if bytes.count >= 4, bytes[0] == 0, bytes[1] == 0, bytes[2] == 0, bytes[3] == 1 { return 4 }
        if bytes.count >= 3, bytes[0] == 0, bytes[1] == 0, bytes[2] == 1 { return 3 }
        return 0
    }

    /// Where the next start code begins at or after `position`, and where the unit behind it does.
    static func next(in bytes: UnsafeBufferPointer<UInt8>, from position: Int) -> (start: Int, unit: Int)? {
        guard let base = bytes.baseAddress, position >= 0 else { return nil }
        var index = position + 2
        // A byte of 1 is rare in a picture, and the C library finds it many bytes at a time.
        while index < bytes.count, let found = memchr(base + index, 1, bytes.count - index) {
            let one = UnsafeRawPointer(base).distance(to: UnsafeRawPointer(found))
            if bytes[one - 1] == 0, bytes[one - 2] == 0 {
                let start = one - 2
                return (start > position && bytes[start - 1] == 0 ? start - 1 : start, one + 1)
            }
            index = one + 1
        }
        return nil
    }
}
