import CaselightModel
import CaselightStore
import Logging
import Metrics
import Synchronization

/// What a request had written into the consultation log so far.
final class ActBook: Sendable {
    private let acts = Mutex<[LoggedAct]>([])

    func add(_ act: LoggedAct) { acts.withLock { $0.append(act) } }
    var all: [LoggedAct] { acts.withLock { $0 } }
}

/// Writes down who does what, and for what, before it is done.
struct Consultations: Sendable {
    let log: any ConsultationLog
    let logger: Logger
    private let strangers = StrangerLimit()

    init(log: any ConsultationLog, logger: Logger) {
        self.log = log
        self.logger = logger
    }

    /// Returns once the entry survives a power cut; what throws here must not be done.
    ///
    /// - Throws: `logUnwritable`.
    func allow(
        _ action: LogAction, _ call: Call, camera: CameraCode? = nil, span: TimeSpan? = nil, incident: IncidentNumber? = nil,
        purpose: String? = nil, object: String? = nil, detail: String? = nil
    ) async throws(CaselightError) {
        var act = LoggedAct(
            action, by: call.actor, camera: camera, span: span, incident: incident ?? call.disclosure?.incident,
            purpose: purpose ?? call.disclosure?.purpose, object: object, detail: detail)
        act.outcome = .allowed
        try await log.append(act)
        call.acts.add(act)
        ServerMetrics.consultations.increment()
    }

    /// What was allowed and then failed is said in a second entry.
    func failed(_ acts: [LoggedAct], _ error: any Error) async {
        guard !acts.isEmpty else { return }
        let known = error as? CaselightError ?? (error as? DetailedError)?.error
        let cause = known?.code.rawValue ?? "internalFailure"
        let failed = acts.map { act in
            var act = act
            act.outcome = .failed
            act.detail = cause
            return act
        }
        do { try await log.append(failed) } catch { logger.critical("\(error)") }
    }

    /// A refused attempt. It is refused whether or not this can be written.
    func refused(_ act: LoggedAct) async {
        ServerMetrics.refusedConsultations.increment()
        if act.actor.who == ReservedName.nobody.rawValue, !strangers.admits(act.actor.address ?? "") { return }
        var act = act
        act.outcome = .refused
        do { try await log.append(act) } catch { logger.critical("\(error)") }
    }
}

/// Who has no account can be refused as often as he likes; the log takes only so many entries of it from one address a minute.
private final class StrangerLimit: Sendable {
    private static let countLimit = 20
    private static let addressLimit = 10_000

    private struct Minute {
        var startedAt: ContinuousClock.Instant
        var count: Int
    }

    private let minutes = Mutex<[String: Minute]>([:])

    func admits(_ address: String) -> Bool {
        let now = ContinuousClock.now
        let isAdmitted = minutes.withLock { minutes in
            if minutes.count >= Self.addressLimit { minutes = minutes.filter { now - $0.value.startedAt < .seconds(60) } }
            guard minutes.count < Self.addressLimit || minutes[address] != nil else { return false }
            var minute = minutes[address] ?? Minute(startedAt: now, count: 0)
            if now - minute.startedAt >= .seconds(60) { minute = Minute(startedAt: now, count: 0) }
            minute.count += 1
            minutes[address] = minute
            return minute.count <= Self.countLimit
        }
        if !isAdmitted { ServerMetrics.limitReached("strangersLogged") }
        return isAdmitted
    }
}
