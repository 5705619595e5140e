import ArgumentParser
import CaselightArchive
import CaselightEvidence
import CaselightLog
import CaselightIngest
import CaselightModel
import CaselightStore
import Foundation

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies the databases while the daemon goes on, and lists the archive's files.",
        discussion: """
            Makes a new folder with records.db, log.db and what belongs to it, and the SHA-256 of every closed file of the archive. The copy \
            of the log is read and held against its checkpoints. The footage itself, whose files never change, is copied with rsync; the \
            key of the secrets is kept apart.
            Example: caselightd backup /var/backups/caselight/2026-03-02
            """)

    @OptionGroup var options: SettingsOptions
    @Argument(help: "The folder to make; the daemon's user must be allowed to.", completion: .directory) var folder: String

    func run() async throws {
        try await reporting {
            let settings = try await options.read()
            try Parts.checkRecordsAreThere(settings)
            let target = BackupFolder(path: URL(filePath: folder).path)
            try Parts.becomeOwner(of: settings.statePath)
            try target.make()
            do {
                print(try await Backup(settings: settings, target: target).take())
            } catch {
                target.removeUnfinished()
                throw error
            }
        }
    }
}

/// A backup being taken.
struct Backup {
    let settings: Settings
    let target: BackupFolder

    private struct Begin: Encodable { let folder: String }
    private struct Begun: Decodable { let checkpoint: String }

    /// - Returns: what was done, a line each.
    ///
    /// The order matters: whatever the records have is in the log that is copied after them, and so is what was signed before.
    func take() async throws -> String {
        let checkpoint = try await begin()
        var names = [BackupFolder.records, BackupFolder.log, BackupFolder.archive]
        if try target.copyIn(settings.signingKeysPath, as: BackupFolder.keys) { names.append(BackupFolder.keys) }
        if try target.copyIn(settings.log.checkpointPath, as: BackupFolder.checkpoints) { names.append(BackupFolder.checkpoints) }
        _ = try SQLiteRecordStore.backup(of: settings.recordsPath, to: target.file(BackupFolder.records))
        _ = try SQLiteLogStore.backup(of: settings.logPath, to: target.file(BackupFolder.log))
        let verdict = try await verifiedLog(checkpoint)
        let listed = try await listArchive()
        let manifest = BackupFolder.Manifest(
            createdAt: SystemWallClock().now(), software: CaselightVersion.current, origin: checkpoint.checkpoint.origin,
            entryCount: verdict.count, root: verdict.root.hex, files: try names.sorted().map(target.digest))
        try target.seal(manifest)
        return """
            \(target.path): records, and a log of \(verdict.count) entries in which every checkpoint holds, \(verdict.checkpoints.count) in all; \
            \(listed.fileCount) closed files of the archive listed, \(listed.openCount) still being written.
            The key of the secrets, \(settings.keyFile.path), is not in it: keep a copy of it elsewhere.
            """
    }

    /// Enters the backup in the log. - Returns: a checkpoint over it, which the copy must contain.
    private func begin() async throws -> SignedCheckpoint {
        if let daemon = LocalDaemon(settings) {
            let answer = try await daemon.send("POST", "/api/v1/backups", Begin(folder: target.path))
            return try SignedCheckpoint(note: try JSONDecoder().decode(Begun.self, from: answer).checkpoint)
        }
        let clock = SystemWallClock()
        let parts = try await Parts.open(settings, clock: clock)
        let opened = try await OpenedLog.open(settings, records: parts.records, clock: clock)
        try await opened.book.append(LoggedAct(.backup, by: .machine, outcome: .allowed, object: target.path))
        let checkpoint = try await opened.book.checkpoint()
        await opened.book.close()
        try opened.store.close()
        return checkpoint
    }

    private func verifiedLog(_ checkpoint: SignedCheckpoint) async throws -> LogVerdict {
        let path = target.file(BackupFolder.log)
        let store = try SQLiteLogStore.openForReading(path: path)
        defer { for suffix in ["-wal", "-shm"] { unlink(path + suffix) } }
        let known = try CheckpointFile(path: target.file(BackupFolder.checkpoints)).all()
        let verdict = try await LogInspection.verify(
            store, checkpoints: known.contains(checkpoint) ? known : known + [checkpoint],
            keys: try PublicKeyFile(path: target.file(BackupFolder.keys)).keys(), origin: checkpoint.checkpoint.origin)
        try store.close()
        guard verdict.isIntact else {
            throw CaselightError(
                .evidenceBroken, "take a backup", because: "the consultation log does not hold: \(verdict.problem ?? "")",
                remedy: "Keep log.db and the checkpoint file as they are, for the inquiry; caselight log verify tells more.")
        }
        return verdict
    }

    private func listArchive() async throws -> (fileCount: Int, openCount: Int) {
        let index = try SQLiteFootageIndex.openForReading(path: settings.indexPath)
        let records = try SQLiteRecordStore.openForReading(path: settings.recordsPath, sealer: SecretSealer(.random()))
        let archive = try Archive.openForReading(path: settings.ingest.archivePath, knownVolumes: try await records.volumes())
        return try await ArchiveList(index: index, archive: archive).write(to: target.file(BackupFolder.archive))
    }
}
