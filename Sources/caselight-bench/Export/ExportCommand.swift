import ArgumentParser
import CaselightModel
import Foundation

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "How fast an evidence package of many segments is made, beside cp of the same files.",
        discussion: """
            Writes segment files of four cameras, then in each round copies them with cp and has one package made of them: read, hashed against \
            the hashes taken at ingest, packed, hashed as a whole, sealed, brought to disk. Who begins changes from round to round; before each, \
            the page cache is told to forget the files. cp does not wait for the disk, the package does. Takes three times the space.

            Example: caselight-bench export --gigabytes 10 --rounds 3 --work /srv/footage
            """)

    @OptionGroup var placeOptions: PlaceOptions

    @Option(help: "Footage to export, in units of 10^9 bytes.")
    var gigabytes = 10.0
    @Option(help: "Size of a segment file; a minute of two megabits a second is 15.")
    var segmentMegabytes = 15
    @Option(help: "How often all is measured.")
    var rounds = 1

    func validate() throws {
        guard gigabytes > 0, gigabytes <= 150, (1...1000).contains(segmentMegabytes), rounds >= 1 else {
            throw ValidationError("--gigabytes is over 0 to 150, --segment-megabytes 1 to 1000, --rounds at least 1")
        }
    }

    func run() throws {
        let place = try Place(placeOptions)
        var report = ExportReport(machine: Machine.now())
        let count = max(4, Int(gigabytes * 1000) / segmentMegabytes)
        Progress.say("writing \(count) segments of \(segmentMegabytes) MB")
        let footage = try Waiting.result { [segmentMegabytes] in
            try await ExportFootage(folder: place.folder, segmentCount: count, segmentBytes: segmentMegabytes * 1_000_000)
        }
        report.segments = count
        report.footageBytes = footage.byteCount
        for round in 0..<rounds {
            Progress.say("round \(round + 1) of \(rounds)")
            for isOurs in round % 2 == 0 ? [false, true] : [true, false] {
                footage.forgetCached()
                sync()
                if isOurs { try measureExport(footage, &report) } else { try measureCopy(place, footage, &report) }
            }
        }
        report.machine = report.machine.measured()
        try report.print(asJSON: placeOptions.json)
    }

    private func measureCopy(_ place: Place, _ footage: ExportFootage, _ report: inout ExportReport) throws {
        let target = try place.makeFolder("copy")
        let watch = Stopwatch()
        try place.run("cp", ["-r"] + footage.cameraFolders + [target])
        report.copySeconds.append(watch.seconds)
        sync()
        report.copyToDiskSeconds.append(watch.seconds)
        place.remove("copy")
    }

    private func measureExport(_ footage: ExportFootage, _ report: inout ExportReport) throws {
        let memory = PeakMemory()
        let (before, watch) = (ProcessUsage.read([getpid()]), Stopwatch())
        let order = try Waiting.result { try await footage.export() }
        report.exportSeconds.append(watch.seconds)
        report.exportProcessorSeconds.append((ProcessUsage.read([getpid()]) - before).ownSeconds)
        report.peakMemoryMegabytes.append(memory.megabytes)
        report.packageBytes = order.byteCount ?? 0
        try footage.removePackage(order)
    }
}

/// The most memory this process has had resident since this was made (proc(5), `clear_refs`).
struct PeakMemory {
    init() { try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs")) }

    var megabytes: Double {
        let line = ProcessFile.text(of: getpid(), "status")?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
    }
}

struct ExportReport: Report {
    var segments = 0
    var footageBytes: Int64 = 0
    var packageBytes: Int64 = 0
    var machine: Machine
    /// Each round's.
    var copySeconds: [Double] = []
    /// With a sync of the file systems behind it.
    var copyToDiskSeconds: [Double] = []
    var exportSeconds: [Double] = []
    var exportProcessorSeconds: [Double] = []
    var peakMemoryMegabytes: [Double] = []

    init(machine: Machine) { self.machine = machine }

    /// Our speed beside that of cp, round by round.
    private var ratios: [Double] { zip(copySeconds, exportSeconds).map { $0 / $1 } }

    private func speed(_ seconds: [Double]) -> String {
        Figure.text(Spread(seconds.map { Double(footageBytes) / $0 / 1e6 }))
    }

    var text: String {
        var table = Table(["", "seconds", "MB/s"])
        table.add("cp", Figure.text(Spread(copySeconds)), speed(copySeconds))
        table.add("cp, and sync", Figure.text(Spread(copyToDiskSeconds)), speed(copyToDiskSeconds))
        table.add("package, on disk", Figure.text(Spread(exportSeconds)), speed(exportSeconds))
        return [
            "\(segments) segments, \(Figure.text(Double(footageBytes) / 1e9)) GB; the package has \(Figure.text(Double(packageBytes) / 1e9)) GB",
            machine.text, "", table.text, "",
            "speed of the package / speed of cp: \(Figure.text(Spread(ratios)))",
            "processor seconds of a package: \(Figure.text(Spread(exportProcessorSeconds)))",
            "most memory while one is made: \(Figure.text(Spread(peakMemoryMegabytes))) MB",
        ].joined(separator: "\n")
    }
}
