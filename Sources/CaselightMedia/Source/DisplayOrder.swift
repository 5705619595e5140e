import CFFmpeg

/// Gives the pictures of a bare H.264 or H.265 stream display times: such a file has none, and its pictures may stand in another
/// order than they are shown.
///
/// The order comes from the pictures' own order counts (H.264, 8.2.1; H.265, 8.3.1), which libavcodec's parser reads from slice
/// headers; nothing is decoded.
/// The distance is that of the frame rate the stream declares, or of 25 a second.
struct DisplayOrder: ~Copyable {
    /// The pictures from one random access point to the next; a longer stretch is cut, and is right but at the cut.
    static let stretchLimit = 1000

    private let parser: UnsafeMutablePointer<AVCodecParserContext>
    private let context: UnsafeMutablePointer<AVCodecContext>
    private let pool: PacketPool
    private let stepTicks: Int64
    private var stretch: [(queued: QueuedPacket, order: Int32)] = []
    private var shown: Int64 = 0

    /// - Returns: `nil` for a source with times of its own.
    init?(of source: PacketSource, video: VideoTrack, pool: PacketPool) {
        guard ["h264", "hevc"].contains(source.formatName), let parser = av_parser_init(Int32(video.parameters.codec.rawValue)) else {
            return nil
        }
        guard let context = avcodec_alloc_context3(nil), avcodec_parameters_to_context(context, video.parameters.pointer) >= 0 else {
            av_parser_close(parser)
            return nil
        }
        parser.pointee.flags |= PARSER_FLAG_COMPLETE_FRAMES
        (self.parser, self.context, self.pool, stepTicks) = (parser, context, pool, video.stepTicks)
    }

    deinit {
        av_parser_close(parser)
        var pointer: UnsafeMutablePointer<AVCodecContext>? = context
        avcodec_free_context(&pointer)
        for held in stretch { pool.giveBack(held.queued.packet) }
    }

    /// Takes the next packet in decoding order.
    ///
    /// - Returns: those whose times are known by now.
    mutating func take(_ queued: QueuedPacket) -> [QueuedPacket] {
        let packet = queued.packet
        var output: UnsafeMutablePointer<UInt8>?
        var outputSize: Int32 = 0
        parser.pointee.output_picture_number = 0
        _ = av_parser_parse2(
            parser, context, &output, &outputSize, packet.pointee.data, packet.pointee.size, FFmpegStatus.noTimestamp,
            FFmpegStatus.noTimestamp, 0)
        let order = parser.pointee.output_picture_number
        // Order counts begin anew at a random access point.
        let ready = packet.pointee.flags & AV_PKT_FLAG_KEY != 0 || stretch.count == Self.stretchLimit ? finish() : []
        stretch.append((queued, order))
        return ready
    }

    /// Those that are left.
    mutating func finish() -> [QueuedPacket] {
        let ranks = stretch.indices.sorted { (stretch[$0].order, $0) < (stretch[$1].order, $1) }
        for (rank, index) in ranks.enumerated() {
            let packet = stretch[index].queued.packet
            packet.pointee.pts = (shown + Int64(rank)) * stepTicks
            packet.pointee.dts = FFmpegStatus.noTimestamp
        }
        shown += Int64(stretch.count)
        let ready = stretch.map(\.queued)
        stretch.removeAll(keepingCapacity: true)
        return ready
    }
}
