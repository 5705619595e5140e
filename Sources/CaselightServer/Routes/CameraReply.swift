import CaselightModel

/// A camera as the API shows it: its record, and what its feed does right now. Never a password.
struct CameraReply: Encodable {
    let camera: Camera
    var status: FeedStatus?

    private enum CodingKeys: String, CodingKey { case feed, status, stream }

    func encode(to encoder: any Encoder) throws {
        var shown = camera
        if let feed = camera.feed { shown.feed?.url = feed.url.masked }
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
