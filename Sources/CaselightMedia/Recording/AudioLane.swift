import CFFmpeg
internal import CaselightModel

/// A run's sound: collected beside the pictures, cut when they are cut. Belongs to one thread.
final class AudioLane {
    let track: AudioTrack
    private let muxer: FragmentMuxer
    private let scale: TickScale
    private let pool: PacketPool
    private var time: StreamTime
    /// Of its own for RTP, where sound and pictures have timelines apart; else the run's.
    private var ownClock: RunClock?
    private var originTicks: Int64?
    private var originTime: Int64 = 0
    private var pending: [PendingSample] = []
    private var lastTicks: Int64 = -1

    /// Far more than a fragment's length of any sound.
    private static let pendingLimit = 1000

    init(_ track: AudioTrack, hasOwnTimeline: Bool, isFile: Bool, pool: PacketPool, operation: String) throws(CaselightError) {
        self.track = track
        self.pool = pool
        let rate = track.parameters.pointer.pointee.sample_rate
        muxer = try FragmentMuxer(track.parameters, container: track.container, timescale: rate, operation: operation)
        scale = TickScale(timeBase: track.timeBase, timescale: muxer.timescale)
        self.hasOwnTimeline = hasOwnTimeline
        time = StreamTime(
            timeBase: track.timeBase, stepTicks: Int64(track.timeBase.den) / Int64(50 * max(1, track.timeBase.num)),
            jumps: isFile ? .takeOutOfFile : hasOwnTimeline ? .takeOutWithSenderClock : .keep)
    }

    deinit { for sample in pending { pool.giveBack(sample.packet) } }

    private let hasOwnTimeline: Bool

    var initialization: [UInt8] { muxer.initialization }

    /// Takes a packet, which is the lane's afterwards.
    ///
    /// - Parameters:
    ///   - clock: of the run's pictures.
    ///   - zeroUs: media time, in microseconds of the pictures' timestamps, at which the run's ticks are zero.
    func take(_ packet: UnsafeMutablePointer<AVPacket>, arrival: Arrival, clock: RunClock, zeroUs: Int64) {
        guard track.prepare(packet), pending.count < Self.pendingLimit else { return pool.giveBack(packet) }
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
        pending.append(PendingSample(packet: packet, display: ticks, decode: ticks, mediaUs: mediaUs, isKeyframe: true))
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

    /// Ends the fragment at hand. The newest packet waits for the next, since only then its length is known, unless this `isLast`.
    func finishFragment(clock: RunClock, isLast: Bool) -> (bytes: [UInt8], endsAt: WallTime)? {
        let count = isLast ? pending.count : pending.count - 1
        guard count > 0 else { return nil }
        let stated = pending[0].packet.pointee.duration
        var step = (1..<Int64(track.timeBase.den)).contains(stated) ? max(1, scale.ticks(stated)) : 1
        for index in 0..<count {
            if index + 1 < pending.count { step = pending[index + 1].decode - pending[index].decode }
            let sample = pending[index]
            let times = SampleTimes(display: sample.display, decode: sample.decode, duration: step)
            if muxer.write(sample.packet, times: times) < 0 { WorkerLog.write(.warning, "a packet of sound cannot be written") }
            pool.giveBack(sample.packet)
        }
        let used = ownClock ?? clock
        let (first, last) = (pending[0], pending[count - 1])
        pending.removeFirst(count)
        guard let bytes = muxer.finishFragment(wall: used.wall(first.mediaUs), mediaTicks: first.display) else { return nil }
        ownClock?.steer(at: last.mediaUs)
        return (bytes, used.wall(last.mediaUs + scale.microseconds(ofTicks: step)))
    }
}

/// A packet that waits for its fragment to be cut.
struct PendingSample {
    let packet: UnsafeMutablePointer<AVPacket>
    /// Ticks of the track.
    let display: Int64
    let decode: Int64
    /// Microseconds of the stream's own timestamps.
    let mediaUs: Int64
    let isKeyframe: Bool
}
