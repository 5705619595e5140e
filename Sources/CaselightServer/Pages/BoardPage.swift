import CaselightModel
import CaselightStore
import Hummingbird

extension API {
    var boardPages: [Route] {
        [
            page(
                "/", Self.boardReaders, query: ["unit", "category", "grid", "mine"], template: "board", fragments: ["board-columns"], boardPage),
            page("/new-incident", .roles([.dispatcher]), template: "incident-form", newIncidentPage),
        ]
    }

    /// More open incidents than anybody can look at; the page says where it ends.
    private static let openCount = 500
    private static let closedCount = 50

    private struct Column {
        let state, label: String
        let count: String
        let isCut: Bool
        let cards: [IncidentCard]
    }

    private func boardPage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        let (query, principal) = (call.query, try call.principal())
        // Read first: what happens while the incidents are read is told again, and lost never.
        let lastStep = try await board.lastStepID()
        let isMine = try query.flag("mine") ?? false
        var columns: [Column] = []
        for state in IncidentState.allCases {
            let limit = state == .closed ? Self.closedCount : Self.openCount
            let filter = IncidentFilter(
                state: state, category: query.text("category"), grid: query.text("grid"), unit: query.text("unit"),
                claimedBy: isMine ? principal.account.name : nil, scope: principal.scope, postedBy: principal.account.name)
            let found = try await records.incidents(filter, after: nil, limit: limit + 1)
            let cards = found.prefix(limit).map { IncidentCard($0, principal) }
            columns.append(
                Column(
                    state: state.rawValue, label: viewer.say(oneOf: "incidentState", state.rawValue),
                    count: found.count > limit ? "\(limit)+" : "\(found.count)", isCut: found.count > limit, cards: cards))
        }
        return Page(
            viewer.say("navBoard"),
            [
                "columns": columns, "unit": query.text("unit") ?? "", "category": query.text("category") ?? "", "grid": query.text("grid") ?? "",
                "isMine": isMine, "lastStep": "\(lastStep)", "mayPost": principal.has(.dispatcher), "mayClaim": principal.has(.investigator),
            ])
    }

    private func newIncidentPage(_ call: Call, _ viewer: Viewer) async throws -> Page {
        Page(viewer.say("newIncident"), ["unit": try call.principal().account.unit, "hasMap": LeafletFiles.isInstalled])
    }
}

/// An incident on the board.
struct IncidentCard: Sendable {
    let number, category, address, text, unit, postedAt, steppedAt: String
    let claimedBy: String?
    let isMine: Bool
    let mayBeClaimed: Bool

    private static let textCount = 160

    init(_ incident: Incident, _ principal: Principal) {
        number = incident.number.text
        category = incident.category
        address = incident.address
        text = incident.text.count > Self.textCount ? incident.text.prefix(Self.textCount) + "…" : incident.text
        unit = incident.unit
        postedAt = incident.postedAt.rfc3339()
        steppedAt = incident.steppedAt.rfc3339()
        claimedBy = incident.claimedBy?.text
        isMine = incident.claimedBy == principal.account.name
        mayBeClaimed = incident.state == .posted && principal.has(.investigator)
    }
}
