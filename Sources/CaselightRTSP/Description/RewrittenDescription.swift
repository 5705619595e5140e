/// A session description for libavformat's `sdp` reader: only what was set up, in that order, and only what taking packets apart needs.
///
/// That reader takes every `a=rtpmap` under a medium for the medium's own, keeps 2 KiB of an `a=fmtp` that stands before it,
/// and 16 KiB of all: so there is one of each, in the right order, and lines too long are left out.
enum RewrittenDescription {
    static func bytes(name: String?, media: [ChosenMedium]) -> [UInt8] {
        let title = name.map { String(decoding: $0.utf8.prefix(RTSPLimits.sessionNameBytes), as: UTF8.self) } ?? "-"
        var lines = ["v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=\(title)", "c=IN IP4 0.0.0.0", "t=0 0"]
        for medium in media {
            let type = medium.payloadType
            lines.append("m=\(medium.kind == .video ? "video" : "audio") 0 RTP/AVP \(type)")
            if let bandwidth = medium.bandwidth { lines.append("b=\(bandwidth)") }
            if let encoding = medium.encoding { lines.append("a=rtpmap:\(type) \(encoding)") }
            if let parameters = medium.parameters { lines.append("a=fmtp:\(type) \(parameters)") }
            if let size = medium.frameSize { lines.append("a=framesize:\(type) \(size)") }
            if let rate = medium.frameRate { lines.append("a=framerate:\(rate)") }
        }
        var bytes: [UInt8] = []
        for line in lines.map({ Array($0.utf8) + [0x0D, 0x0A] }) where line.count <= RTSPLimits.rewrittenLineBytes {
            guard bytes.count + line.count <= RTSPLimits.rewrittenBytes else { break }
            bytes += line
        }
        return bytes
    }
}
