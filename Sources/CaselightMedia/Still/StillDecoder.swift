import CFFmpeg
package import CaselightModel

/// Turns one keyframe, as it stands in a segment, into a JPEG.
///
/// Everything happens in the caller's thread and in memory: nothing is opened, no thread is started, and no pointer leaves a call.
/// It blocks for as long as decoding takes; call it from a thread of its own, in a process that holds no secrets.
package struct StillDecoder {
    /// A keyframe's bytes. The largest ones seen from 4K cameras are near 2 MiB.
    package static let keyframeLimitBytes = 32 << 20
    /// The `ftyp` and `moov` of a segment have some 1,000 bytes.
    package static let initializationLimitBytes = 4 << 20
    /// Width times height: eight 4K pictures, and some 100 MB of memory.
    package static let pictureLimitPixels = 64_000_000

    /// Decodes `keyframe` and encodes it as a JPEG in full-range BT.601, with square pixels and even sides.
    ///
    /// - Parameters:
    ///   - initialization: the segment's `ftyp` and `moov`.
    ///   - keyframe: the sample's bytes as in `mdat`: length-prefixed for H.264 and H.265, a JPEG for MJPEG.
    ///   - widthPixels: the picture is scaled down to it, never up; `nil` keeps its size.
    /// - Throws: `CaselightError`: `damagedMedia` where any part of the picture could not be decoded, `unsupportedMedia` for a codec
    ///   that is not decoded here, `tooLarge`, `invalidValue`.
    package static func jpeg(
        initialization: [UInt8], keyframe: [UInt8], widthPixels: Int?
    ) throws(CaselightError) -> (bytes: [UInt8], widthPixels: Int, heightPixels: Int) {
        try checkLimits(initialization: initialization, keyframe: keyframe, widthPixels: widthPixels)
        let input = try InitializationInput.open(initialization)
        let parameters = try input.videoParameters()
        let isReduced = widthPixels.map { $0 <= Int(parameters.pointee.width) / 2 } ?? false
        var decoder = try KeyframeDecoder.open(parameters, isReduced: isReduced)
        let picture = try decoder.decode(keyframe)
        let size = try StillSize.fitting(picture, containerAspect: input.sampleAspect, widthPixels: widthPixels)
        let scaled = try PictureScaler.scale(picture, to: size)
        let bytes = try JPEGEncoder.encode(scaled)
        return (bytes, size.width, size.height)
    }

    private static func checkLimits(initialization: [UInt8], keyframe: [UInt8], widthPixels: Int?) throws(CaselightError) {
        guard keyframe.count <= keyframeLimitBytes, initialization.count <= initializationLimitBytes else {
            throw stillFailure(
                .tooLarge,
                "it has \(keyframe.count) bytes and its initialization \(initialization.count); "
                    + "the limits are \(keyframeLimitBytes) and \(initializationLimitBytes)")
        }
        guard !keyframe.isEmpty else { throw stillFailure(.damagedMedia, "it has no bytes") }
        if let widthPixels, widthPixels < 2 {
            throw CaselightError(
                .invalidValue, "make a still \(widthPixels) pixels wide", because: "the width must be at least 2")
        }
    }
}

/// A failure of `StillDecoder`, in the words all of them share.
func stillFailure(_ code: CaselightError.Code, _ cause: String) -> CaselightError {
    CaselightError(code, "decode a keyframe", because: cause)
}

/// FFmpeg's own words for one of its error numbers.
func ffmpegMessage(_ status: Int32) -> String {
    var text = [CChar](repeating: 0, count: 128)
    av_strerror(status, &text, text.count)
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
