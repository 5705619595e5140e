import CaselightEvidence
import CaselightLog
import CaselightModel
import CaselightStore
import Foundation

/// A backup being put in place.
struct Restoration {
    let settings: Settings
    let source: BackupFolder
    let manifest: BackupFolder.Manifest
    /// Files of checkpoints that were kept elsewhere.
    let checkpoints: [String]
    let acceptsLoss: Bool
    let isKeyLost: Bool

    private static let unchanged = "Nothing was changed."

    func run() async throws {
        try await checkKey()
        let log = try await chooseLog()
        let lost = try await checkChosen(log)
        let suffix = ".before-restore-" + SystemWallClock().now().rfc3339().filter { $0.isNumber }
        if log == .backup { try put(BackupFolder.log, at: settings.logPath, asideWith: suffix) }
        try put(BackupFolder.records, at: settings.recordsPath, asideWith: suffix)
        for (name, path) in [(BackupFolder.checkpoints, settings.log.checkpointPath), (BackupFolder.keys, settings.signingKeysPath)]
        where !FileManager.default.fileExists(atPath: path) && FileManager.default.fileExists(atPath: source.file(name)) {
            try put(name, at: path, asideWith: suffix)
        }
        let forgotten = try await enter(lost)
        tell(log, forgotten, lost)
        try await ArchiveComparison(settings: settings, list: source.file(BackupFolder.archive), takenAt: manifest.createdAt).tell()
    }

    // MARK: Before anything is changed

    private enum ChosenLog { case present, backup }

    /// Secrets that nobody can open would stop the next start.
    private func checkKey() async throws {
        let file = settings.keyFile
        guard !isKeyLost, try SQLiteRecordStore.holdsSealedSecrets(path: source.file(BackupFolder.records)) else { return }
        let remedy = "Put the copy of the key file from that time there, or add its lines. Where it is lost for good: --lost-key. \(Self.unchanged)"
        guard file.isThere else {
            throw CaselightError(
                .invalidConfiguration, "restore from \(source.path)", because: "the file of the secrets' keys, \(file.path), is not there", remedy: remedy)
        }
        let records = try SQLiteRecordStore.openForReading(path: source.file(BackupFolder.records), sealer: SecretSealer(try file.keys()))
        let unreadable = try await records.unreadableSecrets()
        guard unreadable.isEmpty else {
            throw CaselightError(
                .invalidConfiguration, "restore from \(source.path)",
                because: "the key that sealed \(unreadable.count) of its secrets is not in \(file.path)", remedy: remedy)
        }
    }

    /// The longer of the two logs, where one is the beginning of the other.
    private func chooseLog() async throws -> ChosenLog {
        guard FileManager.default.fileExists(atPath: settings.logPath) else { return .backup }
        let present: LogEnd
        do {
            present = try await LogEnd(path: settings.logPath, upTo: manifest.entryCount)
        } catch let error as CaselightError {
            throw CaselightError(
                error.code, "read the consultation log \(settings.logPath)", because: error.cause,
                remedy: "Move it and its -wal and -shm files away, keep them for the inquiry, and restore again. \(Self.unchanged)")
        }
        let backup = try await LogEnd(path: source.file(BackupFolder.log), upTo: present.count)
        guard present.rootAtLimit == backup.rootAtLimit else {
            throw CaselightError(
                .evidenceBroken, "restore from \(source.path)",
                because: "its log and the one here part ways within their first \(min(present.count, backup.count)) entries: another installation's, or one of them was rewritten",
                remedy: "Hold both against a checkpoint that was kept elsewhere; move the wrong one away and keep it for the inquiry. \(Self.unchanged)")
        }
        return present.count >= backup.count ? .present : .backup
    }

    /// Holds what will be the log against every checkpoint at hand.
    ///
    /// - Returns: what does not agree, where that was accepted; one line.
    private func checkChosen(_ log: ChosenLog) async throws -> String? {
        var known: [SignedCheckpoint] = []
        var keys: [VerifyingKey] = []
        for path in [settings.signingKeysPath, source.file(BackupFolder.keys)] { keys += try PublicKeyFile(path: path).keys() }
        for path in [settings.log.checkpointPath, source.file(BackupFolder.checkpoints)] { known += try CheckpointFile(path: path).all() }
        for path in checkpoints {
            guard FileManager.default.isReadableFile(atPath: path) else {
                throw CommandFailure(text: "cannot read '\(path)': there is no such file, or it may not be read.")
            }
            let given = try CheckpointFile(path: path).all()
            guard !given.isEmpty else { throw CommandFailure(text: "cannot read a checkpoint from '\(path)': it holds no signed note.") }
            known += given
        }
        let path = log == .present ? settings.logPath : source.file(BackupFolder.log)
        let store = try SQLiteLogStore.openForReading(path: path)
        let verdict = try await LogInspection.verify(store, checkpoints: Array(Set(known)), keys: keys, origin: manifest.origin)
        try store.close()
        if log == .backup { for suffix in ["-wal", "-shm"] { unlink(path + suffix) } }
        guard verdict.isIntact || (acceptsLoss && verdict.faultCount == 0) else {
            throw CaselightError(
                .evidenceBroken, "restore from \(source.path)", because: "the log would not hold: \(verdict.problem ?? "")",
                remedy: "Look for a newer backup. Where the entries are lost for good: --accept-loss. \(Self.unchanged)")
        }
        let wrong = verdict.checkpoints.filter { $0.problem != nil }
        guard let largest = wrong.map(\.size).max() else { return nil }
        let missing = largest > verdict.count ? "\(largest - verdict.count) entries at least are lost" : "entries were replaced"
        return "\(missing): of \(verdict.checkpoints.count) checkpoints \(wrong.count) do not agree, the largest over \(largest) entries"
    }

    // MARK: In place

    /// What stood there is moved aside with its own journal; a crash leaves the one or the other.
    private func put(_ name: String, at path: String, asideWith suffix: String) throws {
        let fresh = path + ".restoring"
        unlink(fresh)
        do {
            try FileManager.default.copyItem(atPath: source.file(name), toPath: fresh)
        } catch {
            throw CaselightError(.diskFailed, "copy \(source.file(name)) to \(fresh)", because: error.localizedDescription, remedy: Self.unchanged)
        }
        let descriptor = open(fresh, O_RDWR | O_CLOEXEC)
        defer { close(descriptor) }
        guard descriptor >= 0, fchmod(descriptor, 0o640) == 0, fsync(descriptor) == 0 else {
            throw BackupFolder.failure(errno, "keep \(fresh)")
        }
        if FileManager.default.fileExists(atPath: path) {
            for part in ["-wal", "-shm", ""] where FileManager.default.fileExists(atPath: path + part) {
                guard rename(path + part, path + suffix + part) == 0 else { throw BackupFolder.failure(errno, "move \(path + part) aside") }
            }
        }
        guard rename(fresh, path) == 0 else { throw BackupFolder.failure(errno, "put \(path) in place") }
        try DurableFile.syncFolder(of: path, doing: "keep \(path)")
    }

    /// Enters the restoration in the log that is now in place. - Returns: what was given up for want of its key.
    private func enter(_ lost: String?) async throws -> [String] {
        let (records, forgotten) = isKeyLost ? try await LocalRecords.openGivingUpLostKey(settings) : (try LocalRecords.open(settings), [])
        let (parts, _) = try await OpenedLog.bookParts(settings, records: records, clock: SystemWallClock())
        _ = try await LogStart.signAnew(parts, losesEntries: acceptsLoss)
        let book = try await ConsultationBook.open(parts)
        try await book.append(
            LoggedAct(
                .restore, by: .machine, outcome: .done, object: source.path,
                detail: "as of \(manifest.createdAt.rfc3339()), when the log had \(manifest.entryCount) entries\(forgotten.isEmpty ? "" : "; \(forgotten.count) secrets given up")\(lost.map { "; LOSS ACCEPTED, \($0)" } ?? "")"))
        await book.close()
        return forgotten
    }

    private func tell(_ log: ChosenLog, _ forgotten: [String], _ lost: String?) {
        if let lost { printToStandardError("Loss accepted: \(lost). The log says so, and so does every later verification.") }
        print("Records as of \(manifest.createdAt.rfc3339()) are in place; what stood here is beside them, named ….before-restore-….")
        print(log == .present ? "The log here was kept: it goes on from the backup's \(manifest.entryCount) entries." : "The log of the backup, \(manifest.entryCount) entries, is in place.")
        for secret in forgotten { print("given up: \(secret)") }
        print("What was changed since is undone, also accounts, tokens and passwords that were revoked: caselight log list --from \(manifest.createdAt.rfc3339())")
    }
}

/// How long a log is, and what it was at a size that another one has reached too.
private struct LogEnd {
    let count: Int64
    let rootAtLimit: MerkleHash

    init(path: String, upTo limit: Int64) async throws {
        let store = try SQLiteLogStore.openForReading(path: path)
        (count, rootAtLimit) = try await LogInspection.end(of: store, rootAt: limit)
        try store.close()
    }
}
