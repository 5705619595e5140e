import CFFmpeg
internal import CaselightModel

/// A segment's `ftyp` and `moov`, opened by libavformat's mov demuxer from memory.
///
/// Stays on the thread that opened it. The format is forced, and every way to open another resource is shut: an empty protocol
/// white list, and an `io_open` that refuses.
struct InitializationInput: ~Copyable {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let reader: UnsafeMutablePointer<AVIOContext>
    private let source: Unmanaged<MemorySource>

    private init(
        adopting context: UnsafeMutablePointer<AVFormatContext>, reader: UnsafeMutablePointer<AVIOContext>,
        source: Unmanaged<MemorySource>
    ) {
        (self.context, self.reader, self.source) = (context, reader, source)
    }

    deinit {
        var format: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&format)
        Self.free(reader)
        source.release()
    }

    /// - Throws: `damagedMedia` where the bytes are not what our muxer writes.
    static func open(_ bytes: [UInt8]) throws(CaselightError) -> InitializationInput {
        guard let format = av_find_input_format("mov") else {
            throw stillFailure(.internalFailure, "this build of FFmpeg has no mov demuxer")
        }
        let source = Unmanaged.passRetained(MemorySource(bytes))
        guard let reader = allocateReader(source) else {
            source.release()
            throw stillFailure(.internalFailure, "memory ran out")
        }
        guard let prepared = avformat_alloc_context() else {
            free(reader)
            source.release()
            throw stillFailure(.internalFailure, "memory ran out")
        }
        prepared.pointee.pb = reader
        prepared.pointee.protocol_whitelist = av_strdup("")
        prepared.pointee.format_whitelist = av_strdup("mov,mp4,m4a,3gp,3g2,mj2")
        prepared.pointee.io_open = { _, _, _, _, _ in -EPERM }
        var context: UnsafeMutablePointer<AVFormatContext>? = prepared
        // Frees the context itself when it fails, but not a reader that is ours.
        let status = avformat_open_input(&context, nil, format, nil)
        guard status >= 0, let context else {
            free(reader)
            source.release()
            throw stillFailure(.damagedMedia, "its segment's initialization cannot be read (\(ffmpegMessage(status)))")
        }
        return InitializationInput(adopting: context, reader: reader, source: source)
    }

    /// What the first video track says of its codec. Lent: valid while this input lives.
    func videoParameters() throws(CaselightError) -> UnsafePointer<AVCodecParameters> {
        guard let parameters = videoStream?.pointee.codecpar else {
            throw stillFailure(.damagedMedia, "its segment's initialization has no video track")
        }
        return UnsafePointer(parameters)
    }

    /// The shape of a sample as the container says; 0/1 where it does not.
    var sampleAspect: AVRational { videoStream?.pointee.sample_aspect_ratio ?? AVRational(num: 0, den: 1) }

    private var videoStream: UnsafeMutablePointer<AVStream>? {
        for index in 0..<Int(context.pointee.nb_streams) {
            if let stream = context.pointee.streams[index], stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO {
                return stream
            }
        }
        return nil
    }

    private static let bufferBytes = 32 << 10

    private static func allocateReader(_ source: Unmanaged<MemorySource>) -> UnsafeMutablePointer<AVIOContext>? {
        guard let buffer = av_malloc(bufferBytes) else { return nil }
        let reader = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Int32(bufferBytes), 0, source.toOpaque(),
            { opaque, target, count in MemorySource.borrowed(opaque).read(into: target, count: count) }, nil,
            { opaque, offset, origin in MemorySource.borrowed(opaque).seek(to: offset, from: origin) })
        if reader == nil { av_free(buffer) }
        return reader
    }

    /// The buffer is freed through the context: libavformat may have replaced it.
    private static func free(_ reader: UnsafeMutablePointer<AVIOContext>) {
        av_freep(&reader.pointee.buffer)
        var pointer: UnsafeMutablePointer<AVIOContext>? = reader
        avio_context_free(&pointer)
    }
}

/// Bytes and a position in them, as libavformat's callbacks want them.
private final class MemorySource {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func borrowed(_ opaque: UnsafeMutableRawPointer?) -> MemorySource {
        guard let opaque else { preconditionFailure("the reader was made with its source") }
        return Unmanaged<MemorySource>.fromOpaque(opaque).takeUnretainedValue()
    }

    func read(into target: UnsafeMutablePointer<UInt8>?, count: Int32) -> Int32 {
        let available = min(Int(count), bytes.count - position)
        guard available > 0, let target else { return Self.endOfFile }
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            target.update(from: base + position, count: available)
        }
        position += available
        return Int32(available)
    }

    func seek(to offset: Int64, from origin: Int32) -> Int64 {
        if origin & AVSEEK_SIZE != 0 { return Int64(bytes.count) }
        let base: Int64 =
            switch origin & ~AVSEEK_FORCE {
            case SEEK_CUR: Int64(position)
            case SEEK_END: Int64(bytes.count)
            default: 0
            }
        let (wanted, overflow) = base.addingReportingOverflow(offset)
        guard !overflow, (0...Int64(bytes.count)).contains(wanted) else { return Int64(-EINVAL) }
        position = Int(wanted)
        return wanted
    }

    /// `AVERROR_EOF`, whose macro Swift cannot read: minus the little-endian letters 'EOF '.
    private static let endOfFile: Int32 = -0x2046_4F45
}
