import CaselightModel
import Logging
import Metrics

/// Brings each camera's footage into step once after a start: before anything new is recorded or imported for it, and not before the
/// daemon is ready. With thousands of cameras that takes a minute, and nobody waits for it but the camera itself.
actor StartRecovery {
    private static let attemptCount = 3

    private let recovery: Recovery
    private let clock: any WallClock
    private let logger: Logger
    /// What a crash left open, as the index knew it at the start.
    private var open: [CameraCode: [Segment]] = [:]
    private var tasks: [CameraCode: Task<Void, Never>] = [:]
    private var isInStep = false
    private let remainingGauge = Gauge(label: "caselight_cameras_to_recover")

    init(_ recovery: Recovery, clock: any WallClock, logger: Logger) {
        self.recovery = recovery
        self.clock = clock
        self.logger = logger
    }

    /// To be called before anything is recorded.
    func begin() async throws {
        open = Dictionary(grouping: try await recovery.openSegments(), by: \.camera)
        if !open.isEmpty { logger.notice("\(open.values.joined().count) segments were left open; each is closed before its camera's feed is opened") }
    }

    /// Says that there is nothing to do: the index has just been rebuilt from the archive.
    func skip() { isInStep = true }

    /// Returns when the camera's footage is in step.
    func finish(_ camera: CameraCode) async {
        guard !isInStep else { return }
        if tasks[camera] == nil {
            let left = open.removeValue(forKey: camera) ?? []
            tasks[camera] = Task { await self.run(camera, left) }
        }
        await tasks[camera]?.value
    }

    /// Goes through every camera that has footage or something open, also those that have no feed any more.
    func finishAll() async {
        guard !isInStep else { return }
        do {
            let cameras = Set(try await recovery.camerasInArchive()).union(open.keys).sorted { $0.text < $1.text }
            var remainingCount = cameras.count
            for camera in cameras {
                guard !Task.isCancelled else { return }
                remainingGauge.record(remainingCount)
                await finish(camera)
                remainingCount -= 1
            }
            remainingGauge.record(0)
            isInStep = true
            tasks = [:]
        } catch {
            logger.error("\(error)")
        }
    }

    private func run(_ camera: CameraCode, _ left: [Segment]) async {
        for attempt in 1...Self.attemptCount {
            do {
                return try await recovery.recover(camera, open: left, at: clock.now())
            } catch {
                logger.error("\(error)", metadata: ["camera": "\(camera)", "attempt": "\(attempt)"])
                try? await Task.sleep(for: .seconds(attempt))
            }
        }
        logger.critical("the footage of camera '\(camera)' could not be brought into step with the index; the next start tries again")
    }
}
