import Foundation

/// Records all cameras with caselightd, measures that, and compares what it kept with what was sent.
struct OurRecording {
    let place: Place
    let server: LoadServer
    let meter: IngestMeter
    let clip: ClipFacts
    /// How often a still of each camera is asked for; `nil` asks for none.
    let stillSeconds: Double?

    static let stillWidthPixels = 320

    func measure() throws -> IngestMeasurement {
        defer { for name in ["state", "state.log"] { place.remove(name) } }
        let daemon = try Daemon(place)
        try daemon.register((0..<meter.feeds).map { .init(code: Self.code($0), name: "load \($0)", url: server.url($0)) })
        try Waiting.until("all \(meter.feeds) cameras record", seconds: IngestRound.settleLimitSeconds) { () -> Void? in
            guard daemon.process.isRunning else { throw Trouble("caselightd ended: \(place.text("state.log").suffix(600))") }
            return try daemon.status().recordingCount == meter.feeds ? () : nil
        }
        Waiting.pause(seconds: IngestRound.settleSeconds)
        let stills = StillAsking(daemon: daemon, feeds: meter.feeds, everySeconds: stillSeconds)
        var result = try meter.measure([daemon.process.processIdentifier], isOurs: true, server: server) { try stills.run(seconds: $0) }
        if stillSeconds != nil { result.decodesPerCameraSecond = Double(stills.differentCount) / (meter.seconds * Double(meter.feeds)) }
        try daemon.stop()
        result.packets = try check(archive: daemon.state + "/archive")
        return result
    }

    static func code(_ index: Int) -> String { "load-\(index)" }

    private func check(archive: String) throws -> PacketCheck {
        var check = PacketCheck()
        for index in 0..<meter.feeds {
            let recording = try RecordedPackets.recording(in: "\(archive)/\(Self.code(index))")
            let comparison = PacketComparison(of: recording.packets, with: clip.packets)
            // Every camera recorded before the measurement began; one that fell silent meanwhile has no packets to compare.
            let missing = Int(max(0, meter.seconds - recording.seconds) * clip.framesPerSecond)
            let lost = comparison.lostCount + comparison.foreignCount + missing
            check.compared += recording.packets.count
            check.runs += recording.runCount
            check.lost += lost
            if lost > 0 { check.camerasWithLoss += 1 }
        }
        return check
    }
}

/// Asks for the newest still of each camera in turn, evenly spread, one after the other as viewers of a wall of cameras do.
final class StillAsking {
    private let daemon: Daemon
    private let feeds: Int
    private let everySeconds: Double?
    private var seen: Set<Int> = []
    /// Pictures that were not the same as one before: what had to be decoded.
    var differentCount: Int { seen.count }

    /// Pictures asked for are so old: what is being written is not yet in the index.
    private static let ageSeconds = 4.0

    init(daemon: Daemon, feeds: Int, everySeconds: Double?) {
        (self.daemon, self.feeds, self.everySeconds) = (daemon, feeds, everySeconds)
    }

    func run(seconds: Double) throws {
        guard let everySeconds else { return Waiting.pause(seconds: seconds) }
        let connection = try daemon.connection()
        let watch = Stopwatch()
        var count = 0
        while true {
            let due = Double(count) * everySeconds / Double(feeds)
            guard due < seconds else { break }
            Waiting.pause(seconds: max(0, due - watch.seconds))
            let at = Date(timeIntervalSinceNow: -Self.ageSeconds).ISO8601Format()
            let picture = try connection.get(
                "/api/v1/cameras/\(OurRecording.code(count % feeds))/still.jpg?at=\(at)&width=\(OurRecording.stillWidthPixels)&\(Daemon.purpose)")
            var hasher = Hasher()
            hasher.combine(count % feeds)
            hasher.combine(picture)
            seen.insert(hasher.finalize())
            count += 1
        }
        Waiting.pause(seconds: max(0, seconds - watch.seconds))
    }
}
