import CaselightModel
import CaselightStore
import Foundation

/// The records, opened with the keys that seal what is secret in them.
enum LocalRecords {
    /// Makes the records and their first key where there are none.
    ///
    /// - Throws: `invalidConfiguration` where the key's file is gone and something was sealed with it; what the stores say.
    static func open(_ settings: Settings) throws -> SQLiteRecordStore {
        let file = settings.keyFile
        if file.isCredential || file.isThere {
            return try SQLiteRecordStore.open(path: settings.recordsPath, sealer: SecretSealer(try file.keys()))
        }
        guard try !SQLiteRecordStore.holdsSealedSecrets(path: settings.recordsPath) else {
            throw CaselightError(
                .invalidConfiguration, "read the secrets in \(settings.recordsPath)", because: "the file of their keys, \(file.path), is gone",
                remedy: "Put it back from its backup. Where it is lost for good: caselightd rotate-key --lost.")
        }
        return try SQLiteRecordStore.open(path: settings.recordsPath, sealer: SecretSealer(try file.make()))
    }

    /// Opens them where the key is lost for good, with a new one where no file of keys is there, and drops what cannot be read.
    ///
    /// - Returns: the records, and what was given up, as errors name it.
    static func openGivingUpLostKey(_ settings: Settings) async throws -> (SQLiteRecordStore, givenUp: [String]) {
        let file = settings.keyFile
        let keys = file.isCredential || file.isThere ? try file.keys() : try file.make()
        let records = try SQLiteRecordStore.open(path: settings.recordsPath, sealer: SecretSealer(keys))
        return (records, try await records.forgetUnreadableSecrets())
    }
}
