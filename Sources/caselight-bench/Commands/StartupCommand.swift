import ArgumentParser
import Foundation

struct StartupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "startup",
        abstract: "How long a start and a stop take with thousands of feeds registered, and how many are connected to at once.",
        discussion: """
            The cameras let everybody connect and say nothing, so that every attempt lasts as long as it may. With --answered the fixtures \
            serve them (360p), and the time until all record is told.

            Example: caselight-bench startup --feeds 2000 --watch-seconds 60
            """)

    @OptionGroup var placeOptions: PlaceOptions

    @Option(help: "Feeds registered.")
    var feeds = 2000
    @Option(help: "How long attempts are watched after the start.")
    var watchSeconds = 60.0
    @Flag(help: "Let the fixtures answer; take fewer feeds, since all of them will record.")
    var answered = false
    @Option(help: "How often all is measured.")
    var rounds = 1

    func validate() throws {
        guard feeds >= 1, watchSeconds > 0, rounds >= 1 else { throw ValidationError("--feeds, --watch-seconds and --rounds are over 0") }
    }

    func run() throws {
        let place = try Place(placeOptions)
        let machine = Machine.now()
        let silent = try SilentCameras()
        let server = answered ? try LoadServer(place, kind: .light, feeds: feeds, clip: .small) : nil
        let first = try Daemon(place)
        try first.register((0..<feeds).map { number in
            .init(
                code: "feed-\(number)", name: "feed \(number)",
                url: server?.url(number) ?? "rtsp://127.0.0.1:\(silent.port)/\(number)")
        })
        try first.stop()
        var result = StartupReport(feeds: feeds, isAnswered: answered, watchSeconds: watchSeconds, machine: machine)
        for round in 0..<rounds {
            Progress.say("starting, round \(round + 1) of \(rounds)")
            result.rounds.append(try measure(place, silent))
        }
        server?.stop()
        result.machine = result.machine.measured()
        try result.print(asJSON: placeOptions.json)
    }

    private func measure(_ place: Place, _ silent: SilentCameras) throws -> StartupReport.Round {
        silent.reset()
        let watch = Stopwatch()
        let daemon = try Daemon(place)
        var (allTried, allRecording): (Double?, Double?) = (nil, nil)
        while watch.seconds < watchSeconds, allRecording == nil {
            if answered {
                if try daemon.status().recordingCount == feeds { allRecording = watch.seconds }
            } else if allTried == nil, silent.counts.total >= feeds {
                allTried = watch.seconds
            }
            Waiting.pause(seconds: answered ? 0.25 : 0.02)
        }
        let memory = ProcessMemory.read([daemon.process.processIdentifier])
        let used = ProcessUsage.read([daemon.process.processIdentifier])
        let stop = try daemon.stop()
        return .init(
            readySeconds: daemon.readySeconds, stopSeconds: stop, mostConnectionsAtOnce: answered ? nil : silent.counts.mostAtOnce,
            connections: answered ? nil : silent.counts.total, allTriedSeconds: allTried, allRecordingSeconds: allRecording,
            pssBytes: memory.proportionalBytes, cpuSeconds: used.seconds, processCount: used.processCount, threadCount: used.threadCount)
    }
}

struct StartupReport: Report {
    struct Round: Encodable {
        let readySeconds: Double
        let stopSeconds: Double
        /// Not known where the fixtures answer.
        let mostConnectionsAtOnce: Int?
        let connections: Int?
        /// Until there were as many connections as feeds; `nil` where that was not seen.
        let allTriedSeconds: Double?
        let allRecordingSeconds: Double?
        /// At the end of the watch, of daemon and workers.
        let pssBytes: Int64
        let cpuSeconds: Double
        let processCount: Int
        let threadCount: Int
    }

    let feeds: Int
    let isAnswered: Bool
    let watchSeconds: Double
    var machine: Machine
    var rounds: [Round] = []

    var text: String {
        var table = Table(["", ""])
        func add(_ name: String, _ values: [Double]) {
            if let spread = Spread(values) { table.add(name, Figure.text(spread)) }
        }
        add("start to /readyz, s", rounds.map(\.readySeconds))
        add("stop, s", rounds.map(\.stopSeconds))
        add("connections open at once, at most", rounds.compactMap { $0.mostConnectionsAtOnce.map(Double.init) })
        add("connections in all", rounds.compactMap { $0.connections.map(Double.init) })
        add("every feed tried after, s", rounds.compactMap(\.allTriedSeconds))
        add("every feed recording after, s", rounds.compactMap(\.allRecordingSeconds))
        add("memory (PSS), MB", rounds.map { Double($0.pssBytes) / 1_048_576 })
        add("CPU, s", rounds.map(\.cpuSeconds))
        add("processes", rounds.map { Double($0.processCount) })
        add("threads", rounds.map { Double($0.threadCount) })
        return [
            "\(feeds) feeds registered, cameras \(isAnswered ? "answer" : "stay silent"); watched for at most \(Figure.fixed(watchSeconds, 0)) s",
            machine.text, table.text,
        ].joined(separator: "\n")
    }
}
