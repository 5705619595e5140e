/// A piece of a picture's unit, as cameras cut it to the size of a datagram: H.264's FU-A (RFC 6184, 5.8) or H.265's FU
/// (RFC 7798, 4.4.3).
///
/// 180 a second come from a camera. On a connection they come in order, so those that lie next to each other are made one longer
/// piece, which costs the depacketiser as much as a short one; the unit that it puts together is the same.
struct UnitPiece: Equatable {
    enum Codec: Equatable { case h264, h265 }

    let codec: Codec
    let header: RTPHeader
    /// Which unit it is of, as far as the piece says so itself.
    private let unit: UInt32
    /// Where its own header stands: one bit for the first piece, one for the last.
    let headIndex: Int
    let isFirst: Bool
    let isLast: Bool
    let dataCount: Int

    static let lastBit: UInt8 = 0x40
    private static let firstBit: UInt8 = 0x80

    /// - Returns: `nil` for anything else, and for a padded packet, whose end is no data.
    init?(_ bytes: Span<UInt8>, codec: Codec) {
        guard let header = RTPHeader(bytes), !header.hasPadding else { return nil }
        let start = header.headBytes
        let extra = codec == .h264 ? 1 : 2
        guard bytes.count > start + extra + 1 else { return nil }
        let (first, own) = (bytes[start], bytes[start + extra])
        switch codec {
        case .h264:
            guard first & 0x1F == 28 else { return nil }
            unit = UInt32(first) << 8 | UInt32(own & 0x1F)
        case .h265:
            guard first >> 1 & 0x3F == 49 else { return nil }
            unit = UInt32(first) << 16 | UInt32(bytes[start + 1]) << 8 | UInt32(own & 0x3F)
        }
        (self.codec, self.header) = (codec, header)
        headIndex = start + extra
        isFirst = own & Self.firstBit != 0
        isLast = own & Self.lastBit != 0
        dataCount = bytes.count - headIndex - 1
    }

    /// The first byte of the unit, from the packet's first byte and the piece's own header, which has the unit's type.
    func unitHead(_ first: UInt8, _ own: UInt8) -> UInt8 {
        switch codec {
        case .h264: first & 0xE0 | own & 0x1F
        case .h265: first & 0x81 | (own & 0x3F) << 1
        }
    }

    /// Whether this is the piece right behind `other`.
    func continues(_ other: UnitPiece) -> Bool {
        !isFirst && !other.isLast && unit == other.unit && header.sequence == other.header.sequence &+ 1
            && header.timestamp == other.header.timestamp && header.source == other.header.source
            && header.payloadType == other.header.payloadType
    }
}
