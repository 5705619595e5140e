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
        let cameraCount: Int
        let incidentCount: Int
        /// By state; states that no feed is in are there too, with 0.
        let feedCounts: [String: Int]
        let footage: FootageStatistics
        let archive: ArchiveSpace
    }

    private struct ArchiveSpace: Encodable {
        let volume: String
        let freeBytes: Int64
        let totalBytes: Int64
    }

    private func status(_ call: Call) async throws -> Response {
        var counts = Dictionary(uniqueKeysWithValues: FeedStatus.State.allCases.map { ($0.rawValue, 0) })
        for feed in await services.feeds.statuses() { counts[feed.state.rawValue, default: 0] += 1 }
        let space = try services.archive.space()
        let problems = await services.readiness()
        return try JSONReply.response(StatusReply(
            version: settings.version, at: services.clock.now(), isReady: problems.isEmpty, problems: problems,
            cameraCount: try await records.cameraCount(), incidentCount: try await records.incidentCount(), feedCounts: counts,
            footage: try await index.statistics(),
            archive: ArchiveSpace(volume: services.archive.volumeID, freeBytes: space.freeBytes, totalBytes: space.totalBytes)))
    }
}
