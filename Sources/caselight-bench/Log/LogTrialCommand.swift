import ArgumentParser
import CaselightEvidence
import CaselightLog
import CaselightModel
import CaselightStore
import Foundation
import Synchronization

struct LogTrialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log-trial",
        abstract: "Appends to a consultation log and says what was acknowledged; checks later that all of it is there.",
        discussion: """
            For power cuts, kills and failing disks: each line 'ack SEQUENCE NUMBER' is printed after the log said that the entry is on \
            disk, each line 'refused CODE NUMBER' where it refused. With --check, the log is read and held against such lines.

            Example: caselight-bench log-trial --folder /mnt/log > acks; caselight-bench log-trial --folder /mnt/log --check acks
            """)

    @Option(help: "Where the log is, or is made.")
    var folder: String
    @Option(help: "How many append at once.")
    var callers = 8
    @Option(help: "How many acts each appends; without end where not given.")
    var count: Int?
    @Option(help: ArgumentHelp("Appends nothing: checks the log against these lines.", valueName: "file"))
    var check: String?

    private static let output = Mutex(())
    private static let pauseAfterRefusal = Duration.milliseconds(20)

    func validate() throws {
        guard callers >= 1, count ?? 1 >= 1 else { throw ValidationError("--callers and --count are at least 1") }
    }

    func run() throws {
        let (folder, check, callers, count) = (folder, check, callers, count)
        try Waiting.result {
            if let check {
                try await Self.check(folder, against: check)
            } else {
                try await Self.append(in: folder, callers: callers, count: count)
            }
        }
    }

    /// Whole lines at once, and none that waits in a buffer.
    private static func say(_ line: String) {
        output.withLock { _ in _ = Array((line + "\n").utf8).withUnsafeBytes { write(1, $0.baseAddress, $0.count) } }
    }

    private static func append(in folder: String, callers: Int, count: Int?) async throws {
        let log = try await BenchLog.open(in: folder)
        say("ready")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    var number = caller
                    while number / callers < count ?? .max {
                        do {
                            say("ack \(try await log.append(number)) \(number)")
                        } catch let error as CaselightError {
                            say("refused \(error.code.rawValue) \(number)")
                            try await Task.sleep(for: pauseAfterRefusal)
                        }
                        number += callers
                    }
                }
            }
            try await group.waitForAll()
        }
        try await log.close()
        say("closed")
    }

    private static func check(_ folder: String, against file: String) async throws {
        guard let text = FileManager.default.contents(atPath: file) else { throw Trouble("cannot read \(file)") }
        let log = try await BenchLog.open(in: folder)
        let verdict = try await log.book.verify()
        guard verdict.isIntact else { throw Trouble("the log is broken: \(verdict.problem ?? "")") }
        var details: [Int64: String] = [:]
        var next: Int64 = 0
        while case let rows = try await log.store.rows(from: next, limit: 1000), let last = rows.last {
            for row in rows { details[row.sequence] = try LogBody.entry(row.body).act.detail }
            next = last.sequence + 1
        }
        var acknowledged = 0
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where line.hasPrefix("ack ") {
            let words = line.split(separator: " ")
            // A line that the kill cut short acknowledged nothing.
            guard words.count == 3, let sequence = Int64(words[1]) else { continue }
            guard let detail = details[sequence], detail.hasPrefix("act \(words[2])") else {
                throw Trouble("entry \(sequence) was acknowledged as act \(words[2]) and is \(details[sequence] ?? "not there")")
            }
            acknowledged += 1
        }
        print("\(verdict.count) entries, chained and whole; all \(acknowledged) acknowledged are there")
        try await log.close()
    }
}
