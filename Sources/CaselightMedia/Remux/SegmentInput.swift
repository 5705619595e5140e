import CFFmpeg
internal import CaselightModel
import Glibc

/// A segment's file, opened by libavformat's mov demuxer through a descriptor of ours. Belongs to one thread.
///
/// The format is forced, and every way to open another resource is shut: an empty protocol white list, and an `io_open` that refuses.
/// No parser touches a packet, and nothing behind the last whole fragment is read.
final class SegmentInput {
    let boxes: SegmentBoxes
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let reader: UnsafeMutablePointer<AVIOContext>
    private let source: Unmanaged<DescriptorSource>
    private let operation: String

    private init(
        adopting context: UnsafeMutablePointer<AVFormatContext>, reader: UnsafeMutablePointer<AVIOContext>,
        source: Unmanaged<DescriptorSource>, boxes: SegmentBoxes, operation: String
    ) {
        (self.context, self.reader, self.source) = (context, reader, source)
        (self.boxes, self.operation) = (boxes, operation)
    }

    deinit {
        var format: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&format)
        Self.free(reader)
        source.release()
    }

    /// - Parameters:
    ///   - path: absolute.
    ///   - limit: as if the file ended there.
    ///   - operation: completes "cannot …".
    /// - Throws: `notFound`, `damagedMedia`, `diskFailed`.
    static func open(path: String, limit: Int64, operation: String) throws(CaselightError) -> SegmentInput {
        let file = try OpenFile(path: path, operation: operation)
        guard let boxes = SegmentBoxes(file.descriptor, limit: min(limit, file.byteCount)) else { throw damaged(operation) }
        let source = Unmanaged.passRetained(DescriptorSource(file, byteCount: boxes.wholeByteCount))
        guard let reader = allocateReader(source) else {
            source.release()
            throw CaselightError(.internalFailure, operation, because: "memory ran out")
        }
        guard let prepared = avformat_alloc_context() else {
            free(reader)
            source.release()
            throw CaselightError(.internalFailure, operation, because: "memory ran out")
        }
        prepared.pointee.pb = reader
        prepared.pointee.flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN
        prepared.pointee.protocol_whitelist = av_strdup("")
        prepared.pointee.format_whitelist = av_strdup("mov,mp4,m4a,3gp,3g2,mj2")
        prepared.pointee.io_open = { _, _, _, _, _ in -EPERM }
        // Every packet counts: an edit list hides none.
        var options = Options([("advanced_editlist", "0"), ("codec_whitelist", "none")])
        var context: UnsafeMutablePointer<AVFormatContext>? = prepared
        // Frees the context itself when it fails, but not a reader that is ours.
        let status = avformat_open_input(&context, nil, av_find_input_format("mov"), &options.dictionary)
        guard status >= 0, let context, context.pointee.nb_streams == 1 else {
            avformat_close_input(&context)
            free(reader)
            source.release()
            throw damaged(operation)
        }
        return SegmentInput(adopting: context, reader: reader, source: source, boxes: boxes, operation: operation)
    }

    /// Lent: valid while this input lives.
    var stream: UnsafeMutablePointer<AVStream> {
        guard let stream = context.pointee.streams[0] else { preconditionFailure("it was opened with one stream") }
        return stream
    }

    /// Reads the next packet. `false` at the end.
    ///
    /// - Throws: `damagedMedia`, `diskFailed`.
    func next(into packet: UnsafeMutablePointer<AVPacket>) throws(CaselightError) -> Bool {
        let status = av_read_frame(context, packet)
        if status == FFmpegStatus.endOfFile { return false }
        guard status >= 0 else {
            guard status == -EIO else { throw Self.damaged(operation) }
            throw CaselightError(.diskFailed, operation, because: "it cannot be read", remedy: "Check the archive's disk and the kernel's log.")
        }
        // Fewer bytes than the tables say: what is copied would not be what was recorded.
        guard packet.pointee.flags & AV_PKT_FLAG_CORRUPT == 0 else { throw Self.damaged(operation) }
        return true
    }

    /// When a packet shows, by the file's own clock.
    func wall(of packet: UnsafeMutablePointer<AVPacket>) throws(CaselightError) -> WallTime {
        let times = [packet.pointee.pts, packet.pointee.dts]
        guard let reference = boxes.reference(at: packet.pointee.pos), (times + [reference.mediaTicks]).allSatisfy({ $0.magnitude < 1 << 60 })
        else { throw Self.damaged(operation) }
        let scale = TickScale(timeBase: stream.pointee.time_base, timescale: 1_000_000)
        return reference.wall + Microseconds(scale.microseconds(packet.pointee.pts - reference.mediaTicks))
    }

    private static func damaged(_ operation: String) -> CaselightError {
        CaselightError(
            .damagedMedia, operation, because: "it is not as the recorder wrote it", remedy: "Check the archive: caselightd check --hash")
    }

    private static let bufferBytes = 256 << 10

    private static func allocateReader(_ source: Unmanaged<DescriptorSource>) -> UnsafeMutablePointer<AVIOContext>? {
        guard let buffer = av_malloc(bufferBytes) else { return nil }
        let reader = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Int32(bufferBytes), 0, source.toOpaque(),
            { opaque, target, count in DescriptorSource.borrowed(opaque).read(into: target, count: count) }, nil,
            { opaque, offset, origin in DescriptorSource.borrowed(opaque).seek(to: offset, from: origin) })
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

/// A descriptor that is closed with its last user. Links are not followed: the archive has none.
final class OpenFile {
    let descriptor: Int32
    let byteCount: Int64

    init(path: String, operation: String) throws(CaselightError) {
        descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        let failure = errno
        guard descriptor >= 0 else {
            byteCount = 0
            throw CaselightError(
                failure == ENOENT ? .notFound : .diskFailed, operation, because: String(cString: strerror(failure)).lowercased())
        }
        var status = stat()
        byteCount = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : 0
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}

/// A file's first bytes and a position in them, as libavformat's callbacks want them.
private final class DescriptorSource {
    private let file: OpenFile
    private let byteCount: Int64
    private var position: Int64 = 0

    init(_ file: OpenFile, byteCount: Int64) {
        self.file = file
        self.byteCount = byteCount
    }

    static func borrowed(_ opaque: UnsafeMutableRawPointer?) -> DescriptorSource {
        guard let opaque else { preconditionFailure("the reader was made with its source") }
        return Unmanaged<DescriptorSource>.fromOpaque(opaque).takeUnretainedValue()
    }

    func read(into target: UnsafeMutablePointer<UInt8>?, count: Int32) -> Int32 {
        let available = min(Int64(count), byteCount - position)
        guard available > 0 else { return FFmpegStatus.endOfFile }
        while true {
            let got = pread(file.descriptor, target, Int(available), off_t(position))
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { return -EIO }
            guard got > 0 else { return FFmpegStatus.endOfFile }
            position += Int64(got)
            return Int32(got)
        }
    }

    func seek(to offset: Int64, from origin: Int32) -> Int64 {
        if origin & AVSEEK_SIZE != 0 { return byteCount }
        let base: Int64 =
            switch origin & ~AVSEEK_FORCE {
            case SEEK_CUR: position
            case SEEK_END: byteCount
            default: 0
            }
        let (wanted, overflow) = base.addingReportingOverflow(offset)
        guard !overflow, (0...byteCount).contains(wanted) else { return Int64(-EINVAL) }
        position = wanted
        return wanted
    }
}
