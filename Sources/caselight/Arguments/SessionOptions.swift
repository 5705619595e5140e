import ArgumentParser
import CaselightModel
import Foundation

/// What every command takes: where the daemon is, and how to show what it says.
struct SessionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The daemon's address; CASELIGHT_URL, else \(DaemonAddress.standard), where not given.", valueName: "address"))
    var daemon: String?

    @Flag(help: "Print one JSON document on standard output and nothing else.")
    var json = false

    @Flag(help: "Show times in UTC instead of this machine's offset.")
    var utc = false

    /// How people are shown things.
    var style: ShowStyle { ShowStyle(terminal: .current(), times: TimeText(zone: utc ? .utc : .local)) }
}

/// How reports are written.
struct ShowStyle: Sendable {
    let terminal: Terminal
    let times: TimeText

    func heading(_ text: String) -> String { terminal.tinted(TextWidth.printable(text), .heading) }
}

/// A command that speaks to the daemon.
protocol DaemonCommand: AsyncParsableCommand {
    var session: SessionOptions { get }
    func run(_ client: DaemonClient) async throws
}

extension DaemonCommand {
    func run() async throws {
        let address = try DaemonAddress(option: session.daemon, environment: ProcessInfo.processInfo.environment)
        try await DaemonClient.with(address) { try await run($0) }
    }

    /// Prints the document with `--json`, else the lines of the report.
    func show(_ document: JSON, _ report: (ShowStyle) -> [String]) throws {
        if session.json {
            print(try document.document())
        } else {
            for line in report(session.style) { print(line) }
        }
    }

    /// All pages of a list, up to `limit` entries. The document keeps the name the daemon gives the list.
    func pages(
        _ client: DaemonClient, _ path: String, _ query: Query, named name: String, limit: Int?
    ) async throws -> (document: JSON, hasMore: Bool) {
        var (entries, cursor): ([JSON], String?) = ([], nil)
        repeat {
            let page = min(Self.pageCount, limit.map { $0 - entries.count } ?? Self.pageCount)
            let reply = try await client.get(path, query + [("limit", "\(page)"), ("cursor", cursor)])
            entries += reply[name].list
            cursor = reply["nextCursor"].text
        } while cursor != nil && entries.count < limit ?? .max
        let fields: [String: JSON] = [name: .list(entries), "nextCursor": cursor.map { .text($0) } ?? .null]
        return (.object(fields.filter { !$0.value.isNull }), cursor != nil)
    }

    /// Entries asked for at once.
    static var pageCount: Int { 500 }
}
