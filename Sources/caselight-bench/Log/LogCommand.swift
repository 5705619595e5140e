import ArgumentParser
import CaselightEvidence
import CaselightLog
import CaselightModel
import CaselightStore
import Foundation

struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "How many entries the consultation log takes in a second, and how long it takes to verify it, beside plain SQLite.",
        discussion: """
            Each entry is on disk before its caller is told (synchronous=FULL); the same holds of the rows of plain SQLite, which keeps no \
            chain, no tree and no indexes. Run it on the disk that the log will be on (--work).

            Example: caselight-bench log --seconds 5 --entries 200000 --rounds 3 --work /var/lib/caselight
            """)

    @OptionGroup var placeOptions: PlaceOptions

    @Option(help: "How long each way of appending is measured.")
    var seconds = 5.0
    @Option(help: "Entries of the log that is verified and listed.")
    var entries = 200_000
    @Option(help: "How often all is measured.")
    var rounds = 1

    static let callers = [1, 8, 64]
    private static let fillGroup = 1000

    func validate() throws {
        guard seconds > 0, entries >= 1000, rounds >= 1 else { throw ValidationError("--seconds is over 0, --entries at least 1000, --rounds at least 1") }
    }

    func run() throws {
        let place = try Place(placeOptions)
        var report = LogReport(entries: entries, machine: Machine.now())
        for round in 0..<rounds {
            Progress.say("appending, round \(round + 1) of \(rounds)")
            for callers in Self.callers {
                let (folder, seconds) = (try place.makeFolder("log-\(round)-\(callers)"), seconds)
                report.ours[callers, default: []].append(try Waiting.result { try await Self.append(in: folder, callers: callers, seconds: seconds) })
                let raw = try RawLog(place.file("raw-\(round)-\(callers).db"))
                let body = String(repeating: "x", count: Int(LogReport.typicalBodyBytes))
                report.sqlite[callers, default: []].append(try raw.append(body, rowsPerCommit: callers, seconds: seconds))
                place.remove("log-\(round)-\(callers)")
            }
        }
        Progress.say("making a log of \(entries) entries")
        let (folder, entries, rounds) = (try place.makeFolder("long"), entries, rounds)
        report = try Waiting.result { [report] in try await Self.read(in: folder, entries: entries, rounds: rounds, report) }
        report.machine = report.machine.measured()
        try report.print(asJSON: placeOptions.json)
    }

    private static func append(in folder: String, callers: Int, seconds: Double) async throws -> LogReport.Pass {
        let log = try await BenchLog.open(in: folder)
        let watch = Stopwatch()
        let waits = try await withThrowingTaskGroup(of: [Double].self) { group in
            for caller in 0..<callers { group.addTask { try await Self.waits(of: caller, step: callers, log, seconds: seconds) } }
            var all: [Double] = []
            for try await waits in group { all += waits }
            return all
        }
        let rate = Double(waits.count) / watch.seconds
        try await log.close()
        return LogReport.Pass(entriesPerSecond: rate, wait: Latencies(milliseconds: waits))
    }

    /// What one caller waits for, entry after entry.
    private static func waits(of caller: Int, step: Int, _ log: BenchLog, seconds: Double) async throws -> [Double] {
        let watch = Stopwatch()
        var (number, waits) = (caller, [Double]())
        while watch.seconds < seconds {
            let one = Stopwatch()
            try await log.append(number)
            waits.append(one.milliseconds)
            number += step
        }
        return waits
    }

    private static func read(in folder: String, entries: Int, rounds: Int, _ given: LogReport) async throws -> LogReport {
        var (log, report) = (try await BenchLog.open(in: folder), given)
        let filling = Stopwatch()
        for start in stride(from: 0, to: entries, by: fillGroup) {
            try await log.book.append(try (start..<min(start + fillGroup, entries)).map(BenchLog.act))
        }
        report.fillSeconds = filling.seconds
        let first = try await log.book.checkpoint()
        try await log.close()
        report.bytesPerEntry = Double(size("\(folder)/log.db")) / Double(entries)
        report.bodyBytesPerEntry = try await exported(folder, to: "\(folder)/log.jsonl") / Double(entries)
        for _ in 0..<rounds {
            let opening = Stopwatch()
            log = try await BenchLog.open(in: folder)
            report.openMilliseconds.append(opening.milliseconds)
            let verifying = Stopwatch()
            let verdict = try await log.book.verify(against: [first])
            report.verifySeconds.append(verifying.seconds)
            guard verdict.isIntact, verdict.count == Int64(entries) else { throw Trouble("the log is broken: \(verdict.problem ?? "")") }
            try await list(log, entries, &report)
            try await log.close()
            let lines = Stopwatch()
            var verifier = LogVerifier(checkpoints: [first], keys: [log.key.publicKey])
            try verifier.read(linesOf: "\(folder)/log.jsonl")
            report.verifyLinesSeconds.append(lines.seconds)
            guard verifier.finish().isIntact else { throw Trouble("the exported log is broken") }
        }
        return report
    }

    /// Pages of 100, newest first, by each filter; and proofs of entries all over the log.
    private static func list(_ log: BenchLog, _ entries: Int, _ report: inout LogReport) async throws {
        let now = SystemWallClock().now()
        let filters: [LogFilter] = [
            LogFilter(), LogFilter(who: "officer-3"), LogFilter(camera: try CameraCode("51010700001310100007")),
            LogFilter(incident: try IncidentNumber("A510107-2026-7")), LogFilter(outcome: .refused), LogFilter(who: "officer-3", action: .still),
            LogFilter(span: TimeSpan(start: now - .days(1), end: now)), LogFilter(who: "nobody"),
        ]
        for _ in 0..<10 {
            for filter in filters {
                let watch = Stopwatch()
                _ = try await log.store.rows(filter, before: nil, limit: 100)
                report.listMilliseconds.append(watch.milliseconds)
            }
        }
        for number in 0..<50 {
            let watch = Stopwatch()
            _ = try await log.book.inclusionProof(of: Int64(number * (entries / 50)), in: Int64(entries))
            report.proofMilliseconds.append(watch.milliseconds)
        }
    }

    /// - Returns: the bytes of all bodies.
    private static func exported(_ folder: String, to path: String) async throws -> Double {
        let store = try SQLiteLogStore.open(path: "\(folder)/log.db")
        try Data().write(to: URL(fileURLWithPath: path))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        var (next, bytes) = (Int64(0), 0)
        while case let rows = try await store.rows(from: next, limit: 1000), let last = rows.last {
            let page = rows.reduce(into: [UInt8]()) { $0 += $1.body + [0x0A] }
            try file.write(contentsOf: Data(page))
            bytes += page.count - rows.count
            next = last.sequence + 1
        }
        try file.close()
        try store.close()
        return Double(bytes)
    }

    private static func size(_ path: String) -> Int64 {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.int64Value ?? 0
    }
}
