import ArgumentParser
import CaselightModel
import Foundation
import NIOHTTP1

struct IncidentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incident", abstract: "Post incidents, and see what is tied to them.",
        discussion: """
            Example, those that are open in the order of their posting:
              caselight incident list --state posted
            """,
        subcommands: [
            IncidentPost.self, IncidentList.self, IncidentShow.self, IncidentImport.self, IncidentClaim.self, IncidentNote.self,
            IncidentClose.self, IncidentReopen.self,
        ])
}

struct IncidentPost: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "post", abstract: "Post an incident: what happened, where and when.",
        discussion: """
            Example:
              caselight incident post --number A2026-0302-17 --category theft --from 2026-03-02T06:55:00+08:00 \\
                --to 2026-03-02T07:10:00+08:00 --near 29.8683,121.5440 --address '269 Qianjin Road' \\
                --text 'a fridge was stolen off a tricycle'
            """)

    @Option(help: ArgumentHelp("Its number in the police register.", valueName: "number"), transform: ArgumentForm.number)
    var number: IncidentNumber

    @Option(help: ArgumentHelp("What kind of incident.", valueName: "text"))
    var category: String?

    @Option(help: ArgumentHelp("When it began.", valueName: "time"), transform: ArgumentForm.time)
    var from: WallTime

    @Option(
        help: ArgumentHelp("When it was over; a minute after its beginning where not given.", valueName: "time"),
        transform: ArgumentForm.time)
    var to: WallTime?

    @Option(parsing: .unconditional, help: ArgumentHelp("Where: latitude,longitude.", valueName: "place"), transform: ArgumentForm.point)
    var near: GeoPoint?

    @Option(help: "What the place was read from: wgs84 (GPS), gcj02 (Amap, Tencent), bd09 (Baidu).")
    var datum: Datum?

    @Option(help: ArgumentHelp("Where, in words.", valueName: "text"))
    var address: String?

    @Option(help: ArgumentHelp("The code of its grid.", valueName: "code"))
    var grid: String?

    @Option(help: ArgumentHelp("What happened.", valueName: "text"))
    var text: String?

    @Option(help: ArgumentHelp("The police unit it belongs to; yours where not given.", valueName: "text"))
    var unit: String?

    @Option(help: ArgumentHelp("A picture that came with it: JPEG, PNG or WebP.", valueName: "file"), completion: .file())
    var screenshot: [String] = []

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if let to, to <= from { throw ValidationError("--to is at or before --from. Swap the two times.") }
        if datum != nil, near == nil { throw ValidationError("--datum needs --near.") }
    }

    func run(_ client: DaemonClient) async throws {
        var request = RequestFields()
        request.set("number", number.text)
        request.set("category", category)
        request.set("startedAt", from)
        request.set("endedAt", to)
        request.set("lat", near?.latitude)
        request.set("lon", near?.longitude)
        request.set("datum", datum?.rawValue)
        request.set("address", address)
        request.set("grid", grid)
        request.set("text", text)
        request.set("unit", unit)
        // Read first: an incident must not be posted without the picture that was meant to go with it.
        let pictures = try screenshot.map { try FilePieces(URL(filePath: $0)) { _, _ in } }
        let incident = try await client.send(.POST, "/api/v1/incidents", [], request.json)
        for picture in pictures {
            try await client.upload(picture, "/api/v1/incidents/\(number)/screenshots", [], type: "application/octet-stream") { _ in }
        }
        let added = pictures.isEmpty ? "" : ", with " + Quantity.count(pictures.count, "picture")
        try show(incident) { style in
            ["Incident \(number) is posted\(added)."] + IncidentReport.record(incident, style) + ["", "Next: caselight find --incident \(number)"]
        }
    }
}

struct IncidentList: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List incidents, the newest first.",
        discussion: """
            Example:
              caselight incident list --state posted --from 2026-03-01T00:00:00+08:00
            """)

    @Option(help: "Where they stand on the board.")
    var state: IncidentState?

    @Option(help: ArgumentHelp("Of this category.", valueName: "text"))
    var category: String?

    @Option(help: ArgumentHelp("In this grid.", valueName: "code"))
    var grid: String?

    @Option(help: ArgumentHelp("That ended after it.", valueName: "time"), transform: ArgumentForm.time)
    var from: WallTime?

    @Option(help: ArgumentHelp("That began before it.", valueName: "time"), transform: ArgumentForm.time)
    var to: WallTime?

    @Option(help: ArgumentHelp("In the number, the address or the text.", valueName: "text"))
    var text: String?

    @Option(help: ArgumentHelp("Of this police unit.", valueName: "text"))
    var unit: String?

    @Option(help: ArgumentHelp("That this account works on.", valueName: "name"))
    var claimedBy: String?

    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit = 50

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run(_ client: DaemonClient) async throws {
        let query: Query = [
            ("state", state?.rawValue), ("category", category), ("grid", grid), ("from", from?.rfc3339()), ("to", to?.rfc3339()),
            ("text", text), ("unit", unit), ("claimedBy", claimedBy),
        ]
        let (document, hasMore) = try await pages(client, "/api/v1/incidents", query, named: "incidents", limit: limit)
        try show(document) { IncidentReport.table(document["incidents"].list, hasMore: hasMore, $0) }
    }
}

struct IncidentShow: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show an incident and the clips tied to it.",
        discussion: """
            Example:
              caselight incident show A2026-0302-17
            """)

    @Argument(help: "The incident's number.", transform: ArgumentForm.number)
    var number: IncidentNumber

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let incident = try await client.get("/api/v1/incidents/\(number)")
        let links = try await client.get("/api/v1/incidents/\(number)/links")["links"]
        let steps = try await client.get("/api/v1/incidents/\(number)/timeline", [("limit", "1000")])["steps"]
        var document = incident.fields
        document["links"] = links
        document["steps"] = steps
        try show(.object(document)) { IncidentReport.full(incident, links: links.list, steps: steps.list, $0) }
    }
}

struct IncidentImport: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take in many incidents from a list: CSV, JSON or JSON lines.",
        discussion: """
            All or none, unless --skip-bad-rows. Columns with well-known names are found; --map names the others.

            Example:
              caselight incident import incidents.csv --zone Asia/Shanghai --map number:CASE_NO
            """)

    @Argument(help: ArgumentHelp("The list.", valueName: "file"), completion: .file())
    var file: String

    @Option(help: ArgumentHelp("The zone of times that name none: +08:00, Asia/Shanghai.", valueName: "zone"))
    var zone: String?

    @OptionGroup var rows: RowListOptions
    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        try await ListImport(
            client: client, session: session, path: "/api/v1/incidents/import", query: rows.query + [("zone", zone)],
            noun: ("incident", "incidents")
        ).run(file: file)
    }
}
