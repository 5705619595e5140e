import CFFmpeg
internal import CaselightModel

/// A decoder for one keyframe. Stays on its thread, and starts no other.
struct KeyframeDecoder: ~Copyable {
    private let context: UnsafeMutablePointer<AVCodecContext>

    private init(adopting context: UnsafeMutablePointer<AVCodecContext>) { self.context = context }

    deinit {
        var pointer: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&pointer)
    }

    /// What cameras and recorders send. A hostile file does not get to choose among FFmpeg's three hundred others.
    private static let codecs: [AVCodecID] = [
        AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MJPEG, AV_CODEC_ID_MPEG4, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_MPEG1VIDEO,
        AV_CODEC_ID_H263, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1,
    ]

    /// - Parameter isReduced: the picture is to be scaled to half its size or less. Then blocks' edges are left as they are: smoothing
    ///   them is a tenth of the work, and nothing of it is seen.
    static func open(
        _ parameters: UnsafePointer<AVCodecParameters>, isReduced: Bool
    ) throws(CaselightError) -> KeyframeDecoder {
        let identifier = parameters.pointee.codec_id
        let name = String(cString: avcodec_get_name(identifier))
        guard codecs.contains(identifier), let codec = avcodec_find_decoder(identifier) else {
            throw stillFailure(.unsupportedMedia, "its codec '\(name)' is not one that stills are made of")
        }
        guard let context = avcodec_alloc_context3(codec) else { throw stillFailure(.internalFailure, "memory ran out") }
        let decoder = KeyframeDecoder(adopting: context)
        guard avcodec_parameters_to_context(context, parameters) >= 0 else {
            throw stillFailure(.damagedMedia, "its '\(name)' parameters cannot be used")
        }
        decoder.configure(isReduced: isReduced)
        let status = avcodec_open2(context, codec, nil)
        guard status >= 0 else {
            throw stillFailure(.damagedMedia, "its '\(name)' parameters are damaged (\(ffmpegMessage(status)))")
        }
        return decoder
    }

    /// H.264's decoder accounts for every macroblock and flags the frame, so it may pass over a maker's odd SEI. The others tell of
    /// damage only by failing.
    private func configure(isReduced: Bool) {
        context.pointee.thread_count = 1
        context.pointee.flags |= AV_CODEC_FLAG_LOW_DELAY
        if isReduced { context.pointee.skip_loop_filter = AVDISCARD_ALL }
        context.pointee.max_pixels = Int64(StillDecoder.pictureLimitPixels)
        context.pointee.err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER
        if context.pointee.codec_id != AV_CODEC_ID_H264 { context.pointee.err_recognition |= AV_EF_EXPLODE }
        // What FFmpeg would log of a damaged frame is said by the error thrown.
        context.pointee.log_level_offset = AV_LOG_TRACE
    }

    /// - Throws: `damagedMedia` where a part of the picture is missing or made up.
    mutating func decode(_ keyframe: [UInt8]) throws(CaselightError) -> Picture {
        let picture = try Picture.empty()
        var status = try send(keyframe)
        if status >= 0 { status = avcodec_send_packet(context, nil) }
        if status >= 0 { status = avcodec_receive_frame(context, picture.frame) }
        guard status >= 0 else {
            throw stillFailure(.damagedMedia, "it does not decode to a picture (\(ffmpegMessage(status)))")
        }
        let isCorrupt = picture.frame.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0
        guard picture.frame.pointee.decode_error_flags == 0, !isCorrupt else {
            throw stillFailure(.damagedMedia, "a part of the picture is damaged")
        }
        return picture
    }

    private func send(_ keyframe: [UInt8]) throws(CaselightError) -> Int32 {
        var packet = av_packet_alloc()
        defer { av_packet_free(&packet) }
        // Allocates the zeroed padding that decoders read into.
        guard let packet, av_new_packet(packet, Int32(keyframe.count)) >= 0 else {
            throw stillFailure(.internalFailure, "memory ran out")
        }
        packet.pointee.data.update(from: keyframe, count: keyframe.count)
        packet.pointee.flags |= AV_PKT_FLAG_KEY
        return avcodec_send_packet(context, packet)
    }
}
