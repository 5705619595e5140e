internal import CaselightModel
internal import CaselightSlices
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
    private var activity: ActivityTally
    private var slices: SliceQuantizers?

    init(start: WallTime, initialization: MediaInitialization?) {
        self.start = start
        endsAt = start
        slices = initialization.flatMap { SliceQuantizers(codec: $0.codecName, configuration: $0.configuration) }
        activity = ActivityTally(hasQuantizers: slices != nil)
    }

    /// - Parameters:
    ///   - shift: from where the fragment's offsets count to the start of the file.
    ///   - head: the first `SliceQuantizers.headLimitBytes` of a sample; `nil` where nobody asks for activity.
    mutating func add(
        _ fragment: MediaFragment, shiftedBy shift: Int64 = 0, head: (MediaSample) throws -> ArraySlice<UInt8>?
    ) rethrows {
        fragmentCount += 1
        endsAt = max(endsAt, fragment.endsAt)
        for sample in fragment.samples {
            // Of keyframes too: they bring parameter sets, and what a frame that cannot be read is taken for.
            var quantizer: Double?
            if slices != nil, let bytes = try head(sample) { quantizer = bytes.withUnsafeBytes { slices?.quantizer(of: $0) } }
            if sample.isSync {
                keyframes.append(Keyframe(time: sample.time, offset: sample.offset + shift, byteCount: sample.byteCount))
                activity.note(quantizer)
            } else {
                activity.add(sample.byteCount, quantizer, afterStart: sample.time - start)
            }
        }
    }

    mutating func add(_ frame: DroppedFrame) { activity.add(frame.byteCount, frame.quantizer, afterStart: frame.time - start) }

    /// What lies beyond the fragments, where the policy keeps little or nothing.
    mutating func reach(_ time: WallTime) { endsAt = max(endsAt, time) }

    var keyframeTable: KeyframeTable { KeyframeTable(keyframes, from: start) }

    /// A value for each second begun before `end`.
    func activityTable(until end: WallTime) -> ActivityTable {
        let secondCount = -floorDivide(-max(0, (end - start).value), 1_000_000)
        return activity.table(secondCount: Int(min(secondCount, Int64(Self.activityLimitSeconds))))
    }
}
