import CFFmpeg
internal import CaselightModel

/// A packet that came while streams were being found, kept for the recording.
struct QueuedPacket {
    let packet: UnsafeMutablePointer<AVPacket>
    let arrival: Arrival
}

/// What a source turned out to carry.
struct SourceStreams {
    let video: VideoTrack
    let audio: AudioTrack?
    let metadata: StreamMetadata
    /// From the first keyframe on, in order.
    var queue: [QueuedPacket]
}

/// Reads until it is known what a source carries: its first keyframe, the parameters in it, and the sound beside.
///
/// In place of `avformat_find_stream_info`, which opens decoders and reads on for seconds. Bounded in bytes, packets and time.
struct StreamDiscovery {
    static let byteLimit = 64 << 20
    static let packetLimit = 50_000
    /// A camera that saves bytes sends a keyframe every twenty seconds or so.
    static let keyframeLimit = Microseconds.seconds(60)
    /// A server may send what it has cached in one go; only after that do arrivals tell the time.
    static let settleTime = Microseconds.milliseconds(700)
    static let audioLimit = Microseconds.seconds(1)
    static let audioPacketLimit = 500

    private let source: PacketSource
    private let pool: PacketPool
    private let isLive: Bool
    private var video: VideoTrack?
    private var audio: AudioTrack?
    private var unusable: CaselightError?
    private var soundless: Set<Int32> = []
    private var queue: [QueuedPacket] = []
    private var early: [QueuedPacket] = []
    private var startedUs: Int64 = 0
    private var firstPacketUs: Int64?
    private var keyframeUs: Int64 = 0
    private var (packets, bytes, videoPackets) = (0, 0, 0)

    static func run(_ source: PacketSource, pool: PacketPool) throws(CaselightError) -> SourceStreams {
        var discovery = StreamDiscovery(source: source, pool: pool)
        do {
            return try discovery.run()
        } catch {
            for queued in discovery.queue + discovery.early { pool.giveBack(queued.packet) }
            throw error
        }
    }

    private init(source: PacketSource, pool: PacketPool) {
        self.source = source
        self.pool = pool
        isLive = source.address.kind != .file
    }

    private mutating func run() throws(CaselightError) -> SourceStreams {
        startedUs = caselight_monotonic_us()
        if !source.findsStreamsLater { try requireVideoStream() }
        var failures = 0
        while !isComplete {
            let packet = pool.take()
            let status = source.next(into: packet)
            guard status >= 0 else {
                pool.giveBack(packet)
                failures += 1
                // Damage in a file may end again.
                if !isLive, status == FFmpegStatus.invalidData, failures < 100 { continue }
                if !isLive, status != FFmpegStatus.exit, video != nil { break }
                throw noVideo(status)
            }
            try take(packet)
            try checkLimits()
        }
        guard var video else { throw noVideo(nil) }
        if let step = observedStep(video) { video.stepTicks = step }
        var metadata = StreamMetadata(container: source.formatName)
        metadata.sessionName = source.metadata("title")
        metadata.video = video.stream
        metadata.audio = audio?.stream
        return SourceStreams(video: video, audio: audio, metadata: metadata, queue: queue)
    }

    /// The median distance of the pictures that came so far, in the order they are shown.
    private func observedStep(_ video: VideoTrack) -> Int64? {
        let times = queue.map(\.packet.pointee).filter { $0.stream_index == video.streamIndex }.map(\.pts).sorted()
        guard let first = times.first, first != FFmpegStatus.noTimestamp else { return nil }
        let steps = zip(times, times.dropFirst()).map { $1 &- $0 }.filter { $0 > 0 && $0 < 1 << 40 }.sorted()
        return steps.count >= 4 ? steps[steps.count / 2] : nil
    }

    private var isComplete: Bool {
        guard video != nil, let firstPacketUs else { return false }
        let now = source.arrival.monotonicUs
        if isLive, now - firstPacketUs < Self.settleTime.value { return false }
        if audio != nil || !expectsAudio { return true }
        return queue.count > Self.audioPacketLimit || isLive && now - keyframeUs >= Self.audioLimit.value
    }

    private var expectsAudio: Bool {
        if source.findsStreamsLater, soundless.isEmpty { return true }
        return (0..<source.streamCount).contains { index in
            type(of: index) == AVMEDIA_TYPE_AUDIO && !soundless.contains(Int32(index))
        }
    }

    private func type(of index: Int) -> AVMediaType { source.stream(index)?.pointee.codecpar.pointee.codec_type ?? AVMEDIA_TYPE_UNKNOWN }

    /// The first stream of pictures that is no cover art.
    private var videoIndex: Int32? {
        (0..<source.streamCount).first { index in
            guard let stream = source.stream(index), type(of: index) == AVMEDIA_TYPE_VIDEO else { return false }
            return stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
        }.map { Int32($0) }
    }

    private mutating func take(_ packet: UnsafeMutablePointer<AVPacket>) throws(CaselightError) {
        packets += 1
        bytes += Int(packet.pointee.size)
        firstPacketUs = firstPacketUs ?? source.arrival.monotonicUs
        let index = packet.pointee.stream_index
        guard packet.pointee.size > 0, let stream = source.stream(Int(index)) else { return pool.giveBack(packet) }
        if index == video?.streamIndex || video == nil && index == videoIndex {
            videoPackets += 1
            if video == nil, try !begins(packet, stream) { return pool.giveBack(packet) }
        } else if type(of: Int(index)) == AVMEDIA_TYPE_AUDIO {
            if audio == nil, !soundless.contains(index) {
                audio = AudioTrack(stream, first: packet)
                if audio == nil { soundless.insert(index) }
            }
            guard audio?.streamIndex == index else { return pool.giveBack(packet) }
            if video == nil { return keepEarly(packet) }
        } else {
            return pool.giveBack(packet)
        }
        queue.append(QueuedPacket(packet: packet, arrival: source.arrival))
        queue += early
        early.removeAll()
    }

    /// Sound stands before the pictures it belongs to in many files.
    private mutating func keepEarly(_ packet: UnsafeMutablePointer<AVPacket>) {
        if early.count == Self.audioPacketLimit { pool.giveBack(early.removeFirst().packet) }
        early.append(QueuedPacket(packet: packet, arrival: source.arrival))
    }

    /// Whether a packet is the first keyframe, and so where the recording begins.
    private mutating func begins(
        _ packet: UnsafeMutablePointer<AVPacket>, _ stream: UnsafeMutablePointer<AVStream>
    ) throws(CaselightError) -> Bool {
        PacketFacts.markKeyframe(packet, stream.pointee.codecpar)
        guard packet.pointee.flags & AV_PKT_FLAG_KEY != 0 else { return false }
        do {
            video = try VideoTrack(stream, keyframe: packet, operation: source.address.operation)
        } catch {
            // A keyframe without its parameter sets is none to start from; the next may have them.
            guard error.code == .damagedMedia else { throw error }
            unusable = error
            return false
        }
        keyframeUs = source.arrival.monotonicUs
        return true
    }

    private func requireVideoStream() throws(CaselightError) {
        guard videoIndex == nil else { return }
        let hasSound = (0..<source.streamCount).contains { type(of: $0) == AVMEDIA_TYPE_AUDIO }
        throw CaselightError(
            .unsupportedMedia, source.address.operation,
            because: hasSound ? "it has sound but no pictures" : "it has no pictures", remedy: "Caselight records video.")
    }

    private func checkLimits() throws(CaselightError) {
        guard video == nil else { return }
        let elapsed = isLive ? caselight_monotonic_us() - startedUs : 0
        if packets > Self.packetLimit || bytes > Self.byteLimit || elapsed > Self.keyframeLimit.value {
            throw noVideo(nil)
        }
    }

    /// - Parameter status: why reading ended; `nil` when a limit did.
    private func noVideo(_ status: Int32?) -> CaselightError {
        if let status, isLive || status == FFmpegStatus.exit { return source.failure(status) }
        do {
            try requireVideoStream()
        } catch {
            return error
        }
        return unusable
            ?? CaselightError(
                .damagedMedia, source.address.operation,
                because: videoPackets == 0 ? "it holds no picture" : "it holds no keyframe to start from, in \(videoPackets) packets")
    }
}

/// What a packet does not say by itself.
enum PacketFacts {
    /// RTP packets come without the keyframe flag; the units in them have it.
    static func markKeyframe(_ packet: UnsafeMutablePointer<AVPacket>, _ parameters: UnsafeMutablePointer<AVCodecParameters>) {
        guard packet.pointee.flags & AV_PKT_FLAG_KEY == 0 else { return }
        if parameters.pointee.codec_id == AV_CODEC_ID_MJPEG {
            packet.pointee.flags |= AV_PKT_FLAG_KEY
        } else if let codec = NALCodec(parameters.pointee.codec_id) {
            let bytes = UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
            guard StartCode.byteCount(at: bytes) > 0, AccessUnitFacts(bytes, codec: codec, collecting: false).isKeyframe else { return }
            packet.pointee.flags |= AV_PKT_FLAG_KEY
        }
    }
}
