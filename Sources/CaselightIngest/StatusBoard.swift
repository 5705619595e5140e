import CaselightModel
import Synchronization

/// What every feed is doing right now, for those who ask from other tasks.
package final class StatusBoard: Sendable {
    private let statuses = Mutex<[CameraCode: FeedStatus]>([:])

    package init() {}

    package func status(of camera: CameraCode) -> FeedStatus? { statuses.withLock { $0[camera] } }
    package func all() -> [FeedStatus] { statuses.withLock { Array($0.values) } }
    package func remove(_ camera: CameraCode) { statuses.withLock { _ = $0.removeValue(forKey: camera) } }

    /// How many feeds are in each state.
    package func counts() -> [FeedStatus.State: Int] {
        statuses.withLock { statuses in statuses.values.reduce(into: [:]) { $0[$1.state, default: 0] += 1 } }
    }

    /// Notes until when cameras' footage is in its files; nothing happens for a camera that is not on the board.
    package func reached(_ ends: some Sequence<(CameraCode?, WallTime)>) {
        statuses.withLock { statuses in
            for (camera, time) in ends { if let camera { statuses[camera]?.lastFragmentAt = time } }
        }
    }

    /// Enters a state; what was known of the stream stays until the next run.
    package func enter(_ state: FeedStatus.State, _ camera: CameraCode, at time: WallTime) {
        change(camera) { status in
            if status.state != state || status.since == .distantPast { status.since = time }
            status.state = state
            if state != .waiting { status.retryAt = nil }
        }
    }

    package func change(_ camera: CameraCode, _ body: (inout FeedStatus) -> Void) {
        statuses.withLock {
            var status = $0[camera] ?? FeedStatus(camera: camera, state: .connecting, since: .distantPast)
            body(&status)
            $0[camera] = status
        }
    }
}
