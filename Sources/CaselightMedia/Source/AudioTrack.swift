import CFFmpeg
internal import CaselightModel

/// A stream of sound with all that recording needs to know of it.
struct AudioTrack {
    let streamIndex: Int32
    let timeBase: AVRational
    let parameters: CodecParameters
    let container: String
    /// MPEG-TS puts a header before each AAC frame, which MP4 says once.
    let stripsADTS: Bool
    let stream: AudioStream

    /// - Returns: `nil` for sound that cannot be kept: pictures go on without.
    init?(_ stream: UnsafeMutablePointer<AVStream>, first packet: UnsafeMutablePointer<AVPacket>) {
        let parameters = CodecParameters(copying: stream.pointee.codecpar)
        let bytes = UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
        var strips = false
        if parameters.codec == AV_CODEC_ID_AAC, parameters.extradata.isEmpty {
            guard let header = AudioHeaders.ADTS(bytes) else { return nil }
            strips = true
            parameters.setExtradata(header.specificConfig)
            parameters.pointer.pointee.sample_rate = Int32(header.sampleRateHertz)
            av_channel_layout_default(&parameters.pointer.pointee.ch_layout, Int32(header.channelCount))
            parameters.pointer.pointee.frame_size = 1024
        }
        if parameters.codec == AV_CODEC_ID_OPUS, parameters.extradata.isEmpty {
            parameters.setExtradata(AudioHeaders.opusHead(channelCount: Int(parameters.pointer.pointee.ch_layout.nb_channels)))
            parameters.pointer.pointee.sample_rate = 48_000
        }
        guard parameters.pointer.pointee.sample_rate > 0, parameters.pointer.pointee.ch_layout.nb_channels > 0,
            let container = try? parameters.container("record its sound")
        else { return nil }
        streamIndex = stream.pointee.index
        timeBase = stream.pointee.time_base
        self.parameters = parameters
        self.container = container
        stripsADTS = strips
        var description = AudioStream(
            codec: parameters.codecName, sampleRateHertz: Int(parameters.pointer.pointee.sample_rate),
            channelCount: Int(parameters.pointer.pointee.ch_layout.nb_channels))
        if parameters.pointer.pointee.bit_rate > 0 { description.bitsPerSecond = Double(parameters.pointer.pointee.bit_rate) }
        self.stream = description
    }

    /// Takes the header off a packet. `false` for a packet that is none of this stream's.
    func prepare(_ packet: UnsafeMutablePointer<AVPacket>) -> Bool {
        guard stripsADTS else { return packet.pointee.size > 0 }
        let bytes = UnsafeBufferPointer(start: packet.pointee.data, count: Int(packet.pointee.size))
        guard let header = AudioHeaders.ADTS(bytes), bytes.count > header.headerByteCount else { return false }
        packet.pointee.data += header.headerByteCount
        packet.pointee.size -= Int32(header.headerByteCount)
        return true
    }
}
