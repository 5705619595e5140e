import CFFmpeg
internal import CaselightModel
internal import CaselightSlices
internal import CaselightWorkerProtocol

/// A run while it is recorded: from packets to fragments to segments. Belongs to its source's thread.
///
/// The way of a packet: `takeVideo` → `finishFragment` → `SegmentSink.append`.
final class ActiveRun {
    /// A segment that finds no keyframe is cut at this length all the same.
    static let longestSegment = Microseconds.seconds(600)
    /// Pictures this far apart, and farther than the usual distance by much, leave a hole that is no footage.
    static let liveGapUs: Int64 = 2_000_000
    static let fileGapUs: Int64 = 10_000_000
    static let gapSteps: Int64 = 5
    static let keyframeCutUs: Int64 = 250_000
    static let sampleLimit = 600
    static let fragmentLimitBytes = 8 << 20
    static let retryLeast = Microseconds.seconds(1)
    static let retryMost = Microseconds.seconds(10)

    let order: RecordingOrder
    let pool: PacketPool
    private(set) var run: Run
    var clock: RunClock
    var track: VideoTrack
    var scale: TickScale
    private let zero: Int64
    private let zeroUs: Int64
    private var times: DecodeTimes
    private var initialization: TrackInitialization?
    private var audioTrack: AudioTrack?
    private let audioHasOwnTimeline: Bool
    private var audio: AudioLane?
    var meter: StreamMeter
    private var fragment: FragmentBuilder
    var dropped: [DroppedFrame] = []
    /// For frames that the policy drops: of those it keeps the archive reads them.
    var slices: SliceQuantizers?
    /// The last frame that came, kept or not, and the usual distance to the next.
    var seen: (display: Int64, mediaUs: Int64)?
    var frameStep: Int64
    var segment: OpenSegment?
    private var nextSequence: UInt32 = 0
    private var last: (display: Int64, decode: Int64, mediaUs: Int64)?
    var lastDistance: Int64 = 0
    /// The length of the sample written last: what the last of all gets, whose end nobody says.
    private var lastStep: Int64
    /// What a file cannot be imported for; a feed goes on.
    private(set) var failure: CaselightError?
    private var retryDelay = retryLeast
    private var retryAtUs: Int64 = 0

    struct OpenSegment {
        let id: SegmentID
        let startDisplay: Int64
        var endsAt: WallTime
        var hasAudio: Bool
        var clockSamples: [ClockSample] = []
    }

    /// - Parameter display: of the first keyframe, in the stream's own ticks; `decode` where the container has it.
    init(
        _ order: RecordingOrder, id: RunID, streams: (video: VideoTrack, audio: AudioTrack?, metadata: StreamMetadata), clock: RunClock,
        display: Int64, decode: Int64?, audioHasOwnTimeline: Bool, pool: PacketPool
    ) {
        self.order = order
        self.pool = pool
        self.clock = clock
        track = streams.video
        audioTrack = order.policy == .full ? streams.audio : nil
        self.audioHasOwnTimeline = audioHasOwnTimeline
        scale = TickScale(timeBase: track.timeBase, timescale: TrackInitialization.timescale(for: track.timeBase))
        // Ticks begin low enough for the first decoding time not to be negative.
        let depth = order.policy == .full ? track.reorderDepth : 0
        let lead = max(Int64(depth) * track.stepTicks, decode.map { display > $0 && display - $0 < 1 << 40 ? display - $0 : 0 } ?? 0)
        zero = display - lead
        zeroUs = scale.microseconds(zero)
        lastStep = max(1, scale.ticks(track.stepTicks))
        frameStep = lastStep
        times = DecodeTimes(depth: depth, step: scale.ticks(track.stepTicks))
        fragment = FragmentBuilder(isByteStream: track.inBand != nil)
        slices = order.policy == .full ? nil : track.sliceQuantizers
        meter = StreamMeter(streams.metadata)
        run = Run(
            id: id, camera: order.camera, origin: order.origin, startedAt: clock.wall(scale.microseconds(display)), endedAt: nil,
            stream: streams.metadata)
        order.runStarted(run)
    }

    var isReordered: Bool { times.hasReordering }
    var stream: StreamMetadata { meter.current(isReordered: times.hasReordering) }
    var endsAt: WallTime? { segment?.endsAt ?? run.endedAt }

    /// Takes a packet of pictures, which is the run's afterwards. Its times are the stream's own.
    func takeVideo(_ packet: UnsafeMutablePointer<AVPacket>, display: Int64, given: Int64?, step: Int64) throws(CaselightError) {
        defer { pool.giveBack(packet) }
        if let failure { throw failure }
        let isKeyframe = packet.pointee.flags & AV_PKT_FLAG_KEY != 0
        let mediaUs = scale.microseconds(display)
        if meter.take(
            displayUs: mediaUs, byteCount: Int(packet.pointee.size), isKeyframe: isKeyframe, isReordered: times.hasReordering)
        {
            order.streamChanged(run.id, stream)
        }
        if order.policy != .full {
            let isDone = try keepLess(
                UnsafeRawBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)), isKeyframe: isKeyframe, mediaUs: mediaUs, display: scale.ticks(display - zero),
                step: scale.ticks(step))
            if isDone { return }
        }
        let time = times.next(display: scale.ticks(display - zero), given: given.map { scale.ticks($0 - zero) })
        cutBefore(time, mediaUs: mediaUs, isKeyframe: isKeyframe, stepTicks: scale.ticks(step))
        last = (time.display, time.decode, mediaUs)
        guard try hasSegment(from: isKeyframe, display: time.display, at: clock.wall(mediaUs)) else { return }
        fragment.add(
            FragmentBuilder.Sample(display: time.display, decode: time.decode, mediaUs: mediaUs, isKeyframe: isKeyframe),
            UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
    }

    func takeAudio(_ packet: UnsafeMutablePointer<AVPacket>, arrival: Arrival) {
        guard let audio, segment?.hasAudio == true else { return pool.giveBack(packet) }
        audio.take(packet, arrival: arrival, clock: clock, zeroUs: zeroUs)
    }

    func take(_ sample: ClockSample) {
        segment?.clockSamples.append(sample)
        order.clockSampled(run.id, sample)
    }

    /// The stream's parameters change with the next packet, a keyframe.
    func change(to track: VideoTrack, metadata: StreamMetadata) {
        finishFragment(nextDecode: nil, steers: false)
        closeSegment(.streamChanged, at: nil)
        initialization = nil
        self.track = track
        slices = order.policy == .full ? nil : track.sliceQuantizers
        run.stream = metadata
        meter.restart(metadata)
        order.streamChanged(run.id, metadata)
    }

    /// Ends the run.
    func end(_ reason: EndReason) {
        // A kept keyframe is shown until the last frame that came, not longer.
        finishFragment(nextDecode: order.policy == .keyframes ? seen.map { $0.display + frameStep } : nil, steers: false)
        reportSeen()
        closeSegment(reason, at: nil)
        run.stream = stream
        run.endedAt = run.endedAt ?? run.startedAt
    }

    // MARK: Cutting

    /// Cuts what is at hand where the packet at `time` belongs to the next fragment, or to the next segment.
    private func cutBefore(_ time: (display: Int64, decode: Int64), mediaUs: Int64, isKeyframe: Bool, stepTicks: Int64) {
        guard let last else { return }
        let distance = time.display - last.display
        if order.policy == .full, isGap(mediaUs - last.mediaUs, distance, stepTicks) {
            endBeforeHole(nextDecode: last.decode + min(lastStep, distance))
        } else if let segment, isDue(segment, time.display, isKeyframe) {
            finishFragment(nextDecode: time.decode, steers: false)
            closeSegment(.full, at: clock.wall(mediaUs))
        } else if isFragmentFull(mediaUs, isKeyframe, stepUs: scale.microseconds(ofTicks: stepTicks)) {
            finishFragment(nextDecode: time.decode, steers: true)
        }
        if order.policy == .full { lastDistance = distance }
    }

    /// Closes the segment where its footage ends; decoding times begin anew after the hole.
    func endBeforeHole(nextDecode: Int64) {
        finishFragment(nextDecode: nextDecode, steers: false)
        closeSegment(order.isLive ? .feedLost : .full, at: nil)
        (initialization, audio) = (nil, nil)
    }

    func isGap(_ us: Int64, _ ticks: Int64, _ stepTicks: Int64) -> Bool {
        // A player takes a sample's length for a signed number of 32 bits.
        if ticks > Int64(Int32.max) { return true }
        return us > (order.isLive ? Self.liveGapUs : Self.fileGapUs) && ticks > Self.gapSteps * stepTicks && ticks > lastDistance * 3 / 2
    }

    private func isDue(_ segment: OpenSegment, _ display: Int64, _ isKeyframe: Bool) -> Bool {
        let length = scale.microseconds(ofTicks: display - segment.startDisplay)
        return isKeyframe && length >= order.segmentLength.value || length >= max(Self.longestSegment.value, order.segmentLength.value * 3)
    }

    private func isFragmentFull(_ mediaUs: Int64, _ isKeyframe: Bool, stepUs: Int64) -> Bool {
        guard let first = fragment.samples.first else { return false }
        let length = mediaUs - first.mediaUs
        return order.policy == .keyframes || length + stepUs > order.fragmentTargetUs || isKeyframe && length >= Self.keyframeCutUs
            || fragment.samples.count >= Self.sampleLimit || fragment.byteCount >= Self.fragmentLimitBytes
    }

    /// Writes the fragment at hand and gives it to the sink.
    ///
    /// - Parameter nextDecode: where the next one begins; `nil` when there is none.
    func finishFragment(nextDecode: Int64?, steers: Bool) {
        guard let first = fragment.samples.first, let last = fragment.samples.last, segment != nil else { return }
        if let nextDecode {
            lastStep = max(1, nextDecode - last.decode)
        } else if fragment.samples.count > 1 {
            lastStep = fragment.duration(fragment.samples.count - 2, last: lastStep)
        }
        var endUs = first.mediaUs
        for (index, sample) in fragment.samples.enumerated() {
            endUs = max(endUs, sample.mediaUs + scale.microseconds(ofTicks: fragment.duration(index, last: lastStep)))
        }
        let bytes = fragment.finish(wall: clock.wall(first.mediaUs), lastDuration: lastStep)
        append(.video, bytes, endsAt: clock.wall(endUs))
        appendAudio(isLast: nextDecode == nil)
        if steers { clock.steer(at: endUs) }
    }

    private func appendAudio(isLast: Bool) {
        guard segment?.hasAudio == true, let made = audio?.finishFragment(clock: clock, isLast: isLast) else { return }
        append(.audio, made.bytes, endsAt: made.endsAt)
    }

    func append(_ track: RecordedFragment.Track, _ bytes: ArraySlice<UInt8>, endsAt: WallTime) {
        guard let id = segment?.id else { return }
        var frames: [DroppedFrame] = []
        if track == .video { swap(&frames, &dropped) }
        do {
            try order.sink.append(RecordedFragment(segment: id, track: track, bytes: bytes, endsAt: endsAt, dropped: frames))
            if track == .video {
                if let end = segment?.endsAt { segment?.endsAt = max(end, endsAt) }
                retryDelay = Self.retryLeast
            }
        } catch {
            // The sink has ended the segment at its last whole fragment.
            WorkerLog.write(.warning, "camera '\(order.camera)': \(error)")
            run.endedAt = segment?.endsAt
            segment = nil
            if !order.isLive { failure = error }
            retryAtUs = caselight_monotonic_us() + retryDelay.value
            retryDelay = min(Self.retryMost, retryDelay + retryDelay)
        }
    }

    // MARK: Segments

    /// Whether there is a segment for a packet; opens one at a keyframe.
    func hasSegment(from isKeyframe: Bool, display: Int64, at wall: WallTime) throws(CaselightError) -> Bool {
        if segment != nil { return true }
        // A file's packets are all kept; a feed's before a keyframe have lost what they refer to.
        guard isKeyframe || !order.isLive || order.policy == .metadata, retryAtUs == 0 || caselight_monotonic_us() >= retryAtUs else {
            return false
        }
        let initialization = try madeInitialization()
        let audioOpening = openAudio()
        let id = SegmentID(run: run.id, sequence: nextSequence)
        nextSequence += 1
        segment = OpenSegment(id: id, startDisplay: display, endsAt: wall, hasAudio: audioOpening != nil)
        let header = SegmentHeader(
            id: id, camera: order.camera, origin: order.origin, policy: order.policy, runStartedAt: run.startedAt, startedAt: wall,
            stream: stream)
        order.sink.open(SegmentOpening(header: header, videoInitialization: initialization.bytes, audio: audioOpening))
        return true
    }

    private func madeInitialization() throws(CaselightError) -> TrackInitialization {
        if let initialization { return initialization }
        let made = try TrackInitialization(
            track.parameters, container: track.container, timescale: scale.timescale, operation: order.operation)
        initialization = made
        return made
    }

    private func openAudio() -> AudioOpening? {
        guard let audioTrack else { return nil }
        do {
            let lane =
                try audio
                ?? AudioLane(
                    audioTrack, hasOwnTimeline: audioHasOwnTimeline, isFile: !order.isLive, pool: pool, operation: order.operation)
            audio = lane
            return AudioOpening(codec: audioTrack.stream.codec, initialization: lane.initialization)
        } catch {
            WorkerLog.write(.warning, "camera '\(order.camera)': its sound is not kept: \(error)")
            self.audioTrack = nil
            return nil
        }
    }

    /// - Parameter wall: where the next segment begins; `nil` takes the end of the last frame.
    func closeSegment(_ reason: EndReason, at wall: WallTime?) {
        guard let open = segment else { return }
        let end = wall ?? open.endsAt
        order.sink.close(
            SegmentClosing(segment: open.id, endedAt: end, reason: reason, stream: stream, clockSamples: open.clockSamples))
        run.endedAt = end
        segment = nil
    }
}
