internal import CaselightModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Adds non-key frames up to a segment's activity, by both measures; which of them holds is known when all have come.
///
/// The sum of a second's weighted bytes follows movement at constant quality. An encoder that holds its rate, though, has bits left over
/// in a picture that stands still, and spends them on single frames: there the sum follows the encoder. So each frame of a half second
/// counts as the calmest of them: what moves shows in all of them, what the encoder refines in few. Every other frame may be a repetition
/// (a slow shutter) or one that others do not refer to, hence the calmest among even and among odd frames, and of the two the greater.
/// Correlation with frame differences, on the street of the fixtures at constant bit rate: −0.4 to 0.1 by the sum, 0.5 to 0.96 so.
struct ActivityTally {
    /// What bytes at this quantizer count for as they are.
    private static let referenceQuantizer = 32.0
    private static let halfUs: Int64 = 500_000

    private struct Half {
        var frameCount = 0
        var byteCount = 0
        /// The least among frames of even and odd number.
        var least = (Double.infinity, Double.infinity)

        var weighted: Double {
            guard frameCount > 0 else { return 0 }
            return Double(frameCount) * (frameCount == 1 ? least.0 : max(least.0, least.1))
        }
    }

    private let hasQuantizers: Bool
    private var halves: [Half] = []
    private var (readCount, unreadCount) = (0, 0)
    private var lastQuantizer = referenceQuantizer

    init(hasQuantizers: Bool) { self.hasQuantizers = hasQuantizers }

    /// Of a keyframe: what the next frame is taken for that cannot be read.
    mutating func note(_ quantizer: Double?) { lastQuantizer = quantizer ?? lastQuantizer }

    mutating func add(_ byteCount: Int, _ quantizer: Double?, afterStart time: Microseconds) {
        let place = max(0, floorDivide(time.value, Self.halfUs))
        guard place < Int64(2 * SegmentTally.activityLimitSeconds) else { return }
        note(quantizer)
        if quantizer == nil { unreadCount += 1 } else { readCount += 1 }
        let index = Int(place)
        if index >= halves.count { halves.append(contentsOf: repeatElement(Half(), count: index + 1 - halves.count)) }
        let weighted = Double(byteCount) * exp2((lastQuantizer - Self.referenceQuantizer) / 6)
        if halves[index].frameCount & 1 == 0 {
            halves[index].least.0 = min(halves[index].least.0, weighted)
        } else {
            halves[index].least.1 = min(halves[index].least.1, weighted)
        }
        halves[index].frameCount += 1
        halves[index].byteCount += byteCount
    }

    /// Weighted, where most headers could be read; a frame that could not takes the quantizer of the one before.
    func table(secondCount: Int) -> ActivityTable {
        let halves = (0..<2 * secondCount).map { $0 < self.halves.count ? self.halves[$0] : Half() }
        guard hasQuantizers, readCount >= unreadCount else {
            return ActivityTable(bytesPerSecond: (0..<secondCount).map { halves[2 * $0].byteCount + halves[2 * $0 + 1].byteCount })
        }
        return ActivityTable(weightedBytesPerSecond: (0..<secondCount).map { halves[2 * $0].weighted + halves[2 * $0 + 1].weighted })
    }
}
