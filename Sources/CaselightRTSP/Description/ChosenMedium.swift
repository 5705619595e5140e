/// A medium to ask for: one of its formats, and what is known of it.
struct ChosenMedium: Equatable {
    let kind: SessionDescription.Medium.Kind
    let payloadType: Int
    let control: String?
    let bandwidth: String?
    /// `H264/90000`; `nil` for a static payload type that goes without.
    let encoding: String?
    let parameters: String?
    let frameRate: String?
    let frameSize: String?

    /// Ticks a second of its timestamps.
    var clockRate: Int {
        if let parts = encoding?.split(separator: "/"), parts.count > 1, let rate = Int(parts[1].trimmed), (1...1_000_000).contains(rate) {
            return rate
        }
        return kind == .audio && payloadType < 25 ? 8000 : 90_000
    }

    /// The first video, and the first sound that can be told from it: libavformat's reader tells packets apart by payload type alone.
    static func choose(from description: SessionDescription) throws(RTSPFailure) -> [ChosenMedium] {
        let media = description.media.filter { $0.isPlain && !$0.isBackChannel }
        let videos = media.filter { $0.kind == .video }
        guard let video = videos.lazy.compactMap({ Self($0, names: videoEncodings, types: videoTypes) }).first else {
            throw .noPlayableMedia
        }
        let sounds = media.lazy.filter { $0.kind == .audio }.compactMap { Self($0, names: audioEncodings, types: audioTypes) }
        guard let audio = sounds.first(where: { $0.payloadType != video.payloadType }) else { return [video] }
        return [video, audio]
    }

    private init?(_ medium: SessionDescription.Medium, names: Set<String>, types: Set<Int>) {
        func value(_ name: String, _ type: Int) -> String? {
            medium.attributes.lazy.compactMap { attribute -> String? in
                let parts = attribute.value.split(separator: " ", maxSplits: 1)
                guard attribute.name == name, parts.count == 2, Int(parts[0]) == type else { return nil }
                return parts[1].trimmed
            }.first
        }
        func plain(_ name: String) -> String? { medium.attributes.first { $0.name == name }?.value }
        let found = medium.formats.lazy.compactMap { type -> (Int, String?)? in
            let encoding = value("rtpmap", type)
            guard let name = encoding?.split(separator: "/").first?.trimmed.uppercased() else {
                return types.contains(type) ? (type, nil) : nil
            }
            return names.contains(name) || types.contains(type) ? (type, encoding) : nil
        }.first
        guard let (type, encoding) = found else { return nil }
        (kind, payloadType, control, bandwidth, self.encoding) = (medium.kind, type, medium.control, medium.bandwidth, encoding)
        parameters = value("fmtp", type)
        frameRate = plain("framerate")
        frameSize = value("framesize", type)
    }

    /// What libavformat takes apart and an archive has a place for.
    private static let videoEncodings: Set<String> = [
        "H264", "H265", "JPEG", "MP4V-ES", "H263-1998", "H263-2000", "VP8", "VP9", "AV1", "MPV",
    ]
    private static let audioEncodings: Set<String> = [
        "MPEG4-GENERIC", "MP4A-LATM", "PCMA", "PCMU", "OPUS", "G722", "G726-16", "G726-24", "G726-32", "G726-40", "AAL2-G726-16",
        "AAL2-G726-24", "AAL2-G726-32", "AAL2-G726-40", "L16", "MPA", "AC3",
    ]
    /// Static payload types (RFC 3551, 6), which need no `a=rtpmap`.
    private static let videoTypes: Set<Int> = [26, 32, 34]
    private static let audioTypes: Set<Int> = [0, 8, 9, 10, 11, 14]
}
