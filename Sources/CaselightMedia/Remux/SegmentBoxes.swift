internal import CaselightModel
import Glibc

/// The outermost boxes of a segment's file: where its whole fragments end, and which wall time each one's `prft` states.
///
/// Only the boxes' heads are read. Bytes may be hostile: every number is checked against the file before it is used.
struct SegmentBoxes {
    /// A `prft` (ISO/IEC 14496-12, 8.16.5): which wall time a moment of the track had, for the fragment that begins with it.
    struct Reference: Hashable {
        let offset: Int64
        let wall: WallTime
        let mediaTicks: Int64
    }

    /// A `moov` of ours has about a kilobyte.
    static let initializationLimitBytes: Int64 = 1 << 20
    /// A fragment lasts about a second, and a segment ten minutes at most.
    static let fragmentLimit = 1_000_000

    /// `ftyp` and `moov`.
    let initialization: [UInt8]
    /// In the order of the file.
    let references: [Reference]
    /// Up to the end of the last whole fragment, or of what is before the first.
    let wholeByteCount: Int64

    /// - Parameters:
    ///   - limit: as if the file ended there.
    ///   - onlyInitialization: stops behind `moov`.
    /// - Returns: `nil` where the file does not begin as a segment does.
    init?(_ descriptor: Int32, limit: Int64, onlyInitialization: Bool = false) {
        var (offset, whole, initializationEnd) = (Int64(0), Int64(0), Int64(0))
        var references: [Reference] = []
        var open: Reference?
        while let box = Self.box(descriptor, at: offset, limit: limit) {
            let end = offset + box.byteCount
            switch box.type {
            case "ftyp", "moov": initializationEnd = end
            case "prft": open = Self.reference(descriptor, at: offset, box)
            case "mdat":
                if let open { references.append(open) }
                open = nil
                whole = end
            default: break
            }
            if box.type == "moov", onlyInitialization { break }
            guard references.count <= Self.fragmentLimit else { break }
            offset = end
        }
        guard initializationEnd > 0, initializationEnd <= Self.initializationLimitBytes,
            let bytes = Self.bytes(descriptor, at: 0, count: Int(initializationEnd))
        else { return nil }
        initialization = bytes
        self.references = references
        wholeByteCount = max(whole, initializationEnd)
    }

    /// What the fragment around an offset states; `nil` before the first.
    func reference(at offset: Int64) -> Reference? {
        var (low, high) = (0, references.count)
        while low < high {
            let middle = (low + high) / 2
            if references[middle].offset <= offset { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? references[low - 1] : nil
    }

    private static func box(_ descriptor: Int32, at offset: Int64, limit: Int64) -> (type: String, byteCount: Int64)? {
        guard limit - offset >= 8, let head = bytes(descriptor, at: offset, count: Int(min(16, limit - offset))) else { return nil }
        var byteCount = Int64(number(head[0..<4]))
        if byteCount == 1 {
            guard head.count == 16, let long = Int64(exactly: number(head[8..<16])) else { return nil }
            byteCount = long
        }
        guard byteCount >= 8, byteCount <= limit - offset else { return nil }
        return (String(decoding: head[4..<8], as: UTF8.self), byteCount)
    }

    /// Version 1, as segments have it.
    private static func reference(_ descriptor: Int32, at offset: Int64, _ box: (type: String, byteCount: Int64)) -> Reference? {
        guard box.byteCount == 32, let bytes = bytes(descriptor, at: offset, count: 32), bytes[8] == 1 else { return nil }
        return Reference(offset: offset, wall: wall(number(bytes[16..<24])), mediaTicks: Int64(bitPattern: number(bytes[24..<32])))
    }

    /// NTP's 32.32 fixed point (RFC 5905, 6) to the nearest microsecond; seconds below 2³¹ count from 2036 (RFC 4330, 3).
    private static func wall(_ ntp: UInt64) -> WallTime {
        let seconds = Int64(ntp >> 32)
        let era: Int64 = seconds < 1 << 31 ? 1 << 32 : 0
        let microseconds = Int64(((ntp & 0xFFFF_FFFF) * 1_000_000 + (1 << 31)) >> 32)
        return WallTime(microseconds: (seconds + era - 2_208_988_800) * 1_000_000 + microseconds)
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    private static func bytes(_ descriptor: Int32, at offset: Int64, count: Int) -> [UInt8]? {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { break }
                filled += got
            }
        }
        return bytes.count == count ? bytes : nil
    }
}
