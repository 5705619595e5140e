/// The head of an RTP packet (RFC 3550, 5.1), its bounds checked.
struct RTPHeader: Equatable {
    let payloadType: UInt8
    let hasMarker: Bool
    let sequence: UInt16
    let timestamp: UInt32
    let source: UInt32
    /// Seconds and fractions since 1900 of ONVIF's header extension (ONVIF Streaming Specification, 6.3).
    let absoluteTime: UInt64?
    /// The payload begins behind them.
    let headBytes: Int
    let hasPadding: Bool

    static let minimumBytes = 12
    /// ONVIF's mark of an extension that says when the picture was taken.
    static let absoluteTimeProfile = 0xABAC

    /// - Returns: `nil` where the packet is of another version, or its counts and lengths do not fit into it.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count >= Self.minimumBytes, bytes[0] >> 6 == 2 else { return nil }
        var head = Self.minimumBytes + 4 * Int(bytes[0] & 0x0F)
        guard head <= bytes.count else { return nil }
        var time: UInt64?
        if bytes[0] & 0x10 != 0 {
            guard head + 4 <= bytes.count else { return nil }
            let profile = Int(bytes[head]) << 8 | Int(bytes[head + 1])
            let count = 4 * (Int(bytes[head + 2]) << 8 | Int(bytes[head + 3]))
            let body = head + 4
            guard body + count <= bytes.count else { return nil }
            if profile == Self.absoluteTimeProfile, count >= 8 {
                time = UInt64(bytes.number(at: body)) << 32 | UInt64(bytes.number(at: body + 4))
            }
            head = body + count
        }
        if bytes[0] & 0x20 != 0 {
            let padding = Int(bytes[bytes.count - 1])
            guard padding > 0, head + padding <= bytes.count else { return nil }
        }
        payloadType = bytes[1] & 0x7F
        hasMarker = bytes[1] & 0x80 != 0
        sequence = UInt16(bytes[2]) << 8 | UInt16(bytes[3])
        timestamp = bytes.number(at: 4)
        source = bytes.number(at: 8)
        absoluteTime = time
        headBytes = head
        hasPadding = bytes[0] & 0x20 != 0
    }
}

extension Span<UInt8> {
    /// 32 bits in network order.
    func number(at index: Int) -> UInt32 {
        UInt32(self[index]) << 24 | UInt32(self[index + 1]) << 16 | UInt32(self[index + 2]) << 8 | UInt32(self[index + 3])
    }
}
