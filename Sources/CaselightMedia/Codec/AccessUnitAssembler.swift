import CFFmpeg
internal import CaselightModel

/// Puts access units together from what the RTP receiver hands out: a packet for each unit, or for each piece of one.
///
/// libavformat's own parser would do it too, at the price of a search through every byte, a second copy, and a frame's delay in what
/// it says about a packet's sender clock.
struct AccessUnitAssembler {
    /// A frame of a camera is smaller; what is longer is cut here.
    static let unitLimitBytes = 32 << 20

    private let codec: NALCodec
    private var unit: UnsafeMutablePointer<AVPacket>
    private var isStarted = false
    private var hasPicture = false
    private(set) var arrival = Arrival(wall: WallTime(microseconds: 0), monotonicUs: 0)

    /// - Parameter storage: an empty packet that stays with this assembler.
    init(codec: NALCodec, storage: UnsafeMutablePointer<AVPacket>) {
        self.codec = codec
        unit = storage
    }

    /// Whether `packet` begins the next unit, so that the one at hand is whole.
    func isWhole(before packet: UnsafeMutablePointer<AVPacket>) -> Bool {
        guard isStarted, hasPicture else { return false }
        guard unit.pointee.size < Self.unitLimitBytes else { return true }
        let bytes = UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
        let startCode = StartCode.byteCount(at: bytes)
        // A further piece of a fragmented unit has no start code of its own.
        guard startCode > 0, bytes.count > startCode else { return false }
        let kind = codec.kind(bytes[startCode])
        if kind == .sequenceParameters || kind == .videoParameters { return true }
        guard packet.pointee.pts != unit.pointee.pts else { return false }
        // Timestamps may change within a picture when a sender report comes in its middle.
        if case .picture = kind { return codec.isFirstSlice(UnsafeBufferPointer(rebasing: bytes[startCode...])) }
        return true
    }

    /// Moves the unit at hand into `target`.
    mutating func take(into target: UnsafeMutablePointer<AVPacket>) {
        av_packet_move_ref(target, unit)
        isStarted = false
        hasPicture = false
    }

    /// Adds a packet, which is empty afterwards.
    mutating func add(_ packet: UnsafeMutablePointer<AVPacket>, arrival: Arrival) {
        let bytes = UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
        let startCode = StartCode.byteCount(at: bytes)
        if !isStarted {
            self.arrival = arrival
            isStarted = true
            hasPicture = startCode > 0 && AccessUnitFacts(bytes, codec: codec, collecting: false).hasPicture
            av_packet_move_ref(unit, packet)
            return
        }
        if !hasPicture {
            // Parameter sets may carry the timestamp of the picture before: the picture's own counts.
            unit.pointee.pts = packet.pointee.pts
            hasPicture = startCode > 0 && AccessUnitFacts(bytes, codec: codec, collecting: false).hasPicture
        }
        append(bytes)
        av_packet_unref(packet)
    }

    /// Grows in steps of half its size: `av_grow_packet` takes a sixteenth, and copies a keyframe thirty times over.
    private func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        let padding = Int(AV_INPUT_BUFFER_PADDING_SIZE)
        let (start, end) = (Int(unit.pointee.size), Int(unit.pointee.size) + bytes.count)
        guard !bytes.isEmpty, let data = unit.pointee.data, let buffer = unit.pointee.buf else { return }
        let room = buffer.pointee.data + Int(buffer.pointee.size) - data
        if room < end + padding || av_buffer_is_writable(buffer) == 0 {
            guard let larger = av_buffer_alloc(end + end / 2 + padding) else { fatalError("memory ran out") }
            larger.pointee.data.update(from: data, count: start)
            av_buffer_unref(&unit.pointee.buf)
            unit.pointee.buf = larger
            unit.pointee.data = larger.pointee.data
        }
        guard let data = unit.pointee.data, let source = bytes.baseAddress else { return }
        (data + start).update(from: source, count: bytes.count)
        (data + end).update(repeating: 0, count: padding)
        unit.pointee.size = Int32(end)
    }
}

/// When bytes arrived, by both of the receiver's clocks.
struct Arrival: Equatable, Sendable {
    var wall: WallTime
    var monotonicUs: Int64
    /// How much earlier they may have come: they waited in the socket.
    var spreadUs: Int64 = 0
    /// What the camera's clock showed, where the packet itself says so.
    var cameraUs: Int64?

    static var now: Arrival { Arrival(wall: SystemWallClock().now(), monotonicUs: caselight_monotonic_us()) }
}
