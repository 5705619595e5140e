import CaselightArchive
import CaselightModel
import CaselightStore
import HTTPTypes
import Hummingbird

extension API {
    var statusRoutes: [Route] { [Route(.get, "/api/v1/status", .signedIn, handler: status)] }

    private struct StatusReply: Encodable {
        let version: String
        let at: WallTime
        let isReady: Bool
        let problems: [ReadinessProblem]
        var cameraCount: Int
        /// Of the whole installation, and so for those alone who may know of all of it; the same holds for footage and archive.
        var incidentCount: Int?
        /// By state; states that no feed is in are there too, with 0.
        let feedCounts: [String: Int]
        var footage: FootageStatistics?
        var archive: ArchiveSpace?
    }

    private struct ArchiveSpace: Encodable {
        let volume: String
        let freeBytes: Int64
        let totalBytes: Int64
    }

    private func status(_ call: Call) async throws -> Response {
        let scope = try call.principal().scope
        let known = scope == .all ? nil : try await codes(in: scope)
        var counts = Dictionary(uniqueKeysWithValues: FeedStatus.State.allCases.map { ($0.rawValue, 0) })
        for feed in await services.feeds.statuses() where known?.contains(feed.camera) ?? true { counts[feed.state.rawValue, default: 0] += 1 }
        let problems = await services.readiness()
        var reply = StatusReply(
            version: settings.version, at: services.clock.now(), isReady: problems.isEmpty, problems: problems,
            cameraCount: known?.count ?? 0, feedCounts: counts)
        if known == nil {
            reply.cameraCount = try await records.cameraCount()
            reply.incidentCount = try await records.incidentCount()
            reply.footage = try await index.statistics()
            reply.archive = try space()
        }
        return try JSONReply.response(reply)
    }

    private func space() throws -> ArchiveSpace {
        let space = try services.archive.space()
        return ArchiveSpace(volume: services.archive.volumeID, freeBytes: space.freeBytes, totalBytes: space.totalBytes)
    }

    private static var pageSize: Int { 1000 }

    private func codes(in scope: CameraScope) async throws -> Set<CameraCode> {
        var (codes, last) = (Set<CameraCode>(), CameraCode?.none)
        repeat {
            let page = try await records.cameras(CameraFilter(scope: scope), after: last, limit: Self.pageSize)
            codes.formUnion(page.map(\.code))
            last = page.count < Self.pageSize ? nil : page.last?.code
        } while last != nil
        return codes
    }
}
