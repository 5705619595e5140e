import CaselightModel
import Foundation
import GRDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// An open database file: one connection writes and alone checkpoints, a few others only read.
///
/// That split is what keeps clear of SQLite's WAL-reset bug (3.7.0 to 3.51.2), which needs two connections that write or
/// checkpoint. Every statement runs on GRDB's writing queue or on a thread of `ReadLane`, never on Swift's cooperative pool.
final class SQLiteFile: Sendable {
    static let readerCount = 4
    static let busyTimeoutSeconds = 5.0
    /// The writer checkpoints when the log reaches it: 4 MB.
    static let checkpointPageCount = 1000
    /// What the log's file is cut back to after a checkpoint.
    static let logByteLimit = 64 << 20
    static let cacheKilobytes = 16_384
    static let fileMode: mode_t = 0o640

    let path: String
    /// Whether this opening gave the file its first schema.
    let isNew: Bool
    let pool: DatabasePool
    /// Whether this process only looks at a file that another one may be writing.
    private let isReadOnly: Bool
    private let remedy: String

    var name: String { Self.name(of: path) }

    static func name(of path: String) -> String { String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]) }

    /// Opens the file, makes it where it is missing, and brings its schema up to date.
    ///
    /// - Throws: `newerSchema`, `damagedDatabase`, `diskFull`, `diskFailed`, `busy`.
    init(path: String, form: SQLiteForm) throws(CaselightError) {
        self.path = path
        isReadOnly = false
        remedy = form.remedy
        let name = Self.name(of: path)
        do {
            try createFile(at: path, form)
            pool = try DatabasePool(path: path, configuration: Self.configuration(label: name))
            try pool.writeWithoutTransaction { try Self.prepareWriter($0, form) }
            isNew = try Self.knownSchema(pool, name: name, form) == 0
            try Self.migrator(form, isNew: isNew).migrate(pool)
            try Self.wipeRemainsIfPossible(pool)
        } catch {
            throw StoreFailure.error(error, doing: "open \(name)", path: path, remedy: form.remedy)
        }
    }

    /// Opens a file that another process may be writing, to read it: no connection of this process writes, checkpoints, or brings the
    /// schema up to date.
    ///
    /// - Throws: `notFound`, `conflict` for an older schema, and as `init(path:form:)`.
    init(forReading path: String, form: SQLiteForm) throws(CaselightError) {
        self.path = path
        (isReadOnly, isNew) = (true, false)
        remedy = form.remedy
        let name = Self.name(of: path)
        try Self.checkIsThere(path, "read \(name)")
        do {
            var configuration = Self.configuration(label: name)
            configuration.readonly = true
            pool = try DatabasePool(path: path, configuration: configuration)
            let schema = try Self.knownSchema(pool, name: name, form)
            guard schema == form.newestSchema else {
                throw CaselightError(
                    .conflict, "read \(name)", because: "it is at schema \(schema), and this caselightd reads schema \(form.newestSchema)",
                    remedy: "Start this caselightd once: that brings the file up to date.")
            }
        } catch {
            throw StoreFailure.error(error, doing: "read \(name)", path: path, remedy: form.remedy)
        }
    }

    /// Runs `body` in a transaction that holds once this returns.
    ///
    /// Cancelling the task does not undo it: what was begun is finished, so that the caller knows where it stands.
    func write<T: Sendable>(
        _ operation: @autoclosure @escaping @Sendable () -> String, _ body: @escaping @Sendable (Database) throws -> T
    ) async throws(CaselightError) -> T {
        let result: Result<T, CaselightError> = await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { db in
                let result = Result {
                    var value: T?
                    try db.inTransaction(.immediate) {
                        value = try body(db)
                        return .commit
                    }
                    guard let value else { throw DatabaseError(message: "the transaction gave no value") }
                    return value
                }
                continuation.resume(returning: result.mapError { self.failure($0, operation()) })
            }
        }
        return try result.get()
    }

    /// Runs `body` on one snapshot of the database.
    func read<T: Sendable>(
        _ operation: @autoclosure () -> String, _ body: @Sendable (Database) throws -> T
    ) async throws(CaselightError) -> T {
        do {
            return try await withTaskExecutorPreference(ReadLane.shared) {
                try Task.checkCancellation()
                return try snapshot(body)
            }
        } catch {
            throw failure(error, operation())
        }
    }

    /// Runs `body`, of one statement only, which is a snapshot by itself: saves opening and closing a transaction.
    func readOnce<T: Sendable>(
        _ operation: @autoclosure () -> String, _ body: @Sendable (Database) throws -> T
    ) async throws(CaselightError) -> T {
        do {
            return try await withTaskExecutorPreference(ReadLane.shared) {
                try Task.checkCancellation()
                return try connection(body)
            }
        } catch {
            throw failure(error, operation())
        }
    }

    // Blocking; to be called on the lane's threads alone.
    private func snapshot<T>(_ body: (Database) throws -> T) throws -> T { try pool.read(body) }
    private func connection<T>(_ body: (Database) throws -> T) throws -> T { try pool.unsafeRead(body) }

    /// Empties the log into the database and closes every connection; later calls fail.
    func close() throws(CaselightError) {
        do {
            // Readers hold no snapshot between calls, so the log can be emptied; where one does, it stays for the next start.
            if !isReadOnly { _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) } }
            try pool.close()
        } catch {
            throw failure(error, "close \(name)")
        }
    }

    func failure(_ error: any Error, _ operation: String) -> CaselightError {
        StoreFailure.error(error, doing: operation, path: path, remedy: remedy)
    }
}

// MARK: - Opening

extension SQLiteFile {
    static func configuration(label: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = label
        configuration.foreignKeysEnabled = true
        configuration.busyMode = .timeout(busyTimeoutSeconds)
        configuration.maximumReaderCount = readerCount
        configuration.persistentReadOnlyConnections = true
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -\(cacheKilobytes); PRAGMA temp_store = MEMORY")
            if db.configuration.readonly {
                try db.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = ON")
            }
        }
        return configuration
    }

    /// GRDB sets `synchronous` to NORMAL when it turns the log on, after `prepareDatabase`; so ours is set here and read back.
    private static func prepareWriter(_ db: Database, _ form: SQLiteForm) throws {
        try db.execute(
            sql: """
                PRAGMA synchronous = \(form.synchronous.rawValue);
                PRAGMA wal_autocheckpoint = \(checkpointPageCount);
                PRAGMA journal_size_limit = \(logByteLimit);
                """)
        // Credentials are wiped where they stood; the index has none, and wiping costs.
        try db.execute(sql: "PRAGMA secure_delete = \(form.isRebuildable ? "OFF" : "ON")")
        let inForce = try Int.fetchOne(db, sql: "PRAGMA synchronous")
        guard inForce == form.synchronous.rawValue else {
            throw DatabaseError(message: "synchronous is \(inForce ?? -1) and should be \(form.synchronous.rawValue)")
        }
    }

    static func checkIsThere(_ path: String, _ operation: String) throws(CaselightError) {
        var status = stat()
        guard stat(path, &status) != 0 else { return }
        guard errno == ENOENT else { throw StoreFailure.systemError(errno, doing: operation, path: path) }
        throw CaselightError(.notFound, operation, because: "there is no file \(path)", remedy: "Check the path in the configuration.")
    }

    /// The schema the file is at; 0 for an empty one.
    static func knownSchema(_ reader: some DatabaseReader, name: String, _ form: SQLiteForm) throws -> Int {
        let (id, tables, steps) = try reader.read { db in
            let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            let hasSteps = tables.contains("grdb_migrations")
            return (
                try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0, tables,
                hasSteps ? try String.fetchAll(db, sql: "SELECT identifier FROM grdb_migrations") : []
            )
        }
        // A first start that was cut short leaves an empty table of steps.
        guard id == form.applicationID || tables.allSatisfy({ $0.hasPrefix("grdb_") }) else {
            throw CaselightError(
                .damagedDatabase, "open \(name)", because: "the file is another program's database, or another of ours",
                remedy: "Check the path in the configuration.")
        }
        let schema = steps.compactMap { Int($0.prefix { $0.isNumber }) }.max() ?? 0
        guard schema <= form.newestSchema else {
            throw CaselightError(
                .newerSchema, "open \(name)",
                because: "\(name) is at schema \(schema), written by a newer caselightd; this one knows up to \(form.newestSchema)",
                remedy: "Upgrade, or restore a backup.")
        }
        return schema
    }

    private static func migrator(_ form: SQLiteForm, isNew: Bool) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for (index, step) in form.steps.enumerated() {
            migrator.registerMigration("\(index + 1) \(step.name)") { db in
                try db.execute(sql: step.sql)
                try step.change?(db)
                // What a step before left to be wiped is still there.
                let leavesRemains = try step.leavesSecrets && !isNew || hasRemains(db)
                try db.execute(sql: "PRAGMA application_id = \(form.applicationID); PRAGMA user_version = \(index + 1)")
                if leavesRemains { try markRemains(db) }
            }
        }
        return migrator
    }
}

/// Makes an empty file with our mode, which SQLite's log files take over; nothing where there is one.
private func createFile(at path: String, _ form: SQLiteForm) throws(CaselightError) {
    let name = SQLiteFile.name(of: path)
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, SQLiteFile.fileMode)
    if descriptor < 0 {
        guard errno == EEXIST else { throw StoreFailure.systemError(errno, doing: "create \(name)", path: path) }
        return
    }
    // The mode as it is meant, whatever the umask took off it.
    fchmod(descriptor, SQLiteFile.fileMode)
    close(descriptor)
    var status = stat()
    guard stat(path + "-wal", &status) == 0, status.st_size > 0 else { return }
    // A log without its database. An index is rebuilt anyway; records may stand in that log and nowhere else.
    guard form.isRebuildable else {
        unlink(path)
        throw CaselightError(
            .damagedDatabase, "open \(name)", because: "the file is gone, but its log '\(name)-wal' is there", remedy: form.remedy)
    }
    unlink(path + "-wal")
    unlink(path + "-shm")
}
