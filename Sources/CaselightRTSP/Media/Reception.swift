/// Counts one medium's packets (RFC 3550, A.1, A.3 and A.8).
struct Reception {
    /// A jump farther ahead, or behind, than these is another numbering, once a second packet confirms it (RFC 3550, A.1).
    static let dropoutLimit = 3000
    static let misorderLimit = 100

    private(set) var received = 0
    private(set) var duplicates = 0
    private(set) var reordered = 0
    private(set) var source: UInt32?

    /// Sequence numbers go on beyond 16 bits here.
    private var base = 0
    private var highest = 0
    /// Packets of this numbering that were new.
    private var fresh = 0
    private var lostBefore = 0
    private var awaited: UInt16?
    /// As they stood at the last receiver report.
    private var told: (expected: Int, lost: Int) = (0, 0)
    /// Bit n: `highest − n` has come.
    private var recent: UInt64 = 0
    private var spacing: Spacing

    init(clockRate: Int) { spacing = Spacing(clockRate: clockRate) }

    var jitterUs: Int64 { spacing.jitterUs }
    var lost: Int { fresh > 0 ? lostBefore + max(0, highest - base + 1 - fresh) : 0 }

    /// - Parameters:
    ///   - afterUs: when the socket was read before, and `byUs`, when it was read with this packet.
    mutating func take(_ header: RTPHeader, afterUs: Int64, byUs: Int64) {
        received += 1
        guard header.source == source else {
            source = header.source
            begin(header.sequence)
            spacing.begin(header.timestamp, afterUs: afterUs, byUs: byUs)
            return
        }
        let step = Int(Int16(truncatingIfNeeded: Int(header.sequence) - highest))
        switch step {
        case 1..<Self.dropoutLimit:
            advance(step)
            spacing.take(header.timestamp, afterUs: afterUs, byUs: byUs)
        case 0: duplicates += 1
        case -Self.misorderLimit...(-1): late(-step)
        default:
            guard header.sequence == awaited else {
                awaited = header.sequence &+ 1
                return
            }
            begin(header.sequence)
            spacing.begin(header.timestamp, afterUs: afterUs, byUs: byUs)
        }
    }

    /// Puts the numbers of our own counting into a receiver report (RFC 3550, 6.4.2); other reports stay as they are.
    mutating func correct(receiverReport bytes: inout [UInt8]) {
        guard fresh > 0, bytes.count >= 32, bytes[1] == RTCPReport.receiverReport, bytes[0] & 0x1F > 0 else { return }
        let expected = highest - base + 1
        let (newlyExpected, newlyLost) = (expected - told.expected, lost - told.lost)
        told = (expected, lost)
        let fraction = newlyExpected > 0 ? max(0, min(255, newlyLost * 256 / newlyExpected)) : 0
        let total = min(lost, 0x7F_FFFF)
        bytes[12..<20] = [
            UInt8(fraction), UInt8(total >> 16), UInt8(total >> 8 & 0xFF), UInt8(total & 0xFF), UInt8(highest >> 24 & 0xFF),
            UInt8(highest >> 16 & 0xFF), UInt8(highest >> 8 & 0xFF), UInt8(highest & 0xFF),
        ]
    }

    private mutating func begin(_ sequence: UInt16) {
        lostBefore = lost
        (base, highest, fresh, recent, awaited) = (Int(sequence), Int(sequence), 1, 1, nil)
        told = (0, lostBefore)
    }

    private mutating func advance(_ step: Int) {
        highest += step
        recent = step < 64 ? recent << UInt64(step) | 1 : 1
        fresh += 1
        awaited = nil
    }

    private mutating func late(_ distance: Int) {
        if distance < 64 {
            guard recent & (1 << UInt64(distance)) == 0 else {
                duplicates += 1
                return
            }
            recent |= 1 << UInt64(distance)
        }
        reordered += 1
        // One from before the first was not expected.
        if highest - distance >= base { fresh = min(fresh + 1, highest - base + 1) }
    }

    /// How evenly packets come. When each came is known only to lie between two readings of the socket, so only what no moment
    /// between them explains counts. One packet of each timestamp is enough.
    private struct Spacing {
        let clockRate: Int
        private(set) var jitterUs: Int64 = 0
        /// Sixteenths, as the standard has it, so that small deviations are not rounded away.
        private var sixteenths: Int64 = 0
        private var last: (timestamp: UInt32, afterUs: Int64, byUs: Int64) = (0, 0, 0)

        init(clockRate: Int) { self.clockRate = clockRate }

        mutating func begin(_ timestamp: UInt32, afterUs: Int64, byUs: Int64) { last = (timestamp, afterUs, byUs) }

        mutating func take(_ timestamp: UInt32, afterUs: Int64, byUs: Int64) {
            guard timestamp != last.timestamp else { return }
            let stepUs = Int64(Int32(bitPattern: timestamp &- last.timestamp)) * 1_000_000 / Int64(clockRate)
            let deviation = max(0, afterUs - last.byUs - stepUs, stepUs - (byUs - last.afterUs))
            sixteenths += deviation - ((sixteenths + 8) >> 4)
            jitterUs = sixteenths >> 4
            last = (timestamp, afterUs, byUs)
        }
    }
}
