import CaselightModel
import CaselightServer
import CaselightStore
import Logging
import Synchronization

/// The key that seals the secrets, as the running daemon keeps it.
final class KeyKeeper: KeyRotation {
    private let file: SecretKeyFile
    private let records: SQLiteRecordStore
    private let logger: Logger
    private let isRotating = Mutex(false)

    init(file: SecretKeyFile, records: SQLiteRecordStore, logger: Logger) {
        (self.file, self.records, self.logger) = (file, records, logger)
    }

    /// Takes up a new key that systemd hands over beside the old one, and says what cannot be read.
    func start() async throws {
        if file.isCredential {
            let keys = try file.keys()
            let count = try await records.rotateSecrets(to: keys)
            if count > 0 { logger.notice("\(count) secrets are sealed with the new key \(keys.newestID); the older ones are not needed any more") }
        }
        for secret in try await records.unreadableSecrets() {
            logger.error("\(secret) cannot be read: the key that sealed it is not in \(file.path). Add it from a backup of that file; where it is lost for good: caselightd rotate-key --lost.")
        }
    }

    func rotate() async throws -> RotatedKey {
        let operation = "give the secrets a new key"
        let isFirst = isRotating.withLock { isRotating in
            defer { isRotating = true }
            return !isRotating
        }
        // Two at once would each drop the other's key from the file.
        guard isFirst else { throw CaselightError(.busy, operation, because: "that is being done already", remedy: "Wait for it.") }
        defer { isRotating.withLock { $0 = false } }
        let count = try await records.rotateSecrets(keptIn: file)
        let id = try file.keys().newestID
        logger.notice("\(count) secrets are sealed with the new key \(id)")
        return RotatedKey(keyID: id, secretCount: count)
    }
}
