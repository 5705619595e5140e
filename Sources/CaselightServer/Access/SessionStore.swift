import CaselightModel
import Crypto
import Foundation
import Synchronization

/// Browsers that are signed in and hold a cookie for it.
///
/// Safe from any thread: a dictionary behind a mutex, held for look-ups only. In memory, so a restart signs everybody out.
final class SessionStore: Sendable {
    static let cookieName = "caselight_session"

    private struct Session {
        let account: AccountName
        var lastUsedAt: WallTime
    }

    private let countLimit: Int
    private let idleLimit: Microseconds
    private let clock: any WallClock
    /// By the SHA-256 of their ids: what a memory dump shows opens nothing.
    private let sessions = Mutex<[SHA256Digest: Session]>([:])

    init(countLimit: Int, idleSeconds: Int, clock: any WallClock) {
        self.countLimit = countLimit
        idleLimit = .seconds(Int64(idleSeconds))
        self.clock = clock
    }

    /// A new session's id. Past the limit the one idle longest is signed out.
    func open(for account: AccountName) -> String {
        var generator = SystemRandomNumberGenerator()
        let id = (0..<4).map { _ in RunID(generator.next()).description }.joined()
        let now = clock.now()
        sessions.withLock { sessions in
            sessions = sessions.filter { isFresh($0.value, now) }
            if sessions.count >= countLimit, let oldest = sessions.min(by: { $0.value.lastUsedAt < $1.value.lastUsedAt }) {
                sessions[oldest.key] = nil
                ServerMetrics.limitReached("sessions")
            }
            sessions[Self.key(id)] = Session(account: account, lastUsedAt: now)
        }
        return id
    }

    /// Whose session it is; `nil` where it has ended. Using it keeps it alive.
    func use(_ id: String) -> AccountName? {
        let (key, now) = (Self.key(id), clock.now())
        return sessions.withLock { sessions in
            guard let session = sessions[key], isFresh(session, now) else {
                sessions[key] = nil
                return nil
            }
            sessions[key]?.lastUsedAt = max(now, session.lastUsedAt)
            return session.account
        }
    }

    func close(_ id: String) {
        let key = Self.key(id)
        sessions.withLock { $0[key] = nil }
    }

    func closeAll(of account: AccountName) { sessions.withLock { sessions in sessions = sessions.filter { $0.value.account != account } } }

    var count: Int { sessions.withLock { $0.count } }

    private func isFresh(_ session: Session, _ now: WallTime) -> Bool { now - session.lastUsedAt <= idleLimit }

    private static func key(_ id: String) -> SHA256Digest { SHA256.hash(data: Data(id.utf8)) }
}
