import CFFmpeg
internal import CaselightModel

/// `ftyp` and `moov` of a track, as libavformat's MP4 muxer writes them: it knows how every codec describes itself.
struct TrackInitialization {
    let bytes: [UInt8]
    /// Ticks a second of the track.
    let timescale: Int32

    /// Timescales libavformat takes as they are; a coarser one is doubled until it reaches this (movenc.c does the same).
    static let leastTimescale: Int32 = 10_000
    static let mostTimescale: Int32 = 10_000_000

    /// The timescale in which times of `timeBase` are whole; a microsecond's where there is none of reasonable size.
    static func timescale(for timeBase: AVRational) -> Int32 {
        var timescale = timeBase.den
        guard timescale > 0, timeBase.num > 0, timescale <= mostTimescale else { return 1_000_000 }
        while timescale < leastTimescale { timescale *= 2 }
        return timescale
    }

    /// - Parameters:
    ///   - container: `mp4`, or `mov` for codecs that MP4 has no place for.
    ///   - timescale: of pictures; sound takes its sampling rate.
    init(_ parameters: CodecParameters, container: String, timescale: Int32, operation: String) throws(CaselightError) {
        func failure(_ status: Int32) -> CaselightError {
            CaselightError(
                .unsupportedMedia, operation, because: "'\(parameters.codecName)' cannot be written: \(FFmpegStatus.text(status))")
        }
        var allocated: UnsafeMutablePointer<AVFormatContext>?
        var status = avformat_alloc_output_context2(&allocated, nil, container, nil)
        guard status >= 0, let context = allocated else { throw failure(status) }
        defer { avformat_free_context(context) }
        status = avio_open_dyn_buf(&context.pointee.pb)
        guard status >= 0 else { throw failure(status) }
        var written: UnsafeMutablePointer<UInt8>?
        defer { av_free(written) }
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT
        context.pointee.flags &= ~AVFMT_FLAG_AUTO_BSF
        guard let stream = avformat_new_stream(context, nil), avcodec_parameters_copy(stream.pointee.codecpar, parameters.pointer) >= 0
        else {
            avio_close_dyn_buf(context.pointee.pb, &written)
            throw failure(-ENOMEM)
        }
        stream.pointee.codecpar.pointee.codec_tag = 0
        stream.pointee.time_base = AVRational(num: 1, den: timescale)
        var options = Options([
            ("movflags", "empty_moov+default_base_moof+frag_custom+frag_discont+skip_trailer"), ("use_editlist", "0"),
            ("video_track_timescale", "\(timescale)"), ("strict", "experimental"),
        ])
        status = avformat_write_header(context, &options.dictionary)
        let count = avio_close_dyn_buf(context.pointee.pb, &written)
        guard status >= 0 else { throw failure(status) }
        bytes = Array(UnsafeBufferPointer(start: written, count: Int(count)))
        self.timescale = stream.pointee.time_base.den
    }
}
