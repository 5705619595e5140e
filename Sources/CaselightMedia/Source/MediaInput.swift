import CFFmpeg
internal import CaselightModel
internal import CaselightRTSP
import Glibc

/// An open input. Stays on the thread that opened it.
struct MediaInput: ~Copyable {
    private let context: UnsafeMutablePointer<AVFormatContext>
    let address: SourceAddress
    let interrupt: Interrupt
    private let readTimeout: Microseconds
    private let rtp: RTPInput?

    private init(
        adopting context: UnsafeMutablePointer<AVFormatContext>, address: SourceAddress, interrupt: Interrupt, readTimeout: Microseconds,
        rtp: RTPInput? = nil
    ) {
        self.context = context
        self.address = address
        self.interrupt = interrupt
        self.readTimeout = readTimeout
        self.rtp = rtp
    }

    deinit {
        rtp?.close()
        interrupt.release()
        // A farewell to a dead camera must not take long.
        interrupt.arm(.milliseconds(500))
        var pointer: UnsafeMutablePointer<AVFormatContext>? = context
        avformat_close_input(&pointer)
    }

    /// Opens a source. Blocks up to `readTimeout`; call it from the source's own thread.
    ///
    /// Both whitelists are set on every open, and no decoder may be opened behind our back.
    /// The C function is `avformat_open_input`, which frees the context itself when it fails.
    static func open(_ address: SourceAddress, interrupt: Interrupt, readTimeout: Microseconds) throws(CaselightError) -> MediaInput {
        if let order = address.rtsp { return try open(order, address, interrupt: interrupt, readTimeout: readTimeout) }
        guard let prepared = avformat_alloc_context() else {
            throw CaselightError(.internalFailure, address.operation, because: "memory ran out")
        }
        interrupt.guardCalls(of: prepared, url: address.url)
        interrupt.arm(readTimeout)
        var options = Options(
            address.options + [
                ("protocol_whitelist", address.protocolWhitelist), ("format_whitelist", address.formatWhitelist),
                ("codec_whitelist", "none"),
            ])
        let format = address.format.flatMap { av_find_input_format($0) }
        var context: UnsafeMutablePointer<AVFormatContext>? = prepared
        let status = avformat_open_input(&context, address.url, format, &options.dictionary)
        guard status >= 0, let context else {
            interrupt.release()
            throw SourceFailure(opening: status, kind: address.kind, reason: interrupt.reason).error(address.operation)
        }
        return MediaInput(adopting: context, address: address, interrupt: interrupt, readTimeout: readTimeout)
    }

    /// Opens an RTSP feed with our own client; libavformat gets the packets and makes no connection.
    private static func open(
        _ order: RTSPOrder, _ address: SourceAddress, interrupt: Interrupt, readTimeout: Microseconds
    ) throws(CaselightError) -> MediaInput {
        let rtp: RTPInput
        do {
            rtp = try RTPInput(order, interrupt: interrupt)
        } catch {
            throw SourceFailure(error, limitText: "no answer came in time").error(address.operation)
        }
        guard let prepared = avformat_alloc_context() else {
            throw CaselightError(.internalFailure, address.operation, because: "memory ran out")
        }
        rtp.attach(to: prepared)
        var options = Options(
            address.options + [
                ("sdp_flags", "custom_io"), ("protocol_whitelist", ""), ("format_whitelist", "sdp"), ("codec_whitelist", "none"),
            ])
        var context: UnsafeMutablePointer<AVFormatContext>? = prepared
        let status = avformat_open_input(&context, nil, av_find_input_format("sdp"), &options.dictionary)
        guard status >= 0, let context else {
            rtp.close()
            throw SourceFailure(opening: status, kind: address.kind, reason: interrupt.reason).error(address.operation)
        }
        rtp.begin()
        return MediaInput(adopting: context, address: address, interrupt: interrupt, readTimeout: readTimeout, rtp: rtp)
    }

    /// Reads the next packet, waiting up to the read timeout. The status is libavformat's.
    func read(into packet: UnsafeMutablePointer<AVPacket>) -> Int32 {
        guard let rtp else {
            interrupt.arm(readTimeout)
            return av_read_frame(context, packet)
        }
        while true {
            let status = av_read_frame(context, packet)
            // A packet that libavformat has no use for, such as a report of a source that has not sent yet.
            guard status == -EAGAIN, rtp.failure == nil else { return status }
        }
    }

    /// When the packet read last came.
    var arrival: Arrival { rtp?.arrival ?? .now }

    /// What the network did to the pictures' packets, where our own client reads.
    var reception: ReceptionStatistics? { rtp?.reception }

    func failure(reading status: Int32) -> CaselightError {
        if let failure = rtp?.failure { return SourceFailure(failure, limitText: "nothing came in time").error(address.readOperation) }
        return SourceFailure(reading: status, reason: interrupt.reason).error(address.readOperation)
    }

    var streamCount: Int { Int(context.pointee.nb_streams) }

    /// Lent: valid while this input lives.
    func stream(_ index: Int) -> UnsafeMutablePointer<AVStream>? {
        index < streamCount ? context.pointee.streams[index] : nil
    }

    /// Streams may appear while reading: MPEG-TS, FLV and the like.
    var findsStreamsLater: Bool { context.pointee.ctx_flags & AVFMTCTX_NOHEADER != 0 }

    /// Hands packets through as they come, without libavformat's parsers: the RTP receiver has cut them already.
    func turnParsersOff() { context.pointee.flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN }

    /// Takes timestamps as the container has them, without guesses.
    func takeTimestampsAsStored() { context.pointee.flags |= AVFMT_FLAG_NOFILLIN }

    var formatName: String { address.kind == .rtsp ? "rtsp" : containerName }

    private var containerName: String { context.pointee.iformat.map { String(cString: $0.pointee.name) } ?? "unknown" }

    func metadata(_ key: String) -> String? {
        guard let entry = av_dict_get(context.pointee.metadata, key, nil, 0), let value = entry.pointee.value else { return nil }
        let text = String(cString: value).trimmingPrefix(" ")
        return text.isEmpty ? nil : String(text.prefix(256))
    }

    /// Where in the file reading stands, and the file's size; `nil` for what has neither.
    var progress: (doneBytes: Int64, totalBytes: Int64)? {
        guard let io = context.pointee.pb else { return nil }
        let total = avio_size(io)
        return total > 0 ? (min(avio_seek(io, 0, SEEK_CUR), total), total) : nil
    }
}
