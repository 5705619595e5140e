internal import CaselightEvidence
internal import CaselightModel
internal import CaselightStore
import Foundation
internal import Logging

/// What becomes of packages after they are made: one without a time stamp is brought to the authority again, and an old one goes, since
/// it can be made anew from what its hold keeps.
///
/// For one caller at a time, on threads that may wait for a disk.
struct PackageKeeping {
    let services: ExportServices
    let settings: ExportSettings
    let folder: ExportFolder
    /// Packages that have their time stamp, or will get none.
    private var settled: Set<String> = []

    init(_ services: ExportServices, _ settings: ExportSettings, _ folder: ExportFolder) {
        (self.services, self.settings, self.folder) = (services, settings, folder)
    }

    mutating func run() async {
        do {
            let ids = try folder.packages()
            settled.formIntersection(ids)
            for id in ids { try await look(after: id) }
        } catch {
            services.logger.warning("cannot look after the packages in '\(folder.path)': \(error)")
        }
    }

    private mutating func look(after id: String) async throws {
        guard let order = try await services.cases.export(id), order.state == .ready, let finishedAt = order.finishedAt else { return }
        let age = services.clock.now() - finishedAt
        if age > settings.keepSpan { return try await expire(order) }
        guard services.hasAuthority, !settled.contains(id) else { return }
        let isDone = try await stamp(order)
        // A day without an answer, and it goes without: the package says so since it was sealed.
        if isDone || age > settings.lateStampSpan { settled.insert(id) }
    }

    /// The entry comes first: without one nothing goes.
    private func expire(_ order: ExportOrder) async throws {
        try await services.log.append(
            LoggedAct(
                .expired, by: .daemon, outcome: .done, incident: order.incident, object: order.id,
                detail: "package of \(order.byteCount ?? 0) bytes: older than \(settings.keepSpan.value / Microseconds.days(1).value) days"))
        var expired = order
        expired.state = .expired
        try await services.cases.updateExport(expired)
        try folder.clear(order.id)
        services.logger.notice("package of export \(order.id) expired; it can be exported again", metadata: ["export": "\(order.id)"])
    }

    /// - Returns: whether it has one now.
    private func stamp(_ order: ExportOrder) async throws -> Bool {
        if folder.hasStamp(order.id) { return true }
        let sealed = try SealedManifest(ofPackage: folder.package(order.id))
        if sealed.isStamped { return true }
        let stamp = await services.timestamp(sealed.bytes)
        guard let response = stamp.response, let time = stamp.statement.time else { return false }
        try folder.publishStamp(order.id, response)
        try await services.log.append(
            LoggedAct(
                .exportFinished, by: .daemon, outcome: .done, incident: order.incident, purpose: order.reason, object: order.id,
                detail: "the time stamp came later: \(time)"))
        return true
    }
}
