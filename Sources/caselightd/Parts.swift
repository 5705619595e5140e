import CaselightArchive
import CaselightIngest
import CaselightLog
import CaselightModel
import CaselightPush
import CaselightServer
import CaselightStore
import Foundation
import Glibc
import Logging

/// The stores and the archive that every command stands on, opened in the order that keeps footage safe: records, then archive, then index.
struct Parts {
    let records: SQLiteRecordStore
    let index: SQLiteFootageIndex
    let archive: Archive

    /// - Throws: `CaselightError`: `wrongVolume` when the archive is not the one the records know, `busy` when another daemon holds it.
    ///
    /// - Parameters:
    ///   - indexPath: `nil` takes the settings'.
    ///   - adoptsArchive: takes an archive that the records do not know: the operator says that it is theirs.
    ///   - isFresh: begins with an empty index; one that stands at the path, left by an interrupted rebuild, goes.
    static func open(
        _ settings: Settings, clock: any WallClock, indexPath: String? = nil, isFresh: Bool = false, adoptsArchive: Bool = false
    ) async throws -> Parts {
        try makeFolder(settings.statePath)
        try becomeOwner(of: settings.statePath)
        try makeFolder(settings.controlPath, mode: 0o700)
        try makeFolder(settings.ingest.archivePath)
        let records = try LocalRecords.open(settings)
        let known = try await records.volumes()
        let archive = try Archive.open(path: settings.ingest.archivePath, knownVolumes: known, adopting: adoptsArchive)
        try archive.waitForFormerWorkers()
        if !known.contains(archive.volumeID) {
            try await records.addVolume(archive.volumeID, path: archive.path, at: clock.now())
        }
        let path = indexPath ?? settings.indexPath
        if isFresh { removeIndex(at: path) }
        return Parts(records: records, index: try SQLiteFootageIndex.open(path: path), archive: archive)
    }

    /// For commands that look at what is there, and must not begin something new at a path that is wrong.
    static func checkRecordsAreThere(_ settings: Settings) throws {
        guard FileManager.default.fileExists(atPath: settings.recordsPath) else {
            throw CaselightError(
                .notFound, "open the records", because: "there is no file \(settings.recordsPath), or it may not be read",
                remedy: "Is state.path right? caselightd run makes the records at its first start.")
        }
    }

    /// Puts a finished index in the place of another, at once.
    static func replaceIndex(at path: String, with finished: String) throws {
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
        guard rename(finished, path) == 0 else {
            throw CaselightError(.diskFailed, "put the new index in place at \(path)", because: String(cString: strerror(errno)))
        }
    }

    private static func removeIndex(at path: String) {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
    }

    /// What root makes here the daemon, which is another user, could not write. So whoever is root becomes the folder's owner first.
    static func becomeOwner(of path: String) throws {
        var status = stat()
        guard geteuid() == 0, stat(path, &status) == 0, status.st_uid != 0 else { return }
        guard setgroups(0, nil) == 0, setgid(status.st_gid) == 0, setuid(status.st_uid) == 0 else {
            throw CaselightError(.diskFailed, "work as the owner of \(path)", because: String(cString: strerror(errno)))
        }
    }

    static func makeFolder(_ path: String, mode: Int = 0o750) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
        } catch {
            throw CaselightError(
                .diskFailed, "make the folder \(path)", because: "\(error.localizedDescription)",
                remedy: "Check the path and who may write there.")
        }
    }
}

extension Parts {
    /// What the server stands on.
    func services(
        feeds ingest: IngestService, log: OpenedLog, holds: HoldBook, exports: any ExportDesk, deliverer: Deliverer,
        keys: KeyKeeper, clock: any WallClock
    ) -> ServerServices {
        ServerServices(
            records: records, board: records, accounts: records, book: log.book, logRows: log.store, cases: records, holds: holds, exports: exports,
            index: index, archive: archive, feeds: ingest, stills: ingest.desk,
            push: records, pushTester: deliverer, keys: keys, clock: clock,
            readiness: { [records] in
                var problems = await ingest.problems.map { ReadinessProblem(part: $0.part, detail: $0.detail) }
                do {
                    _ = try await records.cameraCount()
                } catch {
                    problems.append(ReadinessProblem(part: "records", detail: "\(error)"))
                }
                if let problem = log.book.problem { problems.append(ReadinessProblem(part: "log", detail: problem)) }
                return problems
            })
    }
}

extension Settings {
    func server() -> ServerSettings {
        var limits = ServerLimits()
        limits.uploadBytes = uploadLimitBytes
        var server = ServerSettings(host: host, port: port, socketPath: socketPath, version: CaselightVersion.current, limits: limits)
        server.retention = ingest.retention
        return server
    }
}
