import CaselightModel
import GRDB

/// Secrets that a transaction replaced still stand in the log, and in pages not yet checkpointed. A negative `user_version`, set in the
/// same transaction, says so until they are wiped, whatever happens in between.
extension SQLiteFile {
    static func markRemains(_ db: Database) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        try db.execute(sql: "PRAGMA user_version = \(-abs(version))")
    }

    static func hasRemains(_ db: Database) throws -> Bool { try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 < 0 }

    /// Writes the file anew and empties the log, where a transaction has marked remains; else does nothing. On the writer's connection,
    /// outside of a transaction.
    static func wipeRemains(_ db: Database) throws {
        guard let version = try Int.fetchOne(db, sql: "PRAGMA user_version"), version < 0 else { return }
        try db.checkpoint(.truncate)
        try db.execute(sql: "VACUUM")
        try db.checkpoint(.truncate)
        try db.execute(sql: "PRAGMA user_version = \(-version)")
    }

    /// A full disk, or another reader, is no reason not to start: the mark stays, and the next opening wipes.
    static func wipeRemainsIfPossible(_ pool: DatabasePool) throws {
        do { try pool.writeWithoutTransaction(wipeRemains) } catch let error as DatabaseError
        where [.SQLITE_FULL, .SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode) {}
    }

    /// Wipes what transactions before have marked. - Throws: `diskFull`, `busy`; the mark stays, and the next opening wipes.
    func wipeRemains(_ operation: @autoclosure @escaping @Sendable () -> String) async throws(CaselightError) {
        let result: Result<Void, CaselightError> = await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { db in
                let result = Result { try Self.wipeRemains(db) }
                continuation.resume(returning: result.mapError { self.failure($0, operation()) })
            }
        }
        try result.get()
    }
}
