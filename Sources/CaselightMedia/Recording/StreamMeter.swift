internal import CaselightModel

/// Measures a stream while it passes: frame rate, bit rate, distance of keyframes.
struct StreamMeter {
    /// After this much a first measurement is told.
    static let firstAfterUs: Int64 = 10_000_000
    /// No more often than this afterwards, and only when it differs noticeably.
    static let intervalUs: Int64 = 60_000_000
    static let noticeableChange = 0.1
    private static let keyframeCount = 16

    private var windowStartUs: Int64?
    private var lastUs: Int64 = 0
    private var frames = 0
    private var bytes = 0
    private var lastKeyframeUs: Int64?
    private var keyframeDistances: [Int64] = []
    private var told: StreamMetadata
    private var hasTold = false
    private(set) var metadata: StreamMetadata

    init(_ metadata: StreamMetadata) {
        self.metadata = metadata
        told = metadata
    }

    /// The stream's parameters changed: what was measured counts no more.
    mutating func restart(_ metadata: StreamMetadata) { self = StreamMeter(metadata) }

    /// Takes a frame. Returns whether the measurement should be told now.
    mutating func take(displayUs: Int64, byteCount: Int, isKeyframe: Bool, isReordered: Bool) -> Bool {
        if isKeyframe {
            if let last = lastKeyframeUs, displayUs > last {
                if keyframeDistances.count == Self.keyframeCount { keyframeDistances.removeFirst() }
                keyframeDistances.append(displayUs - last)
            }
            lastKeyframeUs = displayUs
        }
        guard let start = windowStartUs else {
            (windowStartUs, lastUs) = (displayUs, displayUs)
            bytes = byteCount
            return false
        }
        frames += 1
        let elapsed = displayUs - start
        if elapsed >= (hasTold ? Self.intervalUs : Self.firstAfterUs), isKeyframe {
            measure(elapsed, isReordered)
            (windowStartUs, frames, bytes) = (displayUs, 0, byteCount)
            return tell()
        }
        bytes += byteCount
        lastUs = max(lastUs, displayUs)
        return false
    }

    /// What is known by now.
    func current(isReordered: Bool) -> StreamMetadata {
        var copy = self
        if !hasTold, let start = windowStartUs, lastUs > start { copy.measure(lastUs - start, isReordered) }
        return copy.metadata
    }

    private mutating func measure(_ elapsedUs: Int64, _ isReordered: Bool) {
        let seconds = Double(elapsedUs) / 1_000_000
        guard seconds > 0 else { return }
        metadata.video?.measuredFrameRate = (Double(frames) / seconds * 100).rounded() / 100
        metadata.video?.bitsPerSecond = (Double(bytes) * 8 / seconds).rounded()
        metadata.video?.hasBFrames = isReordered
        if !keyframeDistances.isEmpty {
            metadata.video?.keyframeIntervalSeconds = Double(keyframeDistances.sorted()[keyframeDistances.count / 2]) / 1_000_000
        }
    }

    private mutating func tell() -> Bool {
        defer { hasTold = true }
        guard !hasTold || differs() else { return false }
        told = metadata
        return true
    }

    private func differs() -> Bool {
        guard let new = metadata.video, let old = told.video else { return true }
        func far(_ new: Double?, _ old: Double?) -> Bool {
            guard let new, let old, old > 0 else { return new != old }
            return abs(new - old) / old > Self.noticeableChange
        }
        return new.hasBFrames != old.hasBFrames || far(new.measuredFrameRate, old.measuredFrameRate)
            || far(new.bitsPerSecond, old.bitsPerSecond) || far(new.keyframeIntervalSeconds, old.keyframeIntervalSeconds)
    }
}
