import ArgumentParser
import CaselightModel
import Foundation
import NIOHTTP1

struct HoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold", abstract: "Keep footage past retention; let it go again with a second person.",
        discussion: """
            Example:
              caselight hold --camera gate-3 --from 2026-03-02T06:58:00+08:00 --to 2026-03-02T07:01:00+08:00 \\
                --incident A2026-0302-17 --reason 'asked for by the prosecutor'
            """,
        subcommands: [HoldAdd.self, HoldList.self, HoldRelease.self, HoldApprove.self], defaultSubcommand: HoldAdd.self)
}

struct HoldAdd: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Keep a camera's footage of a time.",
        discussion: """
            Example:
              caselight hold --camera gate-3 --from 2026-03-02T06:58:00+08:00 --to 2026-03-02T07:01:00+08:00 --reason 'traffic inquiry'
            """)

    @Option(help: ArgumentHelp("The camera.", valueName: "code"), transform: ArgumentForm.code)
    var camera: CameraCode

    @Option(help: ArgumentHelp("From this time on.", valueName: "time"), transform: ArgumentForm.time)
    var from: WallTime

    @Option(help: ArgumentHelp("Until this time.", valueName: "time"), transform: ArgumentForm.time)
    var to: WallTime

    @Option(help: ArgumentHelp("The incident that needs it.", valueName: "number"), transform: ArgumentForm.number)
    var incident: IncidentNumber?

    @Option(help: ArgumentHelp("Why; it stands in the log.", valueName: "text"))
    var reason: String

    @OptionGroup var session: SessionOptions

    func validate() throws {
        if to <= from { throw ValidationError("--to is at or before --from. Swap the two times.") }
    }

    func run(_ client: DaemonClient) async throws {
        var request = RequestFields()
        request.set("camera", camera.text)
        request.set("startedAt", from)
        request.set("endedAt", to)
        request.set("incident", incident?.text)
        request.set("reason", reason)
        let placed = try await client.send(.POST, "/api/v1/holds", [], request.json)
        try show(placed) { HoldReport.placed(placed, $0) }
    }
}

struct HoldList: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List holds, ended ones included.",
        discussion: """
            Example:
              caselight hold list --incident A2026-0302-17
            """)

    @Option(help: ArgumentHelp("Only this incident's.", valueName: "number"), transform: ArgumentForm.number)
    var incident: IncidentNumber?

    @Option(help: ArgumentHelp("Only this camera's.", valueName: "code"), transform: ArgumentForm.code)
    var camera: CameraCode?

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let (document, _) = try await pages(
            client, "/api/v1/holds", [("incident", incident?.text), ("camera", camera?.text)], named: "holds", limit: nil)
        let holds = document["holds"].list
        try show(document) { holds.isEmpty ? ["There are no holds."] : HoldReport.table(holds, $0) }
    }
}

struct HoldRelease: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "release", abstract: "Ask for a hold's release. The hold goes on until somebody else approves.",
        discussion: """
            Example:
              caselight hold release 5f0c2a91b3d4e6f7 --reason 'the case was dropped'
            """)

    @Argument(help: "The hold's id.")
    var id: String

    @Option(help: ArgumentHelp("Why; it stands in the log.", valueName: "text"))
    var reason: String

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        var request = RequestFields()
        request.set("reason", reason)
        let hold = try await client.send(.POST, "/api/v1/holds/\(DaemonAddress.encoded(id))/release", [], request.json)
        try show(hold) { _ in ["Release of hold \(id) is asked for. Somebody else approves it: caselight hold approve \(id)"] }
    }
}

struct HoldApprove: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Release a hold that somebody else asked to release.",
        discussion: """
            Example:
              caselight hold approve 5f0c2a91b3d4e6f7
            """)

    @Argument(help: "The hold's id.")
    var id: String

    @OptionGroup var session: SessionOptions

    func run(_ client: DaemonClient) async throws {
        let hold = try await client.send(.POST, "/api/v1/holds/\(DaemonAddress.encoded(id))/approve")
        try show(hold) { _ in ["Hold \(id) is released: its footage is under retention again."] }
    }
}

/// Holds for people to read.
enum HoldReport {
    static func placed(_ placed: JSON, _ style: ShowStyle) -> [String] {
        let hold = placed["hold"]
        let files = Quantity.count(placed["segmentCount"].whole ?? 0, "file")
        let bytes = Quantity.bytes(placed["byteCount"].number ?? 0)
        var lines = [style.heading("Hold \(hold["id"].text ?? "") keeps \(files), \(bytes), of camera \(hold["camera"].text ?? "").")]
        for (name, words) in [("expired", "was recorded and is gone already"), ("missing", "has no footage")] {
            for span in placed[name].list.compactMap(\.span) { lines.append("  \(style.times.sentence(span)) \(words)") }
        }
        return lines
    }

    static func table(_ holds: [JSON], _ style: ShowStyle) -> [String] {
        var table = Table([.left("ID"), .left("CAMERA"), .left("FOOTAGE OF"), .left("INCIDENT"), .left("STATE"), .flexible("REASON")])
        for hold in holds {
            table.add([
                .init(hold["id"].text), .init(hold["camera"].text), .init(hold.span.map { style.times.short($0, on: nil) }),
                .init(hold["incident"].text), .init(state(hold, style)), .init(hold["reason"].text),
            ])
        }
        return table.lines(style.terminal)
    }

    private static func state(_ hold: JSON, _ style: ShowStyle) -> String {
        let release = hold["release"]
        if let approver = release["approvedBy"].text { return "released by \(approver)" }
        if let asker = release["requestedBy"].text { return "release asked by \(asker)" }
        guard let end = hold["endsAt"].time else { return "held" }
        return "held until \(style.times.full(end))"
    }
}
