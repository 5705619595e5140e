import CaselightModel
import CaselightStore
import Logging

extension IngestService {
    private static let pageSize = 1000
    /// Between two first attempts, where there are few.
    private static let startInterval: Duration = .milliseconds(30)
    /// How far back the end of a camera's last footage is looked for.
    private static let lookBack: Microseconds = .days(7)

    /// Begins every registered feed: on the board and with its gap noted at once, connecting one after another.
    func startFeeds() async throws {
        try await outages.load()
        var cameras: [Camera] = []
        while true {
            let page = try await records.cameras(CameraFilter(), after: cameras.last?.code, limit: Self.pageSize)
            cameras += page
            guard page.count == Self.pageSize else { break }
        }
        let fed = cameras.filter { $0.feed != nil }
        let covered = await noteStart(of: fed)
        // Those that recorded last go first: who was dead already may wait.
        let enabled = fed.filter(\.isEnabled).sorted { covered[$0.code] ?? .distantPast > covered[$1.code] ?? .distantPast }
        let interval = min(Self.startInterval, settings.connectSpread / max(1, enabled.count))
        for (order, camera) in enabled.enumerated() { await supervise(camera, after: interval * order) }
    }

    /// Begins the feed of a camera that was registered or changed.
    func begin(_ camera: Camera) async {
        let now = clock.now()
        guard camera.isEnabled else {
            board.enter(.disabled, camera.code, at: now)
            await outages.open(disabledOutage(of: camera, at: now))
            return
        }
        // A camera registered this moment waits for its first footage since then.
        let isNew = now - camera.createdAt < .seconds(10)
        await outages.openUnlessOpen([
            Outage(camera: camera.code, startedAt: isNew ? camera.createdAt : now, endedAt: nil, cause: .feedLost, detail: "connecting")
        ])
        await supervise(camera, after: .zero)
    }

    /// Why a disabled feed is not recorded.
    var gapOfDisabled: (cause: GapCause, detail: String) { (.disabled, "the feed is disabled") }

    /// Why a removed camera is not recorded in the moment before its removal was noted.
    var gapOfRemoved: (cause: GapCause, detail: String) { (.notRegistered, "the camera was removed") }

    private func supervise(_ camera: Camera, after delay: Duration) async {
        guard let feed = camera.feed else { return }
        let credentials: FeedCredentials?
        do {
            credentials = feed.hasCredentials ? try await records.credentials(of: camera.code) : nil
        } catch {
            logger.error("\(error)", metadata: ["camera": "\(camera.code)"])
            credentials = nil
        }
        let plan = FeedSupervisor.Plan(camera: camera.code, feed: feed, credentials: credentials, policy: camera.policy)
        let supervisor = FeedSupervisor(plan, surroundings)
        supervisors[camera.code] = supervisor
        await supervisor.start(after: delay)
    }

    /// From here until the first footage there is a gap, and this is why.
    ///
    /// - Returns: until when the cameras were recorded before.
    private func noteStart(of cameras: [Camera]) async -> [CameraCode: WallTime] {
        let now = clock.now()
        let earliest = now - Self.lookBack
        let covered = await lastCovered(cameras.filter(\.isEnabled).map(\.code), since: earliest)
        await outages.openUnlessOpen(cameras.filter(\.isEnabled).map { camera in
            let since = covered[camera.code] ?? max(camera.createdAt, earliest)
            return Outage(
                camera: camera.code, startedAt: min(since, now), endedAt: nil, cause: .restart, detail: "caselightd was not running")
        })
        for camera in cameras where !camera.isEnabled {
            board.enter(.disabled, camera.code, at: now)
            await outages.open(disabledOutage(of: camera, at: now))
        }
        return covered
    }

    private func disabledOutage(of camera: Camera, at now: WallTime) -> Outage {
        Outage(camera: camera.code, startedAt: now, endedAt: nil, cause: gapOfDisabled.cause, detail: gapOfDisabled.detail)
    }
}
