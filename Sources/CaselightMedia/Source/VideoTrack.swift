import CFFmpeg
internal import CaselightModel
internal import CaselightSlices

/// A stream of pictures with all that recording needs to know of it.
struct VideoTrack {
    let streamIndex: Int32
    let timeBase: AVRational
    let parameters: CodecParameters
    /// For streams in byte-stream form: their parameter sets come in band.
    let inBand: NALCodec?
    let parameterSets: ParameterSets
    let container: String
    /// How many pictures are reordered, as the stream says; a guess on the safe side where it does not.
    let reorderDepth: Int
    /// The usual distance of pictures, in the stream's ticks.
    var stepTicks: Int64
    let stream: VideoStream

    /// What is assumed of a stream that may have pictures in between and does not say how many.
    static let assumedDepth = 2
    static let assumedFrameRate = 25.0

    /// Reads a stream's parameters from its first keyframe. Nothing is decoded: headers are parsed.
    init(_ stream: UnsafeMutablePointer<AVStream>, keyframe: UnsafeMutablePointer<AVPacket>, operation: String) throws(CaselightError) {
        let parameters = CodecParameters(copying: stream.pointee.codecpar)
        let bytes = UnsafeBufferPointer(start: keyframe.pointee.data, count: Int(keyframe.pointee.size))
        let nal = NALCodec(parameters.codec)
        let isByteStream = nal != nil && (parameters.extradata.isEmpty || StartCode.byteCount(at: parameters.extradata) > 0)
        var sets = ParameterSets()
        if let nal, isByteStream {
            sets = Self.parameterSets(bytes, parameters, nal)
            if sets.isComplete(nal) { parameters.setExtradata(sets.byteStream) }
        } else if parameters.extradata.isEmpty {
            Self.extractExtradata(into: parameters, from: keyframe, timeBase: stream.pointee.time_base)
        }
        Self.parseHeaders(into: parameters, from: bytes)
        guard parameters.pointer.pointee.width > 0, parameters.pointer.pointee.height > 0 else {
            throw CaselightError(.damagedMedia, operation, because: "its first keyframe does not say how large the picture is")
        }
        let rate = Self.frameRate(stream)
        container = try parameters.container(operation)
        streamIndex = stream.pointee.index
        timeBase = stream.pointee.time_base
        self.parameters = parameters
        inBand = isByteStream ? nal : nil
        parameterSets = sets
        reorderDepth = Self.depth(parameters, nal, sets)
        stepTicks = max(1, Int64(Double(timeBase.den) / Double(max(1, timeBase.num)) / (rate ?? Self.assumedFrameRate)))
        self.stream = Self.describe(parameters, timeBase: timeBase, rate: rate)
    }

    /// The same stream with other parameters, from a keyframe that brings them.
    init(
        changing track: VideoTrack, to parameters: CodecParameters, keyframe: UnsafeBufferPointer<UInt8>, operation: String
    ) throws(CaselightError) {
        (parameters.pointer.pointee.width, parameters.pointer.pointee.height) = (0, 0)
        Self.parseHeaders(into: parameters, from: keyframe)
        guard parameters.pointer.pointee.width > 0, parameters.pointer.pointee.height > 0 else {
            throw CaselightError(.damagedMedia, operation, because: "its new parameters do not say how large the picture is")
        }
        let nal = NALCodec(parameters.codec)
        streamIndex = track.streamIndex
        timeBase = track.timeBase
        self.parameters = parameters
        inBand = track.inBand
        parameterSets = nal.map { ParameterSets(byteStream: parameters.extradata, codec: $0) } ?? track.parameterSets
        container = track.container
        reorderDepth = Self.depth(parameters, nal, parameterSets)
        stepTicks = track.stepTicks
        stream = Self.describe(parameters, timeBase: timeBase, rate: track.stream.nominalFrameRate)
    }

    private static func parameterSets(_ keyframe: UnsafeBufferPointer<UInt8>, _ parameters: CodecParameters, _ nal: NALCodec)
        -> ParameterSets
    {
        let inBand = AccessUnitFacts(keyframe, codec: nal, collecting: true).parameterSets
        return inBand.isComplete(nal) ? inBand : ParameterSets(byteStream: parameters.extradata, codec: nal)
    }

    private static func depth(_ parameters: CodecParameters, _ nal: NALCodec?, _ sets: ParameterSets) -> Int {
        guard let nal else {
            return [AV_CODEC_ID_MPEG4, AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_VC1].contains(parameters.codec) ? 1 : 0
        }
        let unit = sets.firstSequence ?? firstSequence(inConfiguration: parameters.extradata, nal)
        return unit.flatMap { SequenceParameters.reorderDepth($0, codec: nal) } ?? assumedDepth
    }

    /// The first sequence parameter set of an `avcC` (ISO/IEC 14496-15, 5.3.3); H.265's `hvcC` comes with decoding times of its own.
    private static func firstSequence(inConfiguration bytes: UnsafeBufferPointer<UInt8>, _ nal: NALCodec) -> [UInt8]? {
        guard nal == .h264, bytes.count > 8, bytes[0] == 1, bytes[5] & 0x1F > 0 else { return nil }
        let size = Int(bytes[6]) << 8 | Int(bytes[7])
        return bytes.count >= 8 + size ? Array(bytes[8..<(8 + size)]) : nil
    }

    private static func frameRate(_ stream: UnsafeMutablePointer<AVStream>) -> Double? {
        for rate in [stream.pointee.avg_frame_rate, stream.pointee.r_frame_rate] where rate.num > 0 && rate.den > 0 {
            let value = Double(rate.num) / Double(rate.den)
            if (0.05...240).contains(value) { return (value * 1000).rounded() / 1000 }
        }
        return nil
    }

    private static func describe(_ parameters: CodecParameters, timeBase: AVRational, rate: Double?) -> VideoStream {
        let values = parameters.pointer.pointee
        var stream = VideoStream(
            codec: parameters.codecName, widthPixels: Int(values.width), heightPixels: Int(values.height),
            timeBaseHertz: Int(timeBase.den) / Int(max(1, timeBase.num)))
        stream.profile = avcodec_profile_name(values.codec_id, values.profile).map { String(cString: $0) }
        stream.level = values.level >= 0 ? Int(values.level) : nil
        stream.nominalFrameRate = rate
        return stream
    }

    /// Size, profile and level from headers: libavcodec's parser reads them, and decodes nothing.
    private static func parseHeaders(into parameters: CodecParameters, from bytes: UnsafeBufferPointer<UInt8>) {
        if parameters.codec == AV_CODEC_ID_MJPEG, let size = JPEGHeader.size(bytes) {
            (parameters.pointer.pointee.width, parameters.pointer.pointee.height) = (Int32(size.width), Int32(size.height))
        }
        guard let parser = av_parser_init(Int32(parameters.codec.rawValue)) else { return }
        defer { av_parser_close(parser) }
        var context = avcodec_alloc_context3(nil)
        defer { avcodec_free_context(&context) }
        guard let context, avcodec_parameters_to_context(context, parameters.pointer) >= 0, let data = bytes.baseAddress else { return }
        parser.pointee.flags |= PARSER_FLAG_COMPLETE_FRAMES
        var output: UnsafeMutablePointer<UInt8>?
        var outputSize: Int32 = 0
        _ = av_parser_parse2(parser, context, &output, &outputSize, data, Int32(bytes.count), 0, 0, 0)
        let (width, height) = (max(parser.pointee.width, context.pointee.width), max(parser.pointee.height, context.pointee.height))
        if width > 0, height > 0 { (parameters.pointer.pointee.width, parameters.pointer.pointee.height) = (width, height) }
        if context.pointee.profile != FF_PROFILE_UNKNOWN { parameters.pointer.pointee.profile = context.pointee.profile }
        if context.pointee.level >= 0 { parameters.pointer.pointee.level = context.pointee.level }
    }

    /// Copies a stream's headers out of its first keyframe, which stays as it is.
    private static func extractExtradata(
        into parameters: CodecParameters, from keyframe: UnsafeMutablePointer<AVPacket>, timeBase: AVRational
    ) {
        var filter: UnsafeMutablePointer<AVBSFContext>?
        let known = [AV_CODEC_ID_MPEG4, AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_VC1, AV_CODEC_ID_AV1]
        guard known.contains(parameters.codec) else { return }
        guard let kind = av_bsf_get_by_name("extract_extradata"), av_bsf_alloc(kind, &filter) >= 0, let context = filter else { return }
        defer { av_bsf_free(&filter) }
        var copy = av_packet_clone(keyframe)
        defer { av_packet_free(&copy) }
        context.pointee.time_base_in = timeBase
        guard let copy, avcodec_parameters_copy(context.pointee.par_in, parameters.pointer) >= 0, av_bsf_init(context) >= 0,
            av_bsf_send_packet(context, copy) >= 0, av_bsf_receive_packet(context, copy) >= 0
        else { return }
        var size = 0
        if let data = av_packet_get_side_data(copy, AV_PKT_DATA_NEW_EXTRADATA, &size), size > 0 {
            parameters.setExtradata(UnsafeBufferPointer(start: data, count: size))
        }
    }
}

/// The size in a JPEG's frame header (ITU-T T.81, B.2.2).
enum JPEGHeader {
    static func size(_ bytes: UnsafeBufferPointer<UInt8>) -> (width: Int, height: Int)? {
        var position = 2
        while position + 9 < bytes.count, bytes[position] == 0xFF {
            let marker = bytes[position + 1]
            if marker == 0xFF {
                position += 1
                continue
            }
            if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
                let height = Int(bytes[position + 5]) << 8 | Int(bytes[position + 6])
                let width = Int(bytes[position + 7]) << 8 | Int(bytes[position + 8])
                return width > 0 && height > 0 ? (width, height) : nil
            }
            position += 2 + (Int(bytes[position + 2]) << 8 | Int(bytes[position + 3]))
        }
        return nil
    }
}

extension VideoTrack {
    /// Reads the quantizers of its frames; `nil` for codecs whose slices are not read.
    var sliceQuantizers: SliceQuantizers? {
        let configuration = Array(parameters.extradata)
        return inBand != nil
            ? SliceQuantizers(codec: parameters.codecName, byteStream: configuration)
            : SliceQuantizers(codec: parameters.codecName, configuration: configuration)
    }
}
