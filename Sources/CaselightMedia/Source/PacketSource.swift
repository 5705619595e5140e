import CFFmpeg
internal import CaselightModel
internal import CaselightRTSP

/// Packets of an open input, whole access units where it carries pictures, each with its moment of arrival. Belongs to one thread.
final class PacketSource {
    private let input: MediaInput
    private let pool: PacketPool
    private let raw: UnsafeMutablePointer<AVPacket>
    private var assembler: AccessUnitAssembler?
    private var assembledIndex: Int32 = -1
    private var endStatus: Int32?
    private var hasEnded = false
    /// Arrivals of video packets that libavformat still holds back, oldest first.
    private var heldArrivals: [Arrival] = []

    /// Of the packet that `next` gave last.
    private(set) var arrival: Arrival

    init(input: consuming MediaInput, pool: PacketPool) {
        self.pool = pool
        raw = pool.take()
        arrival = Arrival.now
        if input.address.kind == .rtsp, let (index, codec) = Self.assembled(of: input) {
            input.turnParsersOff()
            assembler = AccessUnitAssembler(codec: codec, storage: pool.take())
            assembledIndex = index
        }
        // Matroska has display times only; what libavformat would guess without a decoder is wrong where pictures are reordered.
        if input.formatName == "matroska,webm" { input.takeTimestampsAsStored() }
        self.input = input
    }

    deinit { pool.giveBack(raw) }

    var address: SourceAddress { input.address }
    var streamCount: Int { input.streamCount }
    func stream(_ index: Int) -> UnsafeMutablePointer<AVStream>? { input.stream(index) }
    var findsStreamsLater: Bool { input.findsStreamsLater }
    var formatName: String { input.formatName }
    func metadata(_ key: String) -> String? { input.metadata(key) }
    var progress: (doneBytes: Int64, totalBytes: Int64)? { input.progress }
    var reception: ReceptionStatistics? { input.reception }
    func failure(_ status: Int32) -> CaselightError { input.failure(reading: status) }
    var isInterrupted: Bool { input.interrupt.isTripped }

    /// Moves the next packet into `packet`, which is empty.
    ///
    /// - Returns: 0, or libavformat's status.
    func next(into packet: UnsafeMutablePointer<AVPacket>) -> Int32 {
        while true {
            let status = endStatus ?? input.read(into: raw)
            guard status >= 0 else { return end(status, into: packet) }
            let now = input.arrival
            let index = raw.pointee.stream_index
            guard index == assembledIndex, let isWhole = assembler?.isWhole(before: raw) else {
                arrival = arrivalOfHeld(index, now)
                av_packet_move_ref(packet, raw)
                return 0
            }
            if isWhole {
                arrival = assembler?.arrival ?? now
                assembler?.take(into: packet)
            }
            assembler?.add(raw, arrival: now)
            if isWhole { return 0 }
        }
    }

    /// The unit at hand is the last one.
    private func end(_ status: Int32, into packet: UnsafeMutablePointer<AVPacket>) -> Int32 {
        // Damage may end again; nothing else does.
        guard status != FFmpegStatus.invalidData else { return status }
        endStatus = status
        guard assembler != nil, !hasEnded else { return status }
        hasEnded = true
        arrival = assembler?.arrival ?? arrival
        assembler?.take(into: packet)
        return packet.pointee.size > 0 ? 0 : status
    }

    /// libavformat gives an MPEG-TS picture out when it has seen the start of the second one after it.
    private func arrivalOfHeld(_ index: Int32, _ now: Arrival) -> Arrival {
        guard address.kind == .stream, input.formatName == "mpegts",
            input.stream(Int(index))?.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO
        else { return now }
        heldArrivals.append(now)
        return heldArrivals.count > 2 ? heldArrivals.removeFirst() : heldArrivals[0]
    }

    /// The first stream of access units to be put together. libavformat's parsers can only be turned off for all streams
    /// together, so every other stream
    /// must do without.
    private static func assembled(of input: borrowing MediaInput) -> (index: Int32, codec: NALCodec)? {
        var found: (Int32, NALCodec)?
        for index in 0..<input.streamCount {
            guard let parameters = input.stream(index)?.pointee.codecpar.pointee else { continue }
            if let codec = NALCodec(parameters.codec_id) {
                found = found ?? (Int32(index), codec)
            } else if !wholePacketCodecs.contains(parameters.codec_id.rawValue) {
                return nil
            }
        }
        return found
    }

    /// Codecs whose RTP packets the receiver hands out as whole frames.
    private static let wholePacketCodecs: Set<UInt32> = Set(
        [
            AV_CODEC_ID_MJPEG, AV_CODEC_ID_AAC, AV_CODEC_ID_PCM_ALAW, AV_CODEC_ID_PCM_MULAW, AV_CODEC_ID_OPUS, AV_CODEC_ID_PCM_S16BE,
            AV_CODEC_ID_ADPCM_G722, AV_CODEC_ID_ADPCM_G726, AV_CODEC_ID_ADPCM_G726LE, AV_CODEC_ID_NONE,
        ].map(\.rawValue))
}
