import CFFmpeg
internal import CaselightModel
import Glibc

/// Makes fragments of one track: libavformat's MP4 muxer, writing to memory. One serves all segments of a run, as long as the stream
/// stays the same,
/// so that decoding times run on through its fragments. Belongs to one thread.
///
/// libavformat writes `moof` and `mdat`; the `prft` before them is ours, since its own rounds wall time to milliseconds (movenc.c).
/// No bitstream filter runs: what libavformat does to a packet is the change from start codes to lengths.
final class FragmentMuxer {
    /// `ftyp` and `moov`.
    let initialization: [UInt8]
    let timescale: Int32
    private let output: OutputContext
    private let collector: ByteCollector
    private var pendingBytes = 0

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
        guard status >= 0, let context = allocated, let collector = ByteCollector() else { throw failure(status) }
        (output, self.collector) = (OutputContext(adopting: context), collector)
        context.pointee.pb = collector.writer
        context.pointee.flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT
        context.pointee.flags &= ~AVFMT_FLAG_AUTO_BSF
        context.pointee.avoid_negative_ts = 0
        guard let stream = avformat_new_stream(context, nil), avcodec_parameters_copy(stream.pointee.codecpar, parameters.pointer) >= 0
        else { throw failure(-ENOMEM) }
        stream.pointee.codecpar.pointee.codec_tag = 0
        stream.pointee.time_base = AVRational(num: 1, den: timescale)
        var options = Options([
            ("movflags", "empty_moov+default_base_moof+frag_custom+frag_discont+skip_trailer"), ("use_editlist", "0"),
            ("video_track_timescale", "\(timescale)"), ("strict", "experimental"),
        ])
        status = avformat_write_header(context, &options.dictionary)
        guard status >= 0 else { throw failure(status) }
        avio_flush(collector.writer)
        initialization = collector.take()
        self.timescale = stream.pointee.time_base.den
    }

    /// Adds a sample to the fragment at hand. The packet stays the caller's.
    func write(_ packet: UnsafeMutablePointer<AVPacket>, times: SampleTimes) -> Int32 {
        av_packet_free_side_data(packet)
        packet.pointee.stream_index = 0
        packet.pointee.pts = times.display
        packet.pointee.dts = times.decode
        packet.pointee.duration = times.duration
        packet.pointee.pos = -1
        packet.pointee.flags &= AV_PKT_FLAG_KEY
        pendingBytes += Int(packet.pointee.size) + 64
        return av_write_frame(output.context, packet)
    }

    /// Ends the fragment at hand.
    ///
    /// - Parameters:
    ///   - wall: the wall time of its first sample.
    ///   - mediaTicks: that sample's display time.
    /// - Returns: `prft`, `moof`, `mdat`; `nil` when libavformat failed.
    func finishFragment(wall: WallTime, mediaTicks: Int64) -> [UInt8]? {
        collector.start(with: ProducerReferenceTime.box(wall: wall, mediaTicks: mediaTicks), reserving: pendingBytes + 512)
        pendingBytes = 0
        let status = av_write_frame(output.context, nil)
        avio_flush(collector.writer)
        let bytes = collector.take()
        return status >= 0 && bytes.count > ProducerReferenceTime.byteCount ? bytes : nil
    }
}

/// Frees a muxer's context, whether or not it ever wrote.
private final class OutputContext {
    let context: UnsafeMutablePointer<AVFormatContext>
    init(adopting context: UnsafeMutablePointer<AVFormatContext>) { self.context = context }
    deinit { avformat_free_context(context) }
}

/// A sample's times in its track's ticks.
struct SampleTimes {
    var display: Int64
    var decode: Int64
    var duration: Int64
}

/// A `prft` box (ISO/IEC 14496-12, 8.16.5), version 1: which wall time a moment of track 1 had.
enum ProducerReferenceTime {
    static let byteCount = 32
    /// Seconds from 1900 to 1970.
    private static let epochSeconds: Int64 = 2_208_988_800
    /// "The time is consistent with the samples', from an arbitrary source": what libavformat writes for a receiver's clock.
    private static let flags: UInt32 = 24

    static func box(wall: WallTime, mediaTicks: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
        }
        append(UInt32(byteCount))
        bytes += "prft".utf8
        append(UInt32(1) << 24 | flags)
        append(UInt32(1))
        append(ntp(wall))
        append(mediaTicks)
        return bytes
    }

    /// NTP's 32.32 fixed point (RFC 5905, 6), rounded up, so that rounding down and to the nearest both give the microsecond back.
    static func ntp(_ time: WallTime) -> UInt64 {
        let seconds = Int64((Double(time.microseconds) / 1_000_000).rounded(.down))
        let exact = time.microseconds >= 0 ? time.microseconds / 1_000_000 : seconds
        let microseconds = UInt64(time.microseconds - exact * 1_000_000)
        return UInt64(UInt32(truncatingIfNeeded: exact + epochSeconds)) << 32 | (microseconds << 32 + 999_999) / 1_000_000
    }
}

/// Collects what libavformat writes. Its callback holds the collector unretained: the muxer keeps it alive.
private final class ByteCollector {
    private var bytes: [UInt8] = []
    private(set) var writer: UnsafeMutablePointer<AVIOContext>

    /// libavformat goes back to fill in the sizes of `moov` and `moof`, which must not have left the buffer by then: 600 samples
    /// take 12 KB.
    private static let bufferBytes: Int32 = 64 << 10

    init?() {
        guard let buffer = av_malloc(Int(Self.bufferBytes))?.assumingMemoryBound(to: UInt8.self),
            let writer = avio_alloc_context(
                buffer, Self.bufferBytes, 1, nil, nil,
                { opaque, data, count in
                    guard let opaque, let data, count > 0 else { return count }
                    let collector = Unmanaged<ByteCollector>.fromOpaque(opaque).takeUnretainedValue()
                    collector.bytes.append(contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
                    return count
                }, nil)
        else { return nil }
        self.writer = writer
        writer.pointee.seekable = 0
        writer.pointee.opaque = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit {
        av_freep(&writer.pointee.buffer)
        var pointer: UnsafeMutablePointer<AVIOContext>? = writer
        avio_context_free(&pointer)
    }

    func start(with first: [UInt8], reserving count: Int) {
        bytes.reserveCapacity(first.count + count)
        bytes.append(contentsOf: first)
    }

    func take() -> [UInt8] {
        let taken = bytes
        bytes = []
        return taken
    }
}
