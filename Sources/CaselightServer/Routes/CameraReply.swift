import CaselightModel

/// A camera as the API shows it: its record, and what its feed does right now. Never a password.
struct CameraReply: Encodable {
    let camera: Camera
    var status: FeedStatus?

    private enum CodingKeys: String, CodingKey { case feed, status, stream }

    func encode(to encoder: any Encoder) throws {
        var shown = camera
        if let feed = camera.feed { shown.feed?.url = FeedMask.masked(feed.url) }
        try shown.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(status, forKey: .status)
        try container.encodeIfPresent(status?.stream, forKey: .stream)
    }
}

/// One camera with all that is known of its stream and its clocks.
struct CameraDetail: Encodable {
    let reply: CameraReply
    var run: Run?
    var lastClockSample: ClockSample?
    var clockCorrections: [ClockCorrection]

    private enum CodingKeys: String, CodingKey { case run, stream, lastClockSample, clockCorrections }

    func encode(to encoder: any Encoder) throws {
        try reply.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(run, forKey: .run)
        if reply.status?.stream == nil { try container.encodeIfPresent(run?.stream, forKey: .stream) }
        try container.encodeIfPresent(lastClockSample, forKey: .lastClockSample)
        try container.encode(clockCorrections, forKey: .clockCorrections)
    }
}

/// Some recorders want the password in the address's path or query: `?user=admin&password=…`. Such values are not shown.
enum FeedMask {
    static func masked(_ url: FeedURL) -> FeedURL {
        guard url.pathAndQuery.contains("=") else { return url }
        var text = ""
        var rest = url.pathAndQuery[...]
        while let equals = rest.firstIndex(of: "=") {
            let nameStart = rest[..<equals].lastIndex(where: { "?&/;_".contains($0) }).map { rest.index(after: $0) } ?? rest.startIndex
            let isSecret = secretNames.contains { rest[nameStart..<equals].lowercased().contains($0) }
            let valueStart = rest.index(after: equals)
            let valueEnd = rest[valueStart...].firstIndex(where: { "&;/".contains($0) }) ?? rest.endIndex
            text += rest[..<valueStart] + (isSecret ? "***" : rest[valueStart..<valueEnd])
            rest = rest[valueEnd...]
        }
        let masked = url.redacted + text + rest
        return (try? FeedURL.parse(masked).url) ?? url
    }

    private static let secretNames = ["pass", "pwd", "psw", "token", "secret", "auth", "key", "user"]
}
