import CaselightModel
import CaselightStore

/// The cameras one answer lists.
struct ClipPage: Sendable {
    var cameras: [CameraInRange]
    var activity: [CameraCode: ActivityProfile]
    var nextCursor: String?
}

extension FootageSearch {
    /// Cameras that stand the same are told apart by activity up to this many, such as the lenses of one mast; more go by their codes.
    private static let tieLimit = 200

    private typealias Ranked = (rank: ClipRank, camera: CameraInRange)

    /// Ranks the cameras and takes the page after `cursor`.
    func page(
        of cameras: [CameraInRange], footage: [CameraCode: CameraFootage], query: ClipQuery, after cursor: ClipCursor?
    ) async throws -> ClipPage {
        var ranked = cameras.map { camera -> Ranked in
            (ClipRank(camera, state: footage[camera.code]?.state ?? .absent, activity: 0), camera)
        }.sorted { $0.rank < $1.rank }
        var activity: [CameraCode: ActivityProfile] = [:]
        if query.includesActivity {
            ranked = Self.reach(of: query.limit, after: cursor?.last, in: ranked)
            let tied = Self.tied(ranked).filter { footage[$0]?.state ?? .absent != .absent }
            activity = try await profiles(of: tied, footage: footage, query: query)
            ranked = ranked.map { entry in
                let state = footage[entry.camera.code]?.state ?? .absent
                return (ClipRank(entry.camera, state: state, activity: activity[entry.camera.code]?.level ?? 0), entry.camera)
            }.sorted { $0.rank < $1.rank }
        }
        let rest = cursor.map { cursor in ranked.drop { $0.rank <= cursor.last } } ?? ranked[...]
        let page = rest.prefix(query.limit)
        if query.includesActivity {
            let others = page.map(\.camera.code).filter { activity[$0] == nil && footage[$0]?.spans.isEmpty == false }
            activity.merge(try await profiles(of: others, footage: footage, query: query)) { known, _ in known }
        }
        let next = page.count < rest.count ? page.last.map { ClipCursor(after: $0.rank, of: query).text } : nil
        return ClipPage(cameras: page.map { $0.camera }, activity: activity, nextCursor: next)
    }

    /// The entries that may stand on the page once activity is known, with one more group after them to tell whether another page follows.
    private static func reach(of limit: Int, after last: ClipRank?, in ranked: [Ranked]) -> [Ranked] {
        let start = last.flatMap { last in ranked.firstIndex { $0.rank.standing >= last.standing } } ?? (last == nil ? 0 : ranked.count)
        var end = start
        while end < ranked.count, ranked[end].rank.standing == ranked[start].rank.standing { end += 1 }
        end = min(ranked.count, end + limit + 1)
        while end < ranked.count, ranked[end].rank.standing == ranked[end - 1].rank.standing { end += 1 }
        return Array(ranked[start..<end])
    }

    private static func tied(_ ranked: [Ranked]) -> [CameraCode] {
        var tied: [CameraCode] = []
        var start = 0
        while start < ranked.count {
            var end = start + 1
            while end < ranked.count, ranked[end].rank.standing == ranked[start].rank.standing { end += 1 }
            if (2...tieLimit).contains(end - start) { tied += ranked[start..<end].map(\.camera.code) }
            start = end
        }
        return tied
    }

    private func profiles(
        of cameras: [CameraCode], footage: [CameraCode: CameraFootage], query: ClipQuery
    ) async throws -> [CameraCode: ActivityProfile] {
        var profiles: [CameraCode: ActivityProfile] = [:]
        for camera in cameras {
            profiles[camera] = try await profile(
                of: camera, imports: footage[camera]?.imports ?? [:], in: query.span, margin: query.wideningMargin)
        }
        return profiles
    }

    private func profile(
        of camera: CameraCode, imports: [SpanClock: Set<RunID>], in span: TimeSpan, margin: Microseconds
    ) async throws -> ActivityProfile {
        var profile = ActivityProfile()
        for (clock, segments) in try await segments(of: camera, imports: imports, around: span, margin: margin, detailed: true) {
            for segment in segments { profile.add(segment, offset: clock.offsetUs, in: span.widened(by: margin)) }
        }
        return profile
    }
}
