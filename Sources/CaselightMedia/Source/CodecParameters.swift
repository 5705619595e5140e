import CFFmpeg
internal import CaselightModel

/// A copy of a stream's parameters that is ours.
final class CodecParameters {
    let pointer: UnsafeMutablePointer<AVCodecParameters>

    init(copying source: UnsafePointer<AVCodecParameters>) {
        guard let pointer = avcodec_parameters_alloc(), avcodec_parameters_copy(pointer, source) >= 0 else { fatalError("memory ran out") }
        self.pointer = pointer
    }

    deinit {
        var pointer: UnsafeMutablePointer<AVCodecParameters>? = pointer
        avcodec_parameters_free(&pointer)
    }

    var codec: AVCodecID { pointer.pointee.codec_id }
    var codecName: String { String(cString: avcodec_get_name(codec)) }

    var extradata: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: pointer.pointee.extradata, count: Int(pointer.pointee.extradata_size))
    }

    func setExtradata(_ bytes: some Collection<UInt8>) {
        guard let memory = av_mallocz(bytes.count + Int(AV_INPUT_BUFFER_PADDING_SIZE))?.assumingMemoryBound(to: UInt8.self) else {
            fatalError("memory ran out")
        }
        av_freep(&pointer.pointee.extradata)
        _ = UnsafeMutableBufferPointer(start: memory, count: bytes.count).initialize(from: bytes)
        pointer.pointee.extradata = memory
        pointer.pointee.extradata_size = Int32(bytes.count)
    }

    /// The container that takes this codec: MP4, or its QuickTime form where MP4 has no place for it.
    func container(_ operation: String) throws(CaselightError) -> String {
        for name in ["mp4", "mov"] {
            if let format = av_guess_format(name, nil, nil), avformat_query_codec(format, codec, FF_COMPLIANCE_NORMAL) == 1 { return name }
        }
        throw CaselightError(
            .unsupportedMedia, operation, because: "it is '\(codecName)', which MP4 and QuickTime have no place for",
            remedy: "Convert it to H.264 with the recorder's own player, and keep the original.")
    }
}
