/// How the camera says it will send a medium (RFC 2326, 12.39). Read generously: cameras put spaces, quotes and omissions there.
struct TransportHeader: Equatable {
    let isTCP: Bool
    let isMulticast: Bool
    let channels: Pair?
    let serverPorts: Pair?

    struct Pair: Equatable {
        let media: Int
        let control: Int
    }

    init(_ value: String) {
        // Several transports may be named; the first is what will be used.
        let parts = value.split(separator: ",").first?.split(separator: ";").map(\.trimmed) ?? []
        var fields: [String: String] = [:]
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1).map(\.trimmed)
            if let name = pair.first?.lowercased(), fields[name] == nil { fields[name] = pair.count > 1 ? pair[1] : "" }
        }
        channels = fields["interleaved"].flatMap { Self.pair($0, 0...255) }
        serverPorts = fields["server_port"].flatMap { Self.pair($0, 1...65_535) }
        isTCP = channels != nil || parts.first?.uppercased().hasSuffix("/TCP") == true
        isMulticast = fields["multicast"] != nil
    }

    private static func pair(_ text: String, _ range: ClosedRange<Int>) -> Pair? {
        let numbers = text.split(separator: "-").map { Int($0.trimmed) }
        guard let first = numbers.first, let media = first, range.contains(media) else { return nil }
        guard numbers.count > 1 else { return range.contains(media + 1) ? Pair(media: media, control: media + 1) : nil }
        guard let control = numbers[1], range.contains(control) else { return nil }
        return Pair(media: media, control: control)
    }
}
