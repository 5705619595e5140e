import CFFmpeg
internal import CaselightModel

/// Records a source's packets as runs: a new one whenever timestamps stop being comparable. Belongs to the source's thread.
final class Recorder {
    /// A step back of display times beyond this is no reordering.
    static let backwardUs: Int64 = 1_000_000
    /// The longest a file may claim to last.
    static let fileSpanLimit = Microseconds.days(7)

    private let order: RecordingOrder
    private let pool: PacketPool
    private let isRTP: Bool
    private var streams: (video: VideoTrack, audio: AudioTrack?, metadata: StreamMetadata)
    private var time: StreamTime
    private var sampler: CameraClockSampler
    private var active: ActiveRun?
    private var nextID: RunID?
    private var offsetUs: Int64?
    private var firstMediaUs: Int64?
    private let statedStart: WallTime?
    private(set) var endedAt: WallTime?
    /// The last run, as it ended or stands.
    private(set) var run: Run?
    private(set) var failure: CaselightError?
    private(set) var counts = (packets: 0, bytes: 0, waiting: 0)

    /// - Parameters:
    ///   - startsAt: a file's start by its recorder's clock; `nil` for a feed, whose clock is the receiver's.
    init(
        _ order: RecordingOrder, streams: SourceStreams, isRTP: Bool, runID: RunID, startsAt: WallTime?, streamCount: Int, pool: PacketPool
    ) {
        self.order = order
        self.pool = pool
        self.isRTP = isRTP
        self.streams = (streams.video, streams.audio, streams.metadata)
        statedStart = startsAt
        nextID = runID
        time = StreamTime(
            timeBase: streams.video.timeBase, stepTicks: streams.video.stepTicks,
            jumps: !order.isLive ? .takeOutOfFile : isRTP && streamCount > 1 ? .takeOutWithSenderClock : .keep)
        sampler = CameraClockSampler(clockRateHertz: streams.video.stream.timeBaseHertz)
        offsetUs = order.isLive ? Self.settledOffset(streams) : nil
    }

    /// Wall time minus stream time, where what came first has settled: a server may send what it had cached in one go.
    private static func settledOffset(_ streams: SourceStreams) -> Int64? {
        let scale = TickScale(timeBase: streams.video.timeBase, timescale: 1_000_000)
        return streams.queue.compactMap { queued -> Int64? in
            let packet = queued.packet.pointee
            guard packet.stream_index == streams.video.streamIndex, packet.pts != FFmpegStatus.noTimestamp else { return nil }
            return queued.arrival.wall.microseconds - scale.microseconds(packet.pts)
        }.min()
    }

    /// Takes a packet, which is the recorder's afterwards.
    func take(_ packet: UnsafeMutablePointer<AVPacket>, arrival: Arrival) throws(CaselightError) {
        if packet.pointee.stream_index == streams.video.streamIndex {
            counts.packets += 1
            counts.bytes += Int(packet.pointee.size)
            try takeVideo(packet, arrival: arrival)
        } else if packet.pointee.stream_index == streams.audio?.streamIndex, let active {
            counts.packets += 1
            counts.bytes += Int(packet.pointee.size)
            active.takeAudio(packet, arrival: arrival)
        } else {
            pool.giveBack(packet)
        }
    }

    /// Ends the run and its segment.
    func finish(_ reason: EndReason) {
        guard let active else { return }
        active.end(reason)
        failure = active.failure
        run = active.run
        endedAt = active.run.endedAt
        self.active = nil
    }

    var videoIndex: Int32 { streams.video.streamIndex }

    /// The stream as measured by now.
    var metadata: StreamMetadata { active?.stream ?? streams.metadata }

    private func takeVideo(_ packet: UnsafeMutablePointer<AVPacket>, arrival: Arrival) throws(CaselightError) {
        guard packet.pointee.size > 0 else { return pool.giveBack(packet) }
        if order.isLive { PacketFacts.markKeyframe(packet, streams.video.parameters.pointer) }
        let isKeyframe = packet.pointee.flags & AV_PKT_FLAG_KEY != 0
        let senderClock = senderClock(of: packet)
        let given = time.sane(packet.pointee.dts)
        let stated = time.sane(packet.pointee.pts) ?? given
        let display = time.next(
            pts: stated, arrivalUs: arrival.monotonicUs, hasSenderClock: senderClock != nil, isReordered: active?.isReordered ?? false)
        let shiftedGiven = given.flatMap { given in stated.map { given + (display - $0) } }
        if isKeyframe { try adoptChanges(packet) }
        try judge(display, arrival: arrival)
        if active == nil { begin(isKeyframe, display: display, decode: shiftedGiven, arrival: arrival) }
        guard let active else {
            counts.waiting += 1
            return pool.giveBack(packet)
        }
        if let camera = arrival.cameraUs ?? senderClock, let sample = sampler.take(cameraUs: camera, arrival: arrival) { active.take(sample) }
        try active.takeVideo(packet, display: display, given: isRTP ? nil : shiftedGiven, step: time.stepTicks)
    }

    /// What the camera's clock showed for this packet, from its sender reports.
    private func senderClock(of packet: UnsafeMutablePointer<AVPacket>) -> Int64? {
        var size = 0
        guard let data = av_packet_get_side_data(packet, AV_PKT_DATA_PRFT, &size), size >= MemoryLayout<AVProducerReferenceTime>.size
        else { return nil }
        return UnsafeRawPointer(data).loadUnaligned(as: AVProducerReferenceTime.self).wallclock
    }

    // MARK: Runs

    /// Ends the run where its timestamps stopped being comparable.
    private func judge(_ display: Int64, arrival: Arrival) throws(CaselightError) {
        guard let active else { return }
        let mediaUs = active.scale.microseconds(display)
        guard order.isLive else {
            let first = firstMediaUs ?? mediaUs
            firstMediaUs = first
            guard mediaUs - first <= Self.fileSpanLimit.value else {
                throw CaselightError(
                    .damagedMedia, order.operation, because: "its timestamps span more than 7 days",
                    remedy: "Cut it with the recorder's own player, or check that it is not damaged.")
            }
            return
        }
        var verdict = active.clock.observe(mediaUs: mediaUs, arrival: arrival)
        let reorderingUs = active.scale.microseconds(StreamTime.reorderedSteps * time.stepTicks)
        if let latest = latestMediaUs, mediaUs < latest - max(Self.backwardUs, reorderingUs) { verdict = .streamJumped }
        latestMediaUs = max(latestMediaUs ?? mediaUs, mediaUs)
        guard verdict != .steady else { return }
        WorkerLog.write(
            .notice,
            "camera '\(order.camera)': a new run begins: "
                + (verdict == .receiverStepped ? "this machine's clock was set" : "the camera's timestamps jumped"))
        finish(.streamChanged)
        offsetUs = nil
        latestMediaUs = nil
    }

    private var latestMediaUs: Int64?

    private func begin(_ isKeyframe: Bool, display: Int64, decode: Int64?, arrival: Arrival) {
        guard isKeyframe || !order.isLive else { return }
        let scale = TickScale(timeBase: streams.video.timeBase, timescale: 1_000_000)
        let mediaUs = scale.microseconds(display)
        let clock: RunClock
        if let statedStart {
            clock = RunClock(stated: statedStart.microseconds - mediaUs)
        } else {
            var offset = offsetUs ?? arrival.wall.microseconds - mediaUs
            // Runs of one camera do not overlap where only jitter would make them.
            if let endedAt, offset + mediaUs < endedAt.microseconds, endedAt.microseconds - offset - mediaUs < RunClock.toleranceUs {
                offset = endedAt.microseconds - mediaUs
            }
            clock = RunClock(offsetUs: offset, arrival: arrival)
        }
        active = ActiveRun(
            order, id: nextID ?? .random(), streams: streams, clock: clock, display: display, decode: decode,
            audioHasOwnTimeline: isRTP, pool: pool)
        nextID = nil
    }

    /// Compares a keyframe's parameter sets with those in use.
    private func adoptChanges(_ packet: UnsafeMutablePointer<AVPacket>) throws(CaselightError) {
        let current = streams.video
        let bytes = UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
        var parameters: CodecParameters?
        if let codec = current.inBand {
            let sets = AccessUnitFacts(bytes, codec: codec, collecting: true).parameterSets
            if sets.isComplete(codec), sets != current.parameterSets {
                parameters = CodecParameters(copying: current.parameters.pointer)
                parameters?.setExtradata(sets.byteStream)
            }
        } else {
            var size = 0
            if let data = av_packet_get_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, &size), size > 0 {
                let extradata = UnsafeBufferPointer(start: data, count: size)
                guard !extradata.elementsEqual(current.parameters.extradata) else { return }
                parameters = CodecParameters(copying: current.parameters.pointer)
                parameters?.setExtradata(extradata)
            }
        }
        guard let parameters else { return }
        streams.video = try VideoTrack(changing: current, to: parameters, keyframe: bytes, operation: order.operation)
        streams.metadata.video = streams.video.stream
        active?.change(to: streams.video, metadata: streams.metadata)
    }
}
