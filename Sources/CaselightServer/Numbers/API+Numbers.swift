import CaselightModel
import CaselightQuery
import CaselightStore

/// What the numbers are made of, as the routes and the page ask for it.
extension API {
    /// Whoever posts incidents or works on them, and who answers for both. Who keeps cameras alone has no business with incidents.
    static let caseNumberReaders = AccessRule.roles([.investigator, .dispatcher, .auditor, .admin])
    /// Whoever searches footage, keeps it, or answers for that it is there; who only posts incidents is told nothing of footage.
    static let completenessReaders = AccessRule.roles([.investigator, .cameraAdmin, .auditor, .admin])

    func numbersQuestion(_ call: Call, months: Int? = nil) throws -> NumbersQuestion {
        try NumbersQuestion(call.query, months: months, now: services.clock.now(), zone: LocalZone(settings.zone), limits: limits)
    }

    func completenessQuestion(_ call: Call) throws -> NumbersQuestion {
        try NumbersQuestion.completeness(call.query, now: services.clock.now(), zone: LocalZone(settings.zone), limits: limits)
    }

    /// The clocks of the incidents that somebody may know of.
    func caseClocks(_ question: NumbersQuestion, for principal: Principal) async throws -> [CaseClock] {
        let filter = IncidentFilter(grid: question.grid, scope: principal.scope, postedBy: principal.account.name)
        let limit = limits.numbersIncidentCount
        let found = try await board.caseClocks(filter, postedOrClosedIn: question.span, limit: limit + 1)
        guard found.count <= limit else {
            ServerMetrics.limitReached("numbersIncidents")
            throw CaselightError(
                .tooLarge, "count incidents", because: "there are more than \(limit) in this time", remedy: "Ask for a shorter one, or for a grid.")
        }
        return found
    }

    // MARK: Cameras

    /// Feeds by state, as of now; a camera without a feed is in none.
    struct FeedCounts: Encodable {
        let at: WallTime
        /// Cameras in service that have a feed.
        let cameraCount: Int
        /// Those that record.
        let online: Int
        let counts: [String: Int]
    }

    func feedCounts(for principal: Principal) async throws -> FeedCounts {
        let known: Set<CameraCode>? = principal.scope == .all ? nil : Set(try await allCameras(CameraFilter(scope: principal.scope)).map(\.code))
        var counts = Dictionary(uniqueKeysWithValues: FeedStatus.State.allCases.map { ($0.rawValue, 0) })
        for feed in await services.feeds.statuses() where known?.contains(feed.camera) ?? true { counts[feed.state.rawValue, default: 0] += 1 }
        return FeedCounts(
            at: services.clock.now(), cameraCount: counts.values.reduce(0, +), online: counts[FeedStatus.State.recording.rawValue] ?? 0,
            counts: counts)
    }

    func allCameras(_ filter: CameraFilter, limit: Int = .max) async throws -> [Camera] {
        let pageSize = 1000
        var (cameras, last): ([Camera], CameraCode?) = ([], nil)
        repeat {
            let page = try await records.cameras(filter, after: last, limit: pageSize)
            cameras += page
            last = page.count < pageSize || cameras.count >= limit ? nil : page.last?.code
        } while last != nil
        return cameras
    }

    // MARK: Completeness

    struct Completeness: Sendable {
        let days: [CivilPeriod]
        let cameras: [CameraCompleteness]
        /// Cameras with a feed that were not asked, past the limit: those last in the order of codes.
        let isCut: Bool
    }

    /// The log is told first, as of every strip of a camera.
    func completeness(_ question: NumbersQuestion, _ call: Call) async throws -> Completeness {
        let span = question.span
        let days = question.zone.days(span)
        guard days.count <= limits.completenessDayCount else {
            throw CaselightError(
                .tooLarge, "tell how complete cameras are", because: "the time has more than \(limits.completenessDayCount) days",
                remedy: "Ask for a shorter one.")
        }
        let scope = try call.principal().scope
        let found = try await allCameras(CameraFilter(grid: question.grid, scope: scope), limit: limits.completenessCameraCount * 2)
            .filter { $0.feed != nil }
        let asked = Array(found.prefix(limits.completenessCameraCount))
        try await consultations.allow(.search, call, span: span, detail: "completeness of \(asked.count) cameras")
        return Completeness(
            days: days, cameras: try await search.completeness(of: asked, days: days), isCut: found.count > asked.count)
    }
}
