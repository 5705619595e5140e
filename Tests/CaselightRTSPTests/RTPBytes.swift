import Testing

@testable import CaselightRTSP

/// RTP packets as a camera would send them.
enum RTP {
    static func packet(
        type: UInt8, sequence: Int, timestamp: UInt32, source: UInt32 = 0x0102_0304, payloadCount: Int = 20,
        extensionWords: [UInt32]? = nil,
        profile: UInt32 = 0xABAC
    ) -> [UInt8] {
        var bytes: [UInt8] = [extensionWords == nil ? 0x80 : 0x90, type, UInt8(sequence >> 8 & 0xFF), UInt8(sequence & 0xFF)]
        bytes += big(timestamp) + big(source)
        if let words = extensionWords { bytes += big(profile << 16 | UInt32(words.count)) + words.flatMap(big) }
        return bytes + [UInt8](repeating: 0x55, count: payloadCount)
    }

    static func senderReport(source: UInt32, ntp: UInt64, rtpTime: UInt32) -> [UInt8] {
        [0x80, 200, 0, 6] + big(source) + big(UInt32(ntp >> 32)) + big(UInt32(truncatingIfNeeded: ntp)) + big(rtpTime) + big(1) + big(2)
    }

    static func interleaved(_ channel: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [0x24, channel, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)] + bytes
    }

    private static func big(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) } }
}

extension RTP {
    static func header(_ bytes: [UInt8]) -> RTPHeader? { RTPHeader(bytes.span) }
    static func report(_ bytes: [UInt8]) -> RTCPReport? { RTCPReport(bytes.span) }
}

extension ReceiveBuffer {
    mutating func add(_ bytes: some Collection<UInt8>) { if !append(bytes) { Issue.record("\(bytes.count) bytes do not fit") } }
}
