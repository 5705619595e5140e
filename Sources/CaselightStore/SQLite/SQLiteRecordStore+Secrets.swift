import CaselightModel
import Foundation
import GRDB
import Synchronization

/// The installation's own secrets, and the keys that seal all of them.
extension SQLiteRecordStore {
    /// `nil` where none is kept under the name.
    ///
    /// - Throws: `CaselightError`: `invalidConfiguration` where the key that sealed it is missing, `damagedDatabase` where it does not fit.
    public func secret(named name: String) async throws -> [UInt8]? {
        let sealed = try await file.readOnce("read the secret '\(name)'") { db in
            try db.first("SELECT sealed FROM secrets WHERE name = ?", [name]) { try $0.bytes(0) }
        }
        return try sealed.map { bytes throws(CaselightError) in try sealer.withLock { $0 }.open(bytes, of: .installation(name)) }
    }

    /// Keeps a secret, sealed, in the place of the one of its name.
    public func setSecret(_ secret: [UInt8], named name: String) async throws {
        let operation = "keep the secret '\(name)'"
        try checkText(name, operation: operation)
        try await file.write(operation) { [self] db in
            try db.run(
                "INSERT INTO secrets (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
                [name, Data(try sealer.withLock { $0 }.seal(secret, of: .installation(name)))])
        }
    }

    /// What cannot be read for want of a key, as errors name it; empty where all is well.
    public func unreadableSecrets() async throws -> [String] {
        let sealer = sealer.withLock { $0 }
        return try await file.read("look through the secrets") { db in
            try Self.secrets(db).filter { !sealer.hasKey(of: $0.sealed) }.map { $0.owner.text }
        }
    }

    /// Drops what cannot be read for want of a key that is lost for good. Nothing else is touched.
    ///
    /// - Returns: what was dropped, as errors name it.
    public func forgetUnreadableSecrets() async throws -> [String] {
        let sealer = sealer.withLock { $0 }
        return try await file.write("forget the secrets whose key is lost") { db in
            let lost = try Self.secrets(db).filter { !sealer.hasKey(of: $0.sealed) }
            for secret in lost {
                switch secret.row {
                case .camera(let id): try db.run("DELETE FROM sealed_credentials WHERE camera_id = ?", [id])
                case .name(let name): try db.run("DELETE FROM secrets WHERE name = ?", [name])
                }
            }
            return lost.map { $0.owner.text }
        }
    }
}

// MARK: - Rotation

extension SQLiteRecordStore {
    /// Seals everything anew with a new key, kept in `file` beside the others until nothing needs them.
    ///
    /// May be cut short at any point and begun again: first the file has the new key and the old ones, then the records are sealed with
    /// the new one, then the file has the new one alone.
    /// - Returns: how many secrets were sealed anew.
    /// - Throws: `CaselightError`, and nothing is lost: `invalidConfiguration` for a secret whose key is missing, `forbidden` where systemd
    ///   hands the keys over, and what the disk says.
    public func rotateSecrets(keptIn file: SecretKeyFile) async throws -> Int {
        try await withTaskExecutorPreference(ReadLane.shared) {
            let keys = try file.keys().withNewKey()
            try file.replace(with: keys)
            let count = try await rotateSecrets(to: keys)
            try file.replace(with: keys.newestOnly)
            return count
        }
    }

    /// Seals everything anew with the newest of `keys`, in one durable write, and wipes what stood there before.
    ///
    /// - Parameter keys: kept on disk already, so that what is sealed from now on can be read after a crash.
    /// - Returns: how many secrets were sealed anew. - Throws: as `rotateSecrets(keptIn:)`; then all stays as it was.
    public func rotateSecrets(to keys: SecretKeys) async throws -> Int {
        let operation = "seal the secrets with a new key"
        let new = sealer.withLock { sealer in
            // From here on what is read may be of either key, also by those who asked a moment ago.
            sealer = SecretSealer(keys.followed(by: sealer.keys))
            return sealer
        }
        let count = try await file.write(operation) { db in
            let secrets = try Self.secrets(db).filter { !new.isOfNewestKey($0.sealed) }
            for secret in secrets {
                let sealed = Data(try new.seal(try new.open(secret.sealed, of: secret.owner), of: secret.owner))
                switch secret.row {
                case .camera(let id): try db.run("UPDATE sealed_credentials SET sealed = ? WHERE camera_id = ?", [sealed, id])
                case .name(let name): try db.run("UPDATE secrets SET sealed = ? WHERE name = ?", [sealed, name])
                }
            }
            if !secrets.isEmpty { try SQLiteFile.markRemains(db) }
            return secrets.count
        }
        try await file.wipeRemains(operation)
        return count
    }

    private enum SecretRow {
        case camera(Int64)
        case name(String)
    }

    private typealias StoredSecret = (row: SecretRow, owner: SecretSealer.Owner, sealed: [UInt8])

    private static func secrets(_ db: Database) throws -> [StoredSecret] {
        let credentials = try db.all(
            "SELECT s.camera_id, c.code, s.sealed FROM sealed_credentials s JOIN cameras c ON c.id = s.camera_id ORDER BY c.code"
        ) { row -> StoredSecret in (.camera(row[0]), .camera(try row.code(1)), try row.bytes(2)) }
        return credentials
            + (try db.all("SELECT name, sealed FROM secrets ORDER BY name") { row -> StoredSecret in
                (.name(row[0]), .installation(row[0]), try row.bytes(1))
            })
    }
}
