/// What a camera offers (RFC 8866), as far as asking for it and taking it apart needs.
struct SessionDescription: Equatable {
    struct Medium: Equatable {
        enum Kind: Equatable { case video, audio, other }

        let kind: Kind
        /// In the order given; the first is meant to be used.
        var formats: [Int]
        /// Whether it is sent as plain RTP.
        var isPlain: Bool
        var control: String?
        var bandwidth: String?
        /// The camera wants to receive it, as with a loudspeaker.
        var isBackChannel = false
        /// Name and value, in order.
        var attributes: [Attribute] = []
    }

    struct Attribute: Equatable {
        let name: String
        let value: String
    }

    var name: String?
    var control: String?
    var media: [Medium] = []

    /// Reads generously: what is not understood is passed over.
    static func parse(_ bytes: [UInt8]) throws(RTSPFailure) -> SessionDescription {
        var description = SessionDescription()
        let lines = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: RTSPLimits.descriptionLines, omittingEmptySubsequences: true)
        guard lines.count <= RTSPLimits.descriptionLines else {
            throw .malformed("a session description of more than \(RTSPLimits.descriptionLines) lines")
        }
        for line in lines {
            let line = line.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            guard line.count >= 2, line[line.startIndex + 1] == UInt8(ascii: "=") else { continue }
            try description.take(line[line.startIndex], line.dropFirst(2).printable)
        }
        return description
    }

    private mutating func take(_ letter: UInt8, _ text: String) throws(RTSPFailure) {
        switch letter {
        case UInt8(ascii: "s"): if media.isEmpty, name == nil, !text.isEmpty { name = text }
        case UInt8(ascii: "m"):
            guard media.count < RTSPLimits.mediaCount else {
                throw .malformed("a session description of more than \(RTSPLimits.mediaCount) media")
            }
            media.append(Self.medium(text))
        case UInt8(ascii: "b"): if !media.isEmpty, media[media.count - 1].bandwidth == nil { media[media.count - 1].bandwidth = text }
        case UInt8(ascii: "a"): take(attribute: text)
        default: break
        }
    }

    private static func medium(_ text: String) -> Medium {
        let words = text.split(separator: " ")
        let kind: Medium.Kind =
            switch words.first?.lowercased() {
            case "video": .video
            case "audio": .audio
            default: .other
            }
        let profile = words.count > 2 ? words[2].uppercased() : ""
        let isPlain = profile.hasPrefix("RTP/AVP")
        return Medium(kind: kind, formats: words.dropFirst(3).compactMap { Int($0) }.filter { (0...127).contains($0) }, isPlain: isPlain)
    }

    private mutating func take(attribute text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0].trimmed.lowercased()
        let value = parts.count > 1 ? parts[1].trimmed : ""
        guard let last = media.indices.last else {
            if name == "control", control == nil { control = value }
            return
        }
        switch name {
        case "control": if media[last].control == nil { media[last].control = value }
        case "sendonly": media[last].isBackChannel = true
        default: media[last].attributes.append(Attribute(name: name, value: value))
        }
    }
}

extension ArraySlice<UInt8> {
    /// Without control characters, which end a text for a reader written in C.
    fileprivate var printable: String {
        String(decoding: lazy.filter { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }, as: UTF8.self).trimmed
    }
}
