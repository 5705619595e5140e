/// Gives each picture a decoding time: strictly rising, never after its display time, which stays exact.
///
/// RTP carries display times alone. In decoding order the n-th decoding time is the n-th display time in display order, moved back by
/// as many
/// pictures as are reordered. Where a container has decoding times they are taken, as long as they keep that promise.
struct DecodeTimes {
    static let depthLimit = 16

    private(set) var depth: Int
    /// Whether pictures came in another order than they are shown.
    private(set) var hasReordering = false
    private var takesGiven = true
    /// Display times not used as decoding times yet, ascending.
    private var waiting: [Int64] = []
    private var last: Int64?
    private var latestDisplay: Int64?
    /// The last display times, in decoding order.
    private var recent: [Int64] = []
    private var step: Int64

    /// - Parameters:
    ///   - depth: how many pictures are reordered, as far as known.
    ///   - step: the usual distance of two pictures, in ticks.
    init(depth: Int, step: Int64) {
        self.depth = min(Self.depthLimit, max(0, depth))
        self.step = max(1, step)
    }

    /// - Returns: both times. The display time is as given, but where it contradicts those before: a picture to be shown before
    /// one that must be decoded earlier
    ///   is put right behind that.
    mutating func next(display: Int64, given: Int64?) -> (display: Int64, decode: Int64) {
        if let latestDisplay, display < latestDisplay { hasReordering = true }
        latestDisplay = max(latestDisplay ?? display, display)
        if takesGiven, let given, given <= display, last.map({ given > $0 }) ?? true {
            last = given
            return (display, given)
        }
        takesGiven = false
        let decode = compute(display) ?? (last ?? display) + 1
        last = decode
        return (max(display, decode), decode)
    }

    private mutating func compute(_ display: Int64) -> Int64? {
        // How many pictures came before this one and are shown after it.
        depth = min(Self.depthLimit, max(depth, recent.count { $0 > display }))
        if recent.count == Self.depthLimit { recent.removeFirst() }
        recent.append(display)
        waiting.insert(display, at: waiting.firstIndex { $0 > display } ?? waiting.count)
        var time: Int64
        if waiting.count > depth {
            time = waiting.removeFirst()
        } else if let last {
            // Fewer than wanted are known ahead: share what room there is.
            time = last + max(1, (waiting[0] - last) / Int64(depth - waiting.count + 2))
        } else {
            time = display - Int64(depth) * step
        }
        if let last, time <= last { time = last + 1 }
        guard time <= display, time <= waiting.first ?? display else { return nil }
        return time
    }
}
