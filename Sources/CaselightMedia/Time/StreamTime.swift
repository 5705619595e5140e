import CFFmpeg

/// A stream's timestamps made one steady line: gaps filled where there are none, and the jumps taken out that a receiver report puts in.
///
/// With sound beside the picture, libavformat computes RTP timestamps from the camera's wall clock as soon as it knows it (rtpdec.c):
/// when that clock is set,
/// or the two streams' reports disagree, timestamps jump though the pictures go on. Such a jump is taken out again; the picture
/// before and its usual step say by how much.
struct StreamTime {
    enum Jumps: Sendable {
        /// A jump is the stream's own, and its clock judges it.
        case keep
        /// RTP with a sibling.
        case takeOutWithSenderClock
        /// A recorded file: backward by more than a second, or forward by more than a day, is damage.
        case takeOutOfFile
    }

    private let jumps: Jumps
    /// A jump is more than this beyond what arrival explains.
    private let jumpTicks: Int64
    private let ticksPerSecond: Double
    /// A timestamp beyond is damage. Far enough from the ends of 64 bits that no sum of ours leaves them.
    private let limitTicks: UInt64
    private static let limitSeconds = 3_000_000_000.0
    static let reorderedSteps: Int64 = 8
    private(set) var stepTicks: Int64
    private var shift: Int64 = 0
    private var last: Int64?
    private var lastArrivalUs: Int64 = 0
    private var hadSenderClock = false

    /// - Parameters:
    ///   - timeBase: of the stream.
    ///   - stepTicks: the usual distance of two packets, as far as known.
    init(timeBase: AVRational, stepTicks: Int64, jumps: Jumps) {
        ticksPerSecond = Double(timeBase.den) / Double(max(1, timeBase.num))
        self.stepTicks = max(1, stepTicks)
        self.jumps = jumps
        jumpTicks = Int64(ticksPerSecond / 2)
        limitTicks = UInt64(min(Double(1 << 48), ticksPerSecond * Self.limitSeconds)) + 1
    }

    /// A timestamp as a packet has it; `nil` for none, or for damage.
    func sane(_ time: Int64) -> Int64? { time.magnitude < limitTicks ? time : nil }

    /// - Parameter pts: as the packet has it; `nil` where it has none.
    ///   - isReordered: whether pictures come in another order than they are shown, so that a small step back is none.
    mutating func next(pts: Int64?, arrivalUs: Int64, hasSenderClock: Bool, isReordered: Bool) -> Int64 {
        guard let pts = pts.flatMap(sane) else { return accept((last ?? -stepTicks) + stepTicks, arrivalUs) }
        var time = pts + shift
        if let last, isJump(by: time - last, arrivalUs - lastArrivalUs, hasSenderClock, isReordered) {
            shift = last + stepTicks - pts
            time = last + stepTicks
        }
        hadSenderClock = hadSenderClock || hasSenderClock
        return accept(time, arrivalUs)
    }

    private func isJump(by step: Int64, _ arrivalUs: Int64, _ hasSenderClock: Bool, _ isReordered: Bool) -> Bool {
        // Where pictures are far apart, reordering alone moves them by seconds.
        let jumpTicks = max(jumpTicks, Self.reorderedSteps * stepTicks)
        switch jumps {
        case .keep: return false
        case .takeOutOfFile: return step < -jumpTicks * 2 || Double(step) > ticksPerSecond * 86_400
        case .takeOutWithSenderClock:
            guard hasSenderClock else { return false }
            if !hadSenderClock, !isReordered, abs(step - stepTicks) > stepTicks / 2 { return true }
            let arrivalTicks = Int64(Double(arrivalUs) / 1_000_000 * ticksPerSecond)
            return abs(step - arrivalTicks) > jumpTicks && (step < -jumpTicks || step > stepTicks + jumpTicks)
        }
    }

    private mutating func accept(_ time: Int64, _ arrivalUs: Int64) -> Int64 {
        // Follows slowly, so that one odd distance does not matter.
        if let last, time > last { stepTicks = max(1, stepTicks + (min(time - last, 4 * stepTicks) - stepTicks) / 8) }
        last = time
        lastArrivalUs = arrivalUs
        return time
    }
}
