import ArgumentParser
import CaselightModel
import Foundation

struct StillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "still",
        abstract: "How long a picture of a moment takes, the first time and again, beside ffmpeg.",
        discussion: """
            Hands a recording over, then asks for a still of every keyframe, in no order, and for all of them again. The file is in the \
            machine's memory both times: cold means not decoded yet. ffmpeg makes the same picture from the same segment, a process each; \
            decoding alone is ffmpeg's of all keyframes in one process, scaling and JPEG left out.

            Example: caselight-bench still --minutes 16 --rounds 5
            """)

    @OptionGroup var placeOptions: PlaceOptions

    @Option(help: "Length of the recording; 30 keyframes a minute.")
    var minutes = 8
    @Option(help: "Width of the pictures.")
    var width = 320
    @Option(help: "Pictures that ffmpeg makes in a round.")
    var peerCount = 30
    @Option(help: "How often all is measured.")
    var rounds = 1

    private static let camera = "still"

    func validate() throws {
        guard minutes >= 1, rounds >= 1, peerCount >= 1, (16...1900).contains(width) else {
            throw ValidationError("--minutes, --rounds and --peer-count are at least 1; --width is 16 to 1900")
        }
    }

    func run() throws {
        let place = try Place(placeOptions)
        let machine = Machine.now()
        let footage = try LongFootage(place, clip: .fullHD, minutes: minutes)
        let daemon = try Daemon(place)
        try daemon.register([.init(code: Self.camera, name: "still")])
        let connection = try daemon.connection()
        let start = SystemWallClock().now() - .days(1)
        try footage.handOver(to: Self.camera, startingAt: start, connection)
        let moments = Array(stride(from: 1.0, to: footage.seconds, by: ClipFacts.keyframeSeconds))
        var result = StillReport(width: width, keyframes: moments.count, machine: machine)
        for round in 0..<rounds {
            Progress.say("asking for stills, round \(round + 1) of \(rounds)")
            var random = SeededGenerator(seed: UInt64(round))
            // Another width is another picture: nothing of the round before is of use.
            let paths = moments.shuffled(using: &random).map { moment in
                let at = (start + Microseconds(Int64(moment * 1e6))).rfc3339()
                return "/api/v1/cameras/\(Self.camera)/still.jpg?at=\(at)&width=\(width + 2 * round)&\(Daemon.purpose)"
            }
            result.cold += [try Self.time(paths) { try connection.get($0) }].compactMap { $0 }
            result.cached += [try Self.time(paths) { try connection.get($0) }].compactMap { $0 }
            try measurePeers(place, daemon, &result)
        }
        try daemon.stop()
        result.machine = result.machine.measured()
        try result.print(asJSON: placeOptions.json)
    }

    static func time<Item>(_ items: [Item], _ body: (Item) throws -> Void) rethrows -> Latencies? {
        Latencies(milliseconds: try items.map { item in
            let watch = Stopwatch()
            try body(item)
            return watch.milliseconds
        })
    }

    private func measurePeers(_ place: Place, _ daemon: Daemon, _ result: inout StillReport) throws {
        let folder = "\(daemon.state)/archive/\(Self.camera)"
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        let segments = names.filter { $0.hasSuffix(".mp4") && !$0.contains("originals/") }.sorted().dropLast().map { "\(folder)/\($0)" }
        guard let first = segments.first else { throw Trouble("the recording is shorter than a segment. Take more --minutes.") }
        let times = try Self.time(Array(0..<peerCount)) { number in
            let second = Double(number * 7 % 50) + 0.5
            try place.run(
                "ffmpeg",
                ["-nostdin", "-v", "error", "-ss", "\(second)", "-i", segments[number % segments.count], "-frames:v", "1"]
                    + ["-vf", "scale=\(width):-1", "-q:v", "5", "-y", place.file("peer.jpg")])
        }
        result.ffmpeg += [times].compactMap { $0 }
        let keyframes = try RecordedPackets.keyframeCount(first)
        let watch = Stopwatch()
        try place.run("ffmpeg", ["-nostdin", "-v", "error", "-skip_frame", "nokey", "-threads", "1", "-i", first, "-f", "null", "-"])
        result.decodeMilliseconds.append(watch.milliseconds / Double(keyframes))
    }
}

struct StillReport: Report {
    let width: Int
    let keyframes: Int
    var machine: Machine
    /// Each round's.
    var cold: [Latencies] = []
    var cached: [Latencies] = []
    var ffmpeg: [Latencies] = []
    /// A keyframe's, in one process that does nothing else.
    var decodeMilliseconds: [Double] = []

    var text: String {
        var table = LatencyTable()
        table.add("Caselight over HTTP, cold", cold)
        table.add("Caselight over HTTP, cached", cached)
        table.add("ffmpeg -ss, a process a picture", ffmpeg)
        return [
            "\(keyframes) stills \(width) wide of 1920x1080 H.264", machine.text, "", table.text, "",
            "decoding a keyframe alone: \(Figure.text(Spread(decodeMilliseconds))) ms",
        ].joined(separator: "\n")
    }
}
