/// What MP4 wants of a sound stream and its transport carries differently.
enum AudioHeaders {
    /// An ADTS header (ISO/IEC 14496-3, 1.A.2.2), as MPEG-TS puts before each AAC frame.
    struct ADTS {
        let headerByteCount: Int
        let audioObjectType: UInt8
        let sampleRateIndex: UInt8
        let channelCount: UInt8

        init?(_ bytes: UnsafeBufferPointer<UInt8>) {
            guard bytes.count >= 7, bytes[0] == 0xFF, bytes[1] & 0xF6 == 0xF0 else { return nil }
            headerByteCount = bytes[1] & 1 == 1 ? 7 : 9
            audioObjectType = (bytes[2] >> 6) + 1
            sampleRateIndex = bytes[2] >> 2 & 0xF
            channelCount = (bytes[2] & 1) << 2 | bytes[3] >> 6
            guard sampleRateIndex < AudioHeaders.sampleRates.count, channelCount > 0, bytes.count >= headerByteCount else { return nil }
        }

        var sampleRateHertz: Int { AudioHeaders.sampleRates[Int(sampleRateIndex)] }

        /// AudioSpecificConfig (1.6.2.1): object type, rate, channels.
        var specificConfig: [UInt8] {
            [audioObjectType << 3 | sampleRateIndex >> 1, (sampleRateIndex & 1) << 7 | channelCount << 3]
        }
    }

    static let sampleRates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350]

    /// An `OpusHead` (RFC 7845, 5.1) for Opus over RTP, which has none (RFC 7587): no pre-skip, 48 kHz, one or two channels.
    static func opusHead(channelCount: Int) -> [UInt8] {
        Array("OpusHead".utf8) + [1, UInt8(min(2, max(1, channelCount))), 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0]
    }
}
