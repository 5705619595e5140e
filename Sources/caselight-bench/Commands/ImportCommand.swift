import ArgumentParser
import CaselightModel
import Foundation

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "How fast a recording is taken in, and what that costs, beside ffmpeg and sha256sum.",
        discussion: """
            Caselight keeps the file as it was handed over, hashes it, and writes it again as segments with keyframe tables and hashes of \
            their own. ffmpeg only writes it again, sha256sum only hashes it: what Caselight does cannot cost less than both together.

            Example: caselight-bench import --minutes 60 --rounds 5
            """)

    @OptionGroup var placeOptions: PlaceOptions

    @Option(help: "Length of the recording: 1080p at 1.7 Mbit/s, 13 MB a minute.")
    var minutes = 16
    @Option(help: "How often all is measured.")
    var rounds = 1

    private static let camera = "shop"

    func validate() throws {
        guard minutes >= 1, rounds >= 1 else { throw ValidationError("--minutes and --rounds are at least 1") }
    }

    func run() throws {
        let place = try Place(placeOptions)
        let machine = Machine.now()
        let footage = try LongFootage(place, clip: .fullHD, minutes: minutes)
        let daemon = try Daemon(place)
        try daemon.register([.init(code: Self.camera, name: "shop")])
        var result = ImportReport(bytes: footage.byteCount, machine: machine)
        let start = SystemWallClock().now() - .days(20)
        for round in 0..<rounds {
            Progress.say("taking in, round \(round + 1) of \(rounds)")
            let before = ProcessUsage.read([daemon.process.processIdentifier])
            let watch = Stopwatch()
            try footage.handOver(to: Self.camera, startingAt: start + .days(Int64(round)), try daemon.connection())
            let seconds = watch.seconds
            let used = ProcessUsage.read([daemon.process.processIdentifier]) - before
            result.ours.append(.init(bytes: footage.byteCount, seconds: seconds, cpuSeconds: used.seconds))
            let copy = [
                "-nostdin", "-v", "error", "-i", footage.file, "-c", "copy", "-movflags", "frag_keyframe+empty_moov+default_base_moof", "-y",
                place.file("copy.mp4"),
            ]
            result.ffmpeg.append(try peer(place, footage, "ffmpeg", copy))
            result.sha256sum.append(try peer(place, footage, "sha256sum", [footage.file]))
        }
        try daemon.stop()
        result.machine = result.machine.measured()
        try result.print(asJSON: placeOptions.json)
    }

    /// The processor time of an ended child is told by the kernel in ours.
    private func peer(_ place: Place, _ footage: LongFootage, _ program: String, _ arguments: [String]) throws -> ImportReport.Pass {
        func ended() -> Double { ProcessStat.read(getpid())?.endedChildrenSeconds ?? 0 }
        let before = ended()
        let watch = Stopwatch()
        try place.run(program, arguments)
        return .init(bytes: footage.byteCount, seconds: watch.seconds, cpuSeconds: ended() - before)
    }
}

struct ImportReport: Report {
    struct Pass: Encodable {
        let megabytesPerSecond: Double
        let cpuMsPerMegabyte: Double

        init(bytes: Int64, seconds: Double, cpuSeconds: Double) {
            let megabytes = Double(bytes) / 1_048_576
            megabytesPerSecond = megabytes / seconds
            cpuMsPerMegabyte = cpuSeconds * 1e3 / megabytes
        }
    }

    let bytes: Int64
    var machine: Machine
    /// Each round's.
    var ours: [Pass] = []
    var ffmpeg: [Pass] = []
    var sha256sum: [Pass] = []

    var text: String {
        var table = Table(["", "MB/s", "CPU ms/MB"])
        for (name, passes) in [("Caselight over HTTP", ours), ("ffmpeg -c copy, fragmented MP4", ffmpeg), ("sha256sum", sha256sum)] {
            table.add(
                name, Figure.text(Spread(passes.map(\.megabytesPerSecond))), Figure.text(Spread(passes.map(\.cpuMsPerMegabyte))))
        }
        return ["a recording of \(Figure.megabytes(Double(bytes)))", machine.text, "", table.text].joined(separator: "\n")
    }
}
