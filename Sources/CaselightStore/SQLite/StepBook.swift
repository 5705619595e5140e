import CaselightModel
import GRDB
import Synchronization

/// Writes steps beside what they tell of, and tells of them once they are on disk.
final class StepBook: Sendable {
    private let listeners = Mutex<[Int: AsyncStream<Void>.Continuation]>([:])
    private let nextListener = Atomic<Int>(0)

    /// Within the transaction of what the step tells of. - Returns: its id.
    @discardableResult
    func add(_ step: CaseStep, _ db: Database) throws -> Int64 {
        try db.run(
            """
            INSERT INTO steps (incident_id, kind, at_us, account, camera_code, started_at_us, ended_at_us, object, text)
            SELECT id, ?, ?, ?, ?, ?, ?, ?, ? FROM incidents WHERE number = ?
            """,
            [
                step.kind.rawValue, step.at.microseconds, step.by?.text, step.camera?.text, step.span?.start.microseconds,
                step.span?.end.microseconds, step.object, step.text, step.incident.text,
            ])
        guard db.changesCount > 0 else {
            throw SQLiteRecordStore.unknownIncident(step.incident, "note what was done for incident '\(step.incident)'")
        }
        let id = db.lastInsertedRowID
        if step.kind.isWork {
            try db.run(
                "UPDATE incidents SET stepped_at_us = max(stepped_at_us, ?) WHERE number = ?", [step.at.microseconds, step.incident.text])
        }
        tellAfter(db)
        return id
    }

    /// Wakes whoever waits for news, once the transaction is on disk.
    func tellAfter(_ db: Database) { db.afterNextTransaction { [self] _ in tell() } }

    func news() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let key = nextListener.add(1, ordering: .relaxed).newValue
        listeners.withLock { $0[key] = continuation }
        continuation.onTermination = { [weak self] _ in _ = self?.listeners.withLock { $0.removeValue(forKey: key) } }
        return stream
    }

    private func tell() {
        for listener in listeners.withLock({ Array($0.values) }) { listener.yield() }
    }
}
