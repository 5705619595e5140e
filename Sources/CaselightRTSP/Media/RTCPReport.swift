/// What is read of RTCP (RFC 3550, 6): who sent it, and a sender report's times.
struct RTCPReport: Equatable {
    /// The first packet's sender.
    let source: UInt32
    var ntpTime: UInt64?
    var rtpTime: UInt32 = 0

    /// Second bytes that mean RTCP, as libavformat tells them apart (RFC 5761, 4).
    static func isControl(_ secondByte: UInt8) -> Bool { (192...195).contains(secondByte) || (200...210).contains(secondByte) }

    static let senderReport: UInt8 = 200
    static let receiverReport: UInt8 = 201

    /// Reads a compound packet.
    ///
    /// - Returns: `nil` where it is of another version or its lengths do not fit.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count >= 8, bytes[0] >> 6 == 2, Self.isControl(bytes[1]) else { return nil }
        source = bytes.number(at: 4)
        var start = 0
        while start + 4 <= bytes.count {
            guard bytes[start] >> 6 == 2 else { return nil }
            let count = 4 + 4 * (Int(bytes[start + 2]) << 8 | Int(bytes[start + 3]))
            guard start + count <= bytes.count else { return nil }
            if bytes[start + 1] == Self.senderReport, ntpTime == nil {
                guard count >= 28, bytes.number(at: start + 4) == source else { return nil }
                ntpTime = UInt64(bytes.number(at: start + 8)) << 32 | UInt64(bytes.number(at: start + 12))
                rtpTime = bytes.number(at: start + 16)
            }
            start += count
        }
    }
}
