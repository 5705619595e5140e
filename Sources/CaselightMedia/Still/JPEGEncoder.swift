import CFFmpeg
internal import CaselightModel

/// Encodes one picture. Stays on its thread, and starts no other.
struct JPEGEncoder: ~Copyable {
    private let context: UnsafeMutablePointer<AVCodecContext>

    private init(adopting context: UnsafeMutablePointer<AVCodecContext>) { self.context = context }

    deinit {
        var pointer: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&pointer)
    }

    /// The quantizer's scale, 2 (best) to 31: here a number plate loses nothing to see, at about 1.5 bits a pixel.
    private static let quantizer: Int32 = 5

    /// - Parameter picture: in `AV_PIX_FMT_YUVJ420P`.
    static func encode(_ picture: borrowing Picture) throws(CaselightError) -> [UInt8] {
        let encoder = try open(widthPixels: picture.frame.pointee.width, heightPixels: picture.frame.pointee.height)
        picture.frame.pointee.quality = quantizer * FF_QP2LAMBDA
        picture.frame.pointee.pts = 0
        return try encoder.bytes(of: picture)
    }

    private static func open(widthPixels: Int32, heightPixels: Int32) throws(CaselightError) -> JPEGEncoder {
        guard let codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG), let context = avcodec_alloc_context3(codec) else {
            throw stillFailure(.internalFailure, "this build of FFmpeg has no JPEG encoder")
        }
        let encoder = JPEGEncoder(adopting: context)
        context.pointee.width = widthPixels
        context.pointee.height = heightPixels
        context.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
        context.pointee.color_range = AVCOL_RANGE_JPEG
        context.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
        context.pointee.time_base = AVRational(num: 1, den: 25)
        context.pointee.thread_count = 1
        context.pointee.flags |= AV_CODEC_FLAG_QSCALE
        context.pointee.global_quality = quantizer * FF_QP2LAMBDA
        let status = avcodec_open2(context, codec, nil)
        guard status >= 0 else {
            throw stillFailure(
                .unsupportedMedia, "a picture of \(widthPixels) × \(heightPixels) cannot be a JPEG (\(ffmpegMessage(status)))")
        }
        return encoder
    }

    private func bytes(of picture: borrowing Picture) throws(CaselightError) -> [UInt8] {
        var packet = av_packet_alloc()
        defer { av_packet_free(&packet) }
        guard let packet else { throw stillFailure(.internalFailure, "memory ran out") }
        var status = avcodec_send_frame(context, picture.frame)
        if status >= 0 { status = avcodec_receive_packet(context, packet) }
        guard status >= 0 else { throw stillFailure(.internalFailure, "its JPEG could not be encoded (\(ffmpegMessage(status)))") }
        return Array(UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
    }
}
