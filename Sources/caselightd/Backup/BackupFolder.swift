import CaselightEvidence
import CaselightModel
import CaselightStore
import Crypto
import Foundation

/// A copy of the databases, in a folder of its own.
///
/// ```text
/// records.db        cameras, incidents, links, holds, accounts; secrets in it stay sealed, and their key is not here
/// log.db            the consultation log
/// checkpoints.txt   what was signed over it            signing-keys.pem   and with which keys
/// archive.sha256    the archive's files, as sha256sum -c reads it
/// backup.json       this: written last, so that a copy without it is none
/// ```
struct BackupFolder {
    static let records = "records.db"
    static let log = "log.db"
    static let checkpoints = "checkpoints.txt"
    static let keys = "signing-keys.pem"
    static let archive = "archive.sha256"
    private static let manifest = "backup.json"

    let path: String

    /// What the copy is, and what each file of it was.
    struct Manifest: Codable {
        struct File: Codable {
            var name: String
            var byteCount: Int64
            /// Lower-case hexadecimal.
            var sha256: String
        }

        var format = 1
        var createdAt: WallTime
        var software: String
        /// As the log's checkpoints name the installation.
        var origin: String
        /// Of the log.
        var entryCount: Int64
        /// The log's Merkle tree hash (RFC 6962), lower-case hexadecimal.
        var root: String
        var files: [File]
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes the folder. - Throws: `duplicate` where something stands there, `diskFull`, `diskFailed`.
    func make() throws(CaselightError) {
        guard mkdir(path, 0o750) == 0 else {
            throw Self.failure(
                errno, "make the folder \(path)", remedy: "Name a folder that is not there yet, in one that the daemon's user may write to.")
        }
    }

    func removeUnfinished() { try? FileManager.default.removeItem(atPath: path) }

    /// Writes what makes the copy whole. - Throws: `diskFull`, `diskFailed`.
    func seal(_ manifest: Manifest) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try write(try encoder.encode(manifest) + Data("\n".utf8), as: Self.manifest)
    }

    /// Reads what the copy is, and holds every file of it against that.
    ///
    /// - Throws: `notFound`, `evidenceBroken` with the file that is not what it was, `newerSchema` for a later form.
    func opened() throws -> Manifest {
        guard let data = FileManager.default.contents(atPath: file(Self.manifest)) else {
            throw CaselightError(
                .notFound, "read the backup \(path)", because: "there is no file \(Self.manifest), or it may not be read",
                remedy: "An interrupted backup has none: take another.")
        }
        guard let manifest = try? JSONDecoder().decode(Manifest.self, from: data) else {
            throw broken("\(Self.manifest) is damaged")
        }
        guard manifest.format == 1 else {
            throw CaselightError(.newerSchema, "read the backup \(path)", because: "it is of form \(manifest.format), and this program knows form 1")
        }
        for name in [Self.records, Self.log, Self.archive] where !manifest.files.contains(where: { $0.name == name }) {
            throw broken("\(name) is not in it")
        }
        for kept in manifest.files {
            let found = try? digest(of: kept.name)
            guard let found else { throw broken("\(kept.name) is missing, or cannot be read") }
            guard found.sha256 == kept.sha256 else { throw broken("\(kept.name) is not what it was when the backup was taken") }
        }
        return manifest
    }

    func digest(of name: String) throws -> Manifest.File {
        let input = try FileHandle(forReadingFrom: URL(filePath: file(name)))
        defer { try? input.close() }
        var (hash, count) = (SHA256(), Int64(0))
        while let piece = try input.read(upToCount: 1 << 20), !piece.isEmpty {
            hash.update(data: piece)
            count += Int64(piece.count)
        }
        return Manifest.File(name: name, byteCount: count, sha256: HexText.text(hash.finalize()))
    }

    /// Copies a file that may grow meanwhile; one that is not there is left out. - Returns: whether there was one.
    func copyIn(_ source: String, as name: String) throws -> Bool {
        guard FileManager.default.fileExists(atPath: source) else { return false }
        guard let data = FileManager.default.contents(atPath: source) else {
            throw CaselightError(.diskFailed, "copy \(source)", because: "it may not be read")
        }
        try write(data, as: name)
        return true
    }

    private func write(_ data: Data, as name: String) throws {
        try DurableFile.put([UInt8](data), at: file(name), mode: 0o640, replacing: false, doing: "write \(file(name))")
    }

    private func broken(_ cause: String) -> CaselightError {
        CaselightError(.evidenceBroken, "restore from \(path)", because: cause, remedy: "Take another backup. Nothing was changed.")
    }

    static func failure(_ code: Int32, _ operation: String, remedy: String = "") -> CaselightError {
        let kind: CaselightError.Code = code == ENOSPC || code == EDQUOT ? .diskFull : code == EEXIST ? .duplicate : .diskFailed
        return CaselightError(kind, operation, because: String(cString: strerror(code)), remedy: remedy)
    }
}
