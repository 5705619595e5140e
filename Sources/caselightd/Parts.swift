import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import Logging

/// The stores and the archive that every command stands on, opened in the order that keeps footage safe: records, then archive, then index.
struct Parts {
    let records: SQLiteRecordStore
    let index: SQLiteFootageIndex
    let archive: Archive

    /// - Throws: `CaselightError`: `wrongVolume` when the archive is not the one the records know, `busy` when another daemon holds it.
    static func open(_ settings: Settings, clock: any WallClock) async throws -> Parts {
        try makeFolder(settings.statePath)
        try makeFolder(settings.ingest.archivePath)
        let records = try SQLiteRecordStore.open(path: settings.recordsPath)
        let known = try await records.volumes()
        // Records that know no volume and no camera are a first start; an archive may be adopted only then.
        let isFirstStart = try await known.isEmpty && records.cameraCount() == 0
        let archive = try Archive.open(path: settings.ingest.archivePath, knownVolumes: known, adopting: isFirstStart)
        if !known.contains(archive.volumeID) {
            try await records.addVolume(archive.volumeID, path: archive.path, at: clock.now())
        }
        return Parts(records: records, index: try SQLiteFootageIndex.open(path: settings.indexPath), archive: archive)
    }

    private static func makeFolder(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o750])
        } catch {
            throw CaselightError(
                .diskFailed, "make the folder \(path)", because: "\(error.localizedDescription)",
                remedy: "Check the path and who may write there.")
        }
    }
}
