import CFFmpeg
internal import CaselightModel

/// A run's sound: collected beside the pictures, cut when they are cut. Belongs to one thread.
final class AudioLane {
    let track: AudioTrack
    private let header: TrackInitialization
    private let scale: TickScale
    private let pool: PacketPool
    private var time: StreamTime
    /// Of its own for RTP, where sound and pictures have timelines apart; else the run's.
    private var ownClock: RunClock?
    private var originTicks: Int64?
    private var originTime: Int64 = 0
    private var fragment = FragmentBuilder(isByteStream: false)
    /// The newest packet: how long it lasts is known when the next one comes.
    private var held: (packet: UnsafeMutablePointer<AVPacket>, sample: FragmentBuilder.Sample)?
    private var lastTicks: Int64 = -1

    /// Far more than a fragment's length of any sound.
    private static let sampleLimit = 1000

    init(_ track: AudioTrack, hasOwnTimeline: Bool, isFile: Bool, pool: PacketPool, operation: String) throws(CaselightError) {
        self.track = track
        self.pool = pool
        let rate = track.parameters.pointer.pointee.sample_rate
        header = try TrackInitialization(track.parameters, container: track.container, timescale: rate, operation: operation)
        scale = TickScale(timeBase: track.timeBase, timescale: header.timescale)
        self.hasOwnTimeline = hasOwnTimeline
        time = StreamTime(
            timeBase: track.timeBase, stepTicks: Int64(track.timeBase.den) / Int64(50 * max(1, track.timeBase.num)),
            jumps: isFile ? .takeOutOfFile : hasOwnTimeline ? .takeOutWithSenderClock : .keep)
    }

    deinit { if let held { pool.giveBack(held.packet) } }

    private let hasOwnTimeline: Bool

    var initialization: [UInt8] { header.bytes }

    /// Takes a packet, which is the lane's afterwards.
    ///
    /// - Parameters:
    ///   - clock: of the run's pictures.
    ///   - zeroUs: media time, in microseconds of the pictures' timestamps, at which the run's ticks are zero.
    func take(_ packet: UnsafeMutablePointer<AVPacket>, arrival: Arrival, clock: RunClock, zeroUs: Int64) {
        guard track.prepare(packet), fragment.samples.count < Self.sampleLimit else { return pool.giveBack(packet) }
        var size = 0
        let hasSenderClock = av_packet_get_side_data(packet, AV_PKT_DATA_PRFT, &size) != nil
        let display = time.next(
            pts: time.sane(packet.pointee.pts), arrivalUs: arrival.monotonicUs, hasSenderClock: hasSenderClock, isReordered: false)
        let mediaUs = scale.microseconds(display)
        if hasOwnTimeline {
            if ownClock?.observe(mediaUs: mediaUs, arrival: arrival) != .steady {
                ownClock = RunClock(offsetUs: arrival.wall.microseconds - mediaUs, arrival: arrival)
            }
        }
        let used = ownClock ?? clock
        guard let ticks = ticks(display, mediaUs: mediaUs, wall: used.wall(mediaUs), runZero: clock.wall(zeroUs)) else {
            return pool.giveBack(packet)
        }
        lastTicks = ticks
        addHeld()
        held = (packet, FragmentBuilder.Sample(display: ticks, decode: ticks, mediaUs: mediaUs, isKeyframe: true))
    }

    private func addHeld() {
        guard let (packet, sample) = held else { return }
        fragment.add(sample, UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size)))
        pool.giveBack(packet)
        held = nil
    }

    /// The place in the track; `nil` before the pictures' first.
    private func ticks(_ display: Int64, mediaUs: Int64, wall: WallTime, runZero: WallTime) -> Int64? {
        guard let originTicks else {
            let sinceZero = wall - runZero
            guard sinceZero.value >= 0 else { return nil }
            originTicks = scale.ticks(ofMicroseconds: sinceZero.value)
            originTime = display
            return originTicks
        }
        return max(lastTicks + 1, originTicks + scale.ticks(display - originTime))
    }

    /// Ends the fragment at hand. The newest packet waits for the next, unless this `isLast`.
    func finishFragment(clock: RunClock, isLast: Bool) -> (bytes: ArraySlice<UInt8>, endsAt: WallTime)? {
        var step: Int64 = 1
        if isLast {
            let stated = held?.packet.pointee.duration ?? 0
            addHeld()
            if (1..<Int64(track.timeBase.den)).contains(stated) {
                step = max(1, scale.ticks(stated))
            } else if fragment.samples.count > 1 {
                step = fragment.duration(fragment.samples.count - 2, last: step)
            }
        } else if let held, let newest = fragment.samples.last {
            step = held.sample.decode - newest.decode
        }
        guard let first = fragment.samples.first, let last = fragment.samples.last else { return nil }
        let used = ownClock ?? clock
        let bytes = fragment.finish(wall: used.wall(first.mediaUs), lastDuration: step)
        ownClock?.steer(at: last.mediaUs)
        return (bytes, used.wall(last.mediaUs + scale.microseconds(ofTicks: step)))
    }
}
