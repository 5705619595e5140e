internal import CaselightModel
internal import CaselightStore

/// Sees to it that what is exported stays: a hold for each clip, before anything of it is read.
struct HoldStep {
    let order: ExportOrder
    let services: ExportServices

    private static let pageSize = 1000

    func run() async throws {
        var held = try await held()
        for clip in order.clips where !held.contains(HeldClip(clip)) {
            held.insert(HeldClip(clip))
            let hold = Hold(
                id: Hold.randomID(), camera: clip.camera, span: clip.span, incident: order.incident, origin: .export, originID: order.id,
                reason: order.reason, placedBy: order.requestedBy, placedAt: services.clock.now())
            try await services.log.append(
                LoggedAct(
                    .hold, by: .daemon, camera: clip.camera, span: clip.span, incident: order.incident, purpose: order.reason,
                    object: hold.id, detail: "for export \(order.id), which \(order.requestedBy) asked for"))
            _ = try await services.holds.place(hold)
        }
    }

    /// What a first attempt, before a restart, has held already.
    private func held() async throws -> Set<HeldClip> {
        var (held, after): (Set<HeldClip>, String?) = ([], nil)
        while true {
            let page = try await services.holds.holds(of: order.incident, camera: nil, after: after, limit: Self.pageSize)
            let now = services.clock.now()
            for hold in page where hold.originID == order.id && hold.origin == .export && hold.isInForce(at: now) {
                held.insert(HeldClip(camera: hold.camera, span: hold.span))
            }
            guard page.count == Self.pageSize, let last = page.last else { return held }
            after = last.id
        }
    }

    private struct HeldClip: Hashable {
        let camera: CameraCode
        let span: TimeSpan

        init(camera: CameraCode, span: TimeSpan) { (self.camera, self.span) = (camera, span) }
        init(_ clip: ExportClip) { self.init(camera: clip.camera, span: clip.span) }
    }
}
