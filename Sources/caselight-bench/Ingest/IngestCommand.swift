import ArgumentParser

struct IngestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "What recording costs: processor time, memory, bytes written; and whether anything is lost.",
        discussion: """
            Serves N cameras from the fixtures, records them with caselightd on a fresh state, compares every packet kept with what was \
            sent, then records the same cameras with each peer, a process a camera. The server's own cost is in no figure. \
            Ends with 1 when a packet was lost.

            Example: caselight-bench ingest --feeds 50 --seconds 30 --json
            Example: caselight-bench ingest --feeds 400 --clip 360p --seconds 300 --peers ffmpeg-copy
            """)

    @OptionGroup var placeOptions: PlaceOptions

    @Option(help: "Cameras recorded at once.")
    var feeds = 10
    @Option(help: "Length of one measurement.")
    var seconds = 30.0
    @Option(help: "How often ours and each peer are measured; every second time the peers go first.")
    var rounds = 1
    @Option(help: "What the cameras send: 1080p (25 fps, 1.7 Mbit/s) or 360p (10 fps, 300 kbit/s).")
    var clip = LoadClip.fullHD
    @Flag(help: "Make a still of every camera every 10 s, 320 pixels wide.")
    var stills = false
    @Option(help: "With --stills: seconds between two stills of a camera. 2 decodes every keyframe, as ffmpeg does.")
    var stillSeconds = 10.0
    @Flag(help: "Also measure 10 cameras: what each camera above these adds to memory.")
    var marginal = false
    @Option(parsing: .upToNextOption, help: "Peers to measure; those that fit where not given.")
    var peers: [Peer] = []
    @Flag(help: "Measure ours alone.")
    var noPeers = false
    @Option(help: "Which server plays the cameras.")
    var server = ServerKind.light

    private static let marginalFeeds = 10

    func validate() throws {
        guard (1...2000).contains(feeds), seconds >= 1, rounds >= 1, stillSeconds > 0 else {
            throw ValidationError("--feeds is 1 to 2000; --seconds and --rounds are at least 1")
        }
        guard !marginal || feeds > Self.marginalFeeds else { throw ValidationError("--marginal needs more than \(Self.marginalFeeds) feeds") }
    }

    func run() throws {
        let place = try Place(placeOptions)
        let machine = Machine.now()
        let facts = try ClipFacts(clip, place)
        let server = try LoadServer(place, kind: server, feeds: feeds, clip: clip)
        let (wanted, skipped) = chosenPeers()
        var measured: [Peer?: [IngestMeasurement]] = [:]
        for round in 0..<rounds {
            if rounds > 1 { Progress.say("round \(round + 1) of \(rounds)") }
            let results = try self.round(place, server, facts, feeds).run(wanted, isReversed: round % 2 == 1)
            measured.merge(results.mapValues { [$0] }) { $0 + $1 }
        }
        let few = marginal ? try round(place, server, facts, Self.marginalFeeds).run([], isReversed: false)[nil] : nil
        server.stop()
        guard let ours = measured[nil] else { throw Trouble("nothing was measured") }
        let contenders = wanted.compactMap { peer in measured[peer].map { IngestContender(peer.name, $0, peer: peer) } }
        let report = IngestReport(
            setting: IngestSetting(
                feeds: feeds, seconds: seconds, rounds: rounds, clip: clip, stillSeconds: stills ? stillSeconds : nil, server: self.server),
            machine: machine.measured(), ours: IngestContender("Caselight", ours), peers: contenders, skipped: skipped,
            few: few.map { ($0, Self.marginalFeeds) })
        try report.print(asJSON: placeOptions.json)
        if report.packetsLost > 0 { throw ExitCode(1) }
    }

    private func round(_ place: Place, _ server: LoadServer, _ facts: ClipFacts, _ feeds: Int) -> IngestRound {
        IngestRound(
            place: place, server: server,
            meter: IngestMeter(feeds: feeds, seconds: seconds, receivedBytesPerCameraSecond: facts.bytesPerSecond), clip: facts,
            stillSeconds: stills ? stillSeconds : nil)
    }

    /// Peers to measure, and why the others are not.
    private func chosenPeers() -> ([Peer], [String]) {
        let fitting: [Peer] = stills ? [.ffmpegStills] : [.ffmpegCopy, .gstreamer]
        let wanted = noPeers ? [] : peers.isEmpty ? fitting : peers
        let missing = wanted.filter { !Place.isInstalled($0.program) }
        return (wanted.filter { !missing.contains($0) }, missing.map { "\($0.name): \($0.program) is not installed" })
    }
}
