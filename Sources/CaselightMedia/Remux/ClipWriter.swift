import CFFmpeg
internal import CaselightModel
import Crypto
import Glibc

/// Writes one clip through libavformat's MP4 muxer. Packets go in as they are: no bitstream filter runs. Belongs to one thread.
final class ClipWriter {
    private let context: UnsafeMutablePointer<AVFormatContext>
    private let path: String
    private let operation: String
    private var isFinished = false
    /// Names the kind of file: MP4, or its QuickTime form where MP4 has no place for a codec.
    let isQuickTime: Bool

    struct Track {
        let parameters: CodecParameters
        let timeBase: AVRational
    }

    private init(adopting context: UnsafeMutablePointer<AVFormatContext>, path: String, isQuickTime: Bool, operation: String) {
        (self.context, self.path, self.operation, self.isQuickTime) = (context, path, operation, isQuickTime)
    }

    deinit {
        avio_closep(&context.pointee.pb)
        avformat_free_context(context)
        // Half a clip is none.
        if !isFinished { unlink(path) }
    }

    /// - Parameters:
    ///   - folder: where `name(isQuickTime)` must not exist yet.
    ///   - startsAt: what the file says of when it begins.
    static func open(
        in folder: String, number: Int, video: Track, audio: Track?, startsAt: WallTime, operation: String
    ) throws(CaselightError) -> ClipWriter {
        let containers = [try video.parameters.container(operation), try audio?.parameters.container(operation)]
        let isQuickTime = containers.contains("mov")
        let path = "\(folder)/\(ClipFile.name(number, isQuickTime: isQuickTime))"
        var allocated: UnsafeMutablePointer<AVFormatContext>?
        guard avformat_alloc_output_context2(&allocated, nil, isQuickTime ? "mov" : "mp4", nil) >= 0, let context = allocated else {
            throw CaselightError(.internalFailure, operation, because: "memory ran out")
        }
        let writer = ClipWriter(adopting: context, path: path, isQuickTime: isQuickTime, operation: operation)
        context.pointee.flags |= AVFMT_FLAG_BITEXACT
        context.pointee.flags &= ~AVFMT_FLAG_AUTO_BSF
        // Times stay what they are told; an edit list says where the picture begins.
        context.pointee.avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED
        try writer.check(avio_open(&context.pointee.pb, "file:\(path)", AVIO_FLAG_WRITE))
        for (track, native) in zip([video, audio], containers) {
            guard let track else { continue }
            try writer.add(track, keepsTag: (native == "mov") == isQuickTime)
        }
        av_dict_set(&context.pointee.metadata, "creation_time", "\(startsAt)", 0)
        var options = Options(Self.options(video: video, audio: audio))
        try writer.check(avformat_write_header(context, &options.dictionary))
        return writer
    }

    /// Sound of a constant size a sample, as G.711 is, has no times of its own in an ordinary QuickTime file: after lost packets it would
    /// run ahead of the picture. In fragments every packet keeps its time.
    private static func options(video: Track, audio: Track?) -> [(String, String)] {
        let isConstantRate = audio.map { av_get_bits_per_sample($0.parameters.codec) >= 8 } ?? false
        return [
            ("video_track_timescale", "\(video.timeBase.den)"), ("strict", "experimental"),
            ("movflags", isConstantRate ? "frag_keyframe+delay_moov+default_base_moof+disable_chpl" : "disable_chpl"),
        ]
    }

    private func add(_ track: Track, keepsTag: Bool) throws(CaselightError) {
        guard let stream = avformat_new_stream(context, nil) else {
            throw CaselightError(.internalFailure, operation, because: "memory ran out")
        }
        try check(avcodec_parameters_copy(stream.pointee.codecpar, track.parameters.pointer))
        // One container's name of a codec may be none of the other's.
        if !keepsTag { stream.pointee.codecpar.pointee.codec_tag = 0 }
        stream.pointee.time_base = track.timeBase
    }

    /// Writes a track's packet at hand.
    ///
    /// - Parameters:
    ///   - index: 0 for pictures, 1 for sound.
    ///   - zero: in the track's ticks, what is time zero in the clip.
    func write(_ track: ClipTrack, index: Int32, zero: Int64) throws(CaselightError) {
        let status = track.withPacket { packet, sample -> Int32 in
            guard let stream = context.pointee.streams[Int(index)] else { return -EINVAL }
            packet.pointee.stream_index = index
            packet.pointee.pts -= zero
            packet.pointee.dts -= zero
            packet.pointee.duration = sample.durationTicks
            packet.pointee.pos = -1
            av_packet_rescale_ts(packet, track.timeBase, stream.pointee.time_base)
            return av_write_frame(context, packet)
        }
        try check(status ?? 0)
    }

    /// Completes the file.
    ///
    /// - Returns: its size and SHA-256, lower-case hexadecimal.
    func finish() throws(CaselightError) -> (byteCount: Int64, sha256: String) {
        try check(av_write_trailer(context))
        try check(avio_closep(&context.pointee.pb))
        let sum = try Self.sum(path, operation)
        isFinished = true
        return sum
    }

    private static func sum(_ path: String, _ operation: String) throws(CaselightError) -> (byteCount: Int64, sha256: String) {
        let file = try OpenFile(path: path, operation: operation)
        var (hash, byteCount) = (SHA256(), Int64(0))
        var block = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let got = read(file.descriptor, &block, block.count)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw CaselightError(.diskFailed, operation, because: "the clip cannot be read back") }
            guard got > 0 else { break }
            block.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<got])) }
            byteCount += Int64(got)
        }
        return (byteCount, hash.finalize().reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) })
    }

    private func check(_ status: Int32) throws(CaselightError) {
        guard status < 0 else { return }
        switch status {
        case -ENOSPC, -EDQUOT:
            throw CaselightError(.diskFull, operation, because: "no space left on device", remedy: "Free space on the disk of the state folder.")
        case -EINVAL, FFmpegStatus.invalidData:
            throw CaselightError(
                .damagedMedia, operation, because: "its packets cannot be put into one file: \(FFmpegStatus.text(status))",
                remedy: "The segments themselves are whole; export them without clips.")
        case -ENOMEM: throw CaselightError(.internalFailure, operation, because: "memory ran out")
        default: throw CaselightError(.diskFailed, operation, because: FFmpegStatus.text(status).lowercased())
        }
    }
}
