import ArgumentParser
import AsyncHTTPClient
import CaselightEvidence
import CaselightModel
import Foundation
import NIOCore
import NIOHTTP1

struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Read the consultation log, and prove that nobody rewrote it.",
        discussion: """
            Example, what an account did on a day:
              caselight log list --who chen --from 2026-03-02T00:00:00+08:00 --to 2026-03-03T00:00:00+08:00
            Example, keep a checkpoint off the machine, and hold the log against it later:
              caselight log checkpoint > checkpoint-2026-03-02
              caselight log verify --checkpoint checkpoint-2026-03-02
            """,
        subcommands: [LogList.self, LogVerify.self, LogCheckpoint.self])
}

struct LogList: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List entries, the newest first.",
        discussion: """
            Example, as a table for a spreadsheet:
              caselight log list --incident A2026-0302-17 --csv > A2026-0302-17.csv
            """)

    @Option(help: ArgumentHelp("Only this account's.", valueName: "name"))
    var who: String?

    @Option(help: ArgumentHelp("Only about this camera.", valueName: "code"), transform: ArgumentForm.code)
    var camera: CameraCode?

    @Option(help: ArgumentHelp("Only for this incident.", valueName: "number"), transform: ArgumentForm.number)
    var incident: IncidentNumber?

    @Option(help: ArgumentHelp("Only this action, such as playback, export, signIn.", valueName: "action"))
    var action: LogAction?

    @Option(help: "Only this outcome: allowed, refused, failed or done.")
    var outcome: LogOutcome?

    @Option(help: ArgumentHelp("From this time on.", valueName: "time"), transform: ArgumentForm.time)
    var from: WallTime?

    @Option(help: ArgumentHelp("Until this time.", valueName: "time"), transform: ArgumentForm.time)
    var to: WallTime?

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit: Int = 100

    @Flag(help: "Write CSV.")
    var csv = false

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if csv, session.json { throw ValidationError("--csv and --json exclude each other.") }
        if limit < 1 { throw ValidationError("--limit must be over 0.") }
    }

    private static let pageCount = 1000

    private var query: Query {
        [
            ("who", who), ("camera", camera?.text), ("incident", incident?.text), ("action", action?.rawValue), ("outcome", outcome?.rawValue),
            ("from", from?.rfc3339()), ("to", to?.rfc3339()),
        ]
    }

    func run(_ client: DaemonClient) async throws {
        if csv {
            let table = try await client.data(.GET, "/api/v1/consultations", query + [("format", "csv"), ("limit", "\(min(limit, Self.pageCount))")])
            FileHandle.standardOutput.write(table)
            return
        }
        var (entries, before): ([JSON], String?) = ([], nil)
        repeat {
            let page = "\(min(Self.pageCount, limit - entries.count))"
            let reply = try await client.get("/api/v1/consultations", query + [("limit", page), ("before", before)])
            entries += reply["entries"].list
            before = reply["nextBefore"].whole.map(String.init)
        } while before != nil && entries.count < limit
        try show(.object(["entries": .list(entries)])) { LogReport.table(entries, $0) }
    }
}

extension LogAction: ExpressibleByArgument {}
extension LogOutcome: ExpressibleByArgument {}

struct LogCheckpoint: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint", abstract: "Print a signed checkpoint over all entries there are now.",
        discussion: """
            Example:
              caselight log checkpoint > checkpoint-2026-03-02
            """)

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if session.json { throw ValidationError("A checkpoint is a signed note; --json does not go with it.") }
    }

    func run(_ client: DaemonClient) async throws {
        FileHandle.standardOutput.write(try await client.data(.GET, "/api/v1/consultations/checkpoint"))
    }
}

/// Entries for people to read.
enum LogReport {
    static func table(_ entries: [JSON], _ style: ShowStyle) -> [String] {
        guard !entries.isEmpty else { return ["No entries."] }
        var table = Table([.right("NO"), .left("TIME"), .left("WHO"), .left("DID"), .left("OUTCOME"), .left("FOR"), .flexible("WHAT")])
        for entry in entries {
            let act = entry["act"]
            let outcome = act["outcome"].text ?? ""
            table.add([
                .init(entry["sequence"].whole.map(String.init)), .init(entry["at"].time.map { style.times.full($0) }),
                .init(act["actor"]["who"].text), .init(act["action"].text),
                .init(outcome, outcome == "refused" || outcome == "failed" ? .bad : nil), .init(act["incident"].text ?? act["purpose"].text),
                .init(subject(act, style)),
            ])
        }
        return table.lines(style.terminal)
    }

    private static func subject(_ act: JSON, _ style: ShowStyle) -> String {
        let parts = [act["camera"].text, act.span.map { style.times.short($0, on: nil) }, act["object"].text, act["detail"].text]
        return parts.compactMap { $0 }.joined(separator: "  ")
    }
}
