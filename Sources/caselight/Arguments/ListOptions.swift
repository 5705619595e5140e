import ArgumentParser
import CaselightModel
import Foundation

/// How a list to import is to be read.
struct ListOptions: ParsableArguments {
    enum Encoding: String, ExpressibleByArgument, CaseIterable { case utf8, utf16, gb18030 }

    @Option(help: "The text's encoding; looked at where not given.")
    var encoding: Encoding?

    @Option(help: "What its positions were read from, where a row does not say.")
    var datum: Datum?

    @Option(
        name: .customLong("map"),
        help: ArgumentHelp(
            "A field and its column, such as code:CAMERA_ID; may be given more than once.", valueName: "field:column"))
    var columns: [String] = []

    @Flag(help: "Take in the good rows and pass over the others; without it one bad row refuses the whole list.")
    var skipBadRows = false

    func validate() throws {
        for column in columns where !column.contains(":") || column.contains(",") {
            throw ValidationError("--map takes field:column, such as code:CAMERA_ID, and no comma; '\(column)' is another form.")
        }
    }

    var query: Query {
        [
            ("encoding", encoding?.rawValue), ("datum", datum?.rawValue), ("map", columns.isEmpty ? nil : columns.joined(separator: ",")),
            ("strict", skipBadRows ? "false" : nil),
        ]
    }
}

/// How a table of rows is to be read.
struct RowListOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable { case csv, json, jsonl, geojson }

    @Option(help: "The list's form; looked at where not given.")
    var format: Format?

    @Option(help: ArgumentHelp("What the codes of rows without one begin with.", valueName: "text"))
    var codePrefix: String?

    @Flag(help: "Change records that exist already; without it they are left as they are.")
    var replace = false

    @OptionGroup var list: ListOptions

    var query: Query {
        list.query + [("format", format?.rawValue), ("codePrefix", codePrefix), ("replace", replace ? "true" : nil)]
    }
}

/// Sends a list, and says what became of it.
struct ListImport {
    let client: DaemonClient
    let session: SessionOptions
    let path: String
    let query: Query
    /// `camera`, `cameras`.
    let noun: (one: String, many: String)

    func run(file: String) async throws {
        let bar = ProgressBar()
        bar.begin(URL(filePath: file).lastPathComponent)
        let pieces = try FilePieces(URL(filePath: file)) { bar.advance("sending", doneBytes: $0, totalBytes: $1) }
        var reply = JSON.null
        defer { bar.clear() }
        try await client.upload(pieces, path, query, type: "application/octet-stream") { reply = $0 }
        bar.clear()
        if session.json {
            print(try reply.document())
        } else {
            print(ImportReport.summary(reply, noun: noun))
            for note in ImportReport.rowNotes(reply) { Terminal.note("  " + note) }
        }
    }
}

/// What became of a list.
enum ImportReport {
    static func summary(_ reply: JSON, noun: (one: String, many: String)) -> String {
        var parts = ["\(Quantity.count(reply["added"].whole ?? 0, noun.one, noun.many)) added"]
        for (name, text) in [("updated", "updated"), ("skipped", "left as they were"), ("errorCount", "refused")] {
            if let count = reply[name].whole, count > 0 { parts.append("\(count) \(text)") }
        }
        return parts.joined(separator: ", ") + "."
    }

    /// A line for each row that was wrong, the first ones of them.
    static func rowNotes(_ reply: JSON) -> [String] {
        let shown = reply["errors"].list.prefix(20)
        var notes = shown.map { "row \($0["row"].whole ?? 0): \($0["detail"].text ?? "refused")" }
        let count = max(reply["errorCount"].whole ?? 0, reply["errors"].list.count)
        if count > shown.count, !shown.isEmpty { notes.append("… and \(Quantity.count(count - shown.count, "more row"))") }
        return notes
    }
}
