import ArgumentParser
import CaselightModel
import NIOHTTP1

struct LinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Tie clips to an incident, with what they show.",
        discussion: """
            Example:
              caselight link --incident A2026-0302-17 --camera gate-3 --from 2026-03-02T07:02:10+08:00 \\
                --to 2026-03-02T07:03:00+08:00 --role event
            """,
        subcommands: [LinkAdd.self, LinkList.self, LinkRemove.self], defaultSubcommand: LinkAdd.self)
}

struct LinkAdd: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Tie a clip to an incident.",
        discussion: """
            Example, a clip that was watched and shows nothing:
              caselight link --incident A2026-0302-17 --camera gate-3 --from 2026-03-02T07:00:00+08:00 \\
                --to 2026-03-02T07:10:00+08:00 --role nothingSeen
            """)

    @Option(help: ArgumentHelp("The incident.", valueName: "number"), transform: ArgumentForm.number)
    var incident: IncidentNumber

    @Option(help: ArgumentHelp("The camera.", valueName: "code"), transform: ArgumentForm.code)
    var camera: CameraCode

    @Option(help: ArgumentHelp("Where the clip begins.", valueName: "time"), transform: ArgumentForm.time)
    var from: WallTime

    @Option(help: ArgumentHelp("Where it ends.", valueName: "time"), transform: ArgumentForm.time)
    var to: WallTime

    @Option(help: "What it shows.")
    var role: LinkRole

    @Option(help: ArgumentHelp("What is to be seen.", valueName: "text"))
    var note: String?

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if to <= from { throw ValidationError("--to is at or before --from. Swap the two times.") }
    }

    func run(_ client: DaemonClient) async throws {
        var request = RequestFields()
        request.set("camera", camera.text)
        request.set("startedAt", from)
        request.set("endedAt", to)
        request.set("role", role.rawValue)
        request.set("note", note)
        let link = try await client.send(.POST, "/api/v1/incidents/\(incident)/links", [], request.json)
        try show(link) { style in
            ["Link \(link["id"].whole ?? 0) ties \(camera) to incident \(incident) as \(role.rawValue)."]
                + (link["held"].isNull ? [] : HoldReport.placed(link["held"], style))
        }
    }
}

struct LinkList: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the clips tied to an incident.",
        discussion: """
            Example:
              caselight link list A2026-0302-17
            """)

    @Argument(help: "The incident's number.", transform: ArgumentForm.number)
    var number: IncidentNumber

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let document = try await client.get("/api/v1/incidents/\(number)/links")
        let links = document["links"].list
        try show(document) { links.isEmpty ? ["No clips are tied to incident \(number) yet."] : IncidentReport.linkTable(links, $0) }
    }
}

struct LinkRemove: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Untie a clip from an incident. The footage stays.",
        discussion: """
            Example:
              caselight link remove A2026-0302-17 4
            """)

    @Argument(help: "The incident's number.", transform: ArgumentForm.number)
    var number: IncidentNumber

    @Argument(help: "The link's id, as 'caselight link list' shows it.")
    var id: Int64

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        try await client.send(.DELETE, "/api/v1/incidents/\(number)/links/\(id)")
        try show(.object(["id": .whole(id), "incident": .text(number.text), "isRemoved": .flag(true)])) { _ in
            ["Link \(id) of incident \(number) is removed."]
        }
    }
}
