import CaselightModel
import GRDB

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Copies by SQLite's online backup interface, from a connection that only reads: safe beside the one process that writes, which goes on
/// writing meanwhile. The copy is what was committed at one moment.
extension SQLiteFile {
    /// Copies the database at `path` into a new file, which is whole in itself, checked, and on disk once this returns. Blocks.
    ///
    /// Of any schema up to ours, so that a copy can be made before an upgrade.
    /// - Returns: the copy's size in bytes.
    /// - Throws: `notFound`; `duplicate` where something stands at `target`; `damagedDatabase`, `diskFull`, `diskFailed`, `busy`,
    ///   `newerSchema`. What was begun is removed again.
    static func backUp(_ path: String, _ form: SQLiteForm, to target: String) throws(CaselightError) -> Int64 {
        let operation = "back up \(name(of: path)) to \(target)"
        try checkIsThere(path, operation)
        var status = stat()
        guard lstat(target, &status) != 0 else { throw existing(operation) }
        let part = target + ".part"
        removeParts(part)
        do {
            try createEmpty(part, operation)
            try copy(path, form, to: part, operation)
            return try finish(part, as: target, operation)
        } catch {
            removeParts(part)
            throw error
        }
    }

    private static func copy(_ path: String, _ form: SQLiteForm, to part: String, _ operation: String) throws(CaselightError) {
        do {
            var reading = configuration(label: name(of: path))
            reading.readonly = true
            let source = try DatabaseQueue(path: path, configuration: reading)
            _ = try knownSchema(source, name: name(of: path), form)
            let copy = try DatabaseQueue(path: part, configuration: copying)
            // All pages in one step, and so of one moment.
            try source.unsafeRead { db in try copy.writeWithoutTransaction { try db.backup(to: $0) } }
            try source.close()
            try copy.writeWithoutTransaction { db in
                // The copy says of itself that it has a log, as its source does.
                try db.execute(sql: "PRAGMA journal_mode = DELETE")
                let said = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") ?? ""
                guard said == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: said) }
            }
            try copy.close()
        } catch {
            let isOfTarget = [.SQLITE_FULL, .SQLITE_IOERR].contains((error as? DatabaseError)?.resultCode)
            throw StoreFailure.error(error, doing: operation, path: isOfTarget ? part : path, remedy: form.remedy)
        }
    }

    /// Durable at the end, and thrown away before: nothing is pressed to disk on the way.
    private static var copying: Configuration {
        var configuration = Configuration()
        configuration.label = "backup"
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF") }
        return configuration
    }
}

extension SQLiteRecordStore {
    /// Copies a `records.db` that another process may be writing into a new file of mode 0640: one file, checked, and on disk once this
    /// returns. Secrets in it stay sealed. Blocks; for a command.
    ///
    /// - Returns: the copy's size in bytes.
    /// - Throws: `CaselightError`: `notFound`, `duplicate` where something stands at `target`, `damagedDatabase`, `diskFull`, `diskFailed`.
    public static func backup(of path: String, to target: String) throws(CaselightError) -> Int64 {
        // Copying takes no step of the schema, and so seals nothing.
        try SQLiteFile.backUp(path, .records(SecretSealer(.random())), to: target)
    }

    /// Copies this store's file, as `backup(of:to:)` does; reads and writes go on.
    public func backup(to target: String) async throws -> Int64 {
        try await withTaskExecutorPreference(ReadLane.shared) { try Self.backup(of: file.path, to: target) }
    }
}

extension SQLiteFootageIndex {
    /// Copies an `index.db` that another process may be writing, as `SQLiteRecordStore.backup(of:to:)` does. Blocks; for a command.
    public static func backup(of path: String, to target: String) throws(CaselightError) -> Int64 {
        try SQLiteFile.backUp(path, .index, to: target)
    }

    /// Copies this index's file; reads and writes go on.
    public func backup(to target: String) async throws -> Int64 {
        try await withTaskExecutorPreference(ReadLane.shared) { try Self.backup(of: file.path, to: target) }
    }
}

extension SQLiteLogStore {
    /// Copies a `log.db` that another process may be writing, as `SQLiteRecordStore.backup(of:to:)` does: the log up to some entry, and
    /// the viewings under way. Blocks; for a command.
    public static func backup(of path: String, to target: String) throws(CaselightError) -> Int64 {
        try SQLiteFile.backUp(path, .log, to: target)
    }

    /// Copies this log's file; reads and writes go on.
    public func backup(to target: String) async throws -> Int64 {
        try await withTaskExecutorPreference(ReadLane.shared) { try Self.backup(of: file.path, to: target) }
    }
}

// MARK: - The file

private func createEmpty(_ part: String, _ operation: String) throws(CaselightError) {
    let descriptor = open(part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, SQLiteFile.fileMode)
    guard descriptor >= 0 else { throw StoreFailure.systemError(errno, doing: operation, path: part) }
    // The mode as it is meant, whatever the umask took off it.
    fchmod(descriptor, SQLiteFile.fileMode)
    close(descriptor)
}

/// Presses the copy to disk and gives it its name, which nothing else must have got meanwhile.
private func finish(_ part: String, as target: String, _ operation: String) throws(CaselightError) -> Int64 {
    let descriptor = open(part, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StoreFailure.systemError(errno, doing: operation, path: part) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, fsync(descriptor) == 0 else {
        throw StoreFailure.systemError(errno, doing: operation, path: part)
    }
    guard link(part, target) == 0 else {
        throw errno == EEXIST ? existing(operation) : StoreFailure.systemError(errno, doing: operation, path: target)
    }
    unlink(part)
    try DurableFile.syncFolder(of: target, doing: operation)
    return Int64(status.st_size)
}

private func removeParts(_ part: String) {
    for suffix in ["", "-journal", "-wal", "-shm"] { unlink(part + suffix) }
}

private func existing(_ operation: String) -> CaselightError {
    CaselightError(.duplicate, operation, because: "something stands at that path", remedy: "Choose another name, or move it away.")
}
