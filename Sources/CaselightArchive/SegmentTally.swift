internal import CaselightModel
internal import CaselightWorkerProtocol

/// What a segment's fragments add up to: keyframes, activity, end. The same sums live and in recovery.
struct SegmentTally {
    /// A segment lasts a minute or so. Times beyond this are damage and must not cost memory.
    static let activityLimitSeconds = 7200

    let start: WallTime
    private(set) var keyframes: [Keyframe] = []
    private(set) var fragmentCount = 0
    /// When the last sample so far ends.
    private(set) var endsAt: WallTime
    private var bytesPerSecond: [Int] = []

    init(start: WallTime) {
        self.start = start
        endsAt = start
    }

    /// - Parameter shift: from where the fragment's offsets count to the start of the file.
    mutating func add(_ fragment: MediaFragment, shiftedBy shift: Int64 = 0) {
        fragmentCount += 1
        endsAt = max(endsAt, fragment.endsAt)
        for sample in fragment.samples {
            if sample.isSync {
                keyframes.append(Keyframe(time: sample.time, offset: sample.offset + shift, byteCount: sample.byteCount))
            } else {
                addActivity(sample.byteCount, at: sample.time)
            }
        }
    }

    mutating func add(_ frame: DroppedFrame) { addActivity(frame.byteCount, at: frame.time) }

    /// What lies beyond the fragments, where the policy keeps little or nothing.
    mutating func reach(_ time: WallTime) { endsAt = max(endsAt, time) }

    var keyframeTable: KeyframeTable { KeyframeTable(keyframes, from: start) }

    /// A value for each second begun before `end`.
    func activityTable(until end: WallTime) -> ActivityTable {
        let secondCount = -floorDivide(-max(0, (end - start).value), 1_000_000)
        let count = Int(min(secondCount, Int64(Self.activityLimitSeconds)))
        let values = Array(bytesPerSecond.prefix(count))
        return ActivityTable(bytesPerSecond: values + Array(repeating: 0, count: count - values.count))
    }

    private mutating func addActivity(_ byteCount: Int, at time: WallTime) {
        let second = max(0, floorDivide((time - start).value, 1_000_000))
        guard second < Int64(Self.activityLimitSeconds) else { return }
        let index = Int(second)
        if index >= bytesPerSecond.count {
            bytesPerSecond.append(contentsOf: repeatElement(0, count: index + 1 - bytesPerSecond.count))
        }
        bytesPerSecond[index] += byteCount
    }
}
