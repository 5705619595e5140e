import CaselightModel
import CaselightQuery
import CaselightStore

/// What was kept for an incident: clips tied to it, footage held for it, and packages made of it.
struct IncidentEvidence: Sendable {
    struct LinkRow: Sendable {
        let id, camera, role, from, to, by, note: String
        let isEvidence: Bool
    }

    struct HoldRow: Sendable {
        let id, camera, from, to, reason, by, state, tone: String
        /// What its holder may do: ask for its release, or approve what another asked.
        let mayAsk, mayApprove: Bool
    }

    struct ExportRow: Sendable {
        let id, reason, by, at, state, tone: String
        /// Of the package, where it is ready.
        let size, sha256: String?
        let isUnderWay: Bool
    }

    let links: [LinkRow]
    let holds: [HoldRow]
    let holdsInWords: String
    let exports: [ExportRow]
    let hasLinks, hasHolds, hasExports, mayExport: Bool
}

extension API {
    /// As many as a page lists; the API lists on.
    private static let evidenceCount = 200

    func evidence(of number: IncidentNumber, for principal: Principal, _ viewer: Viewer) async throws -> IncidentEvidence {
        let links = try await search.links(of: number, in: principal.scope)
        var holds: [Hold] = []
        for hold in try await services.holds.holds(of: number, camera: nil, after: nil, limit: Self.evidenceCount)
        where try await gate.knows(hold.camera, principal) { holds.append(hold) }
        var exports: [ExportOrder] = []
        for order in try await services.cases.exports(of: number, limit: Self.evidenceCount) where try await knows(order, principal) {
            exports.append(order)
        }
        let now = services.clock.now()
        let inForce = holds.filter { $0.isInForce(at: now) }.count
        return IncidentEvidence(
            links: links.map { Self.row(of: $0, viewer) }, holds: holds.map { Self.row(of: $0, at: now, principal.account.name, viewer) },
            holdsInWords: viewer.say("holdsInWords", ["count": "\(inForce)"]), exports: exports.map { Self.row(of: $0, viewer) },
            hasLinks: !links.isEmpty, hasHolds: !holds.isEmpty, hasExports: !exports.isEmpty,
            mayExport: links.contains { $0.role != .nothingSeen })
    }

    private static func row(of link: ClipLink, _ viewer: Viewer) -> IncidentEvidence.LinkRow {
        IncidentEvidence.LinkRow(
            id: "\(link.id)", camera: link.camera.text, role: viewer.say(oneOf: "role", link.role.rawValue), from: link.span.start.rfc3339(),
            to: link.span.end.rfc3339(), by: link.linkedBy?.text ?? "", note: link.note, isEvidence: link.role != .nothingSeen)
    }

    private static func row(of hold: Hold, at now: WallTime, _ asker: AccountName, _ viewer: Viewer) -> IncidentEvidence.HoldRow {
        let isInForce = hold.isInForce(at: now)
        let asked = hold.release.map { $0.approvedAt == nil } ?? false
        let state: String
        if let release = hold.release {
            let values = ["name": (release.approvedBy ?? release.requestedBy).text, "reason": release.reason]
            state = asked ? viewer.say("releaseAsked", values) : viewer.say("releasedBy", values)
        } else {
            state = isInForce ? viewer.say("inForce") : viewer.say("lapsed")
        }
        return IncidentEvidence.HoldRow(
            id: hold.id, camera: hold.camera.text, from: hold.span.start.rfc3339(), to: hold.span.end.rfc3339(), reason: hold.reason,
            by: hold.placedBy.text, state: state, tone: asked ? "warn" : isInForce ? "good" : "off", mayAsk: isInForce && hold.release == nil,
            mayApprove: asked && hold.release?.requestedBy != asker)
    }

    private static func row(of order: ExportOrder, _ viewer: Viewer) -> IncidentEvidence.ExportRow {
        let tones: [ExportState: String] = [.waiting: "info", .running: "info", .ready: "good", .failed: "bad", .expired: "off"]
        let word = viewer.say(oneOf: "export", order.state.rawValue)
        return IncidentEvidence.ExportRow(
            id: order.id, reason: order.reason, by: order.requestedBy.text, at: order.requestedAt.rfc3339(),
            state: order.failure.map { "\(word): \($0)" } ?? word, tone: tones[order.state] ?? "off",
            size: order.state == .ready ? order.byteCount.map { "\(($0 + 99_999) / 100_000 * 100_000 / 1_000_000) MB" } : nil,
            sha256: order.state == .ready ? order.sha256 : nil, isUnderWay: !order.state.isOver)
    }
}
