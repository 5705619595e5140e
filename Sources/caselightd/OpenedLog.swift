import CaselightEvidence
import CaselightLog
import CaselightModel
import CaselightStore
import Foundation
import Logging

/// The consultation log, the rows it stands in, and the key that signs for it.
struct OpenedLog {
    let book: ConsultationBook
    let store: SQLiteLogStore
    let key: SigningKey

    private static let logger = Logger(label: "log")
    private static let originHead = "caselight/"

    /// Opens the log; its checkpoints name the installation, whose id a first start draws, as it draws the signing key.
    static func open(_ settings: Settings, records: SQLiteRecordStore, clock: any WallClock) async throws -> OpenedLog {
        let (parts, store) = try await bookParts(settings, records: records, clock: clock)
        return OpenedLog(book: try await ConsultationBook.open(parts), store: store, key: parts.key)
    }

    /// What a book is opened with, before the log is held against its last checkpoint.
    static func bookParts(
        _ settings: Settings, records: SQLiteRecordStore, clock: any WallClock
    ) async throws -> (ConsultationBook.Parts, SQLiteLogStore) {
        let store = try SQLiteLogStore.open(path: settings.logPath)
        let key = try SigningKey(
            seed: try await records.secret(.signingKey) {
                let new = SigningKey()
                logger.notice("drew a signing key: checkpoints and packages are signed with \(new.publicKey.fingerprint)")
                return new.seed
            })
        var parts = ConsultationBook.Parts(store: store, settings: settings.log, key: key, clock: clock, logger: logger)
        parts.retiredKeys = try PublicKeyFile(path: settings.signingKeysPath).note(key.publicKey).filter { $0 != key.publicKey }
        // A log keeps its name when the records that knew it are lost.
        let known = try CheckpointFile(path: settings.log.checkpointPath).last()?.checkpoint.origin
        let id = try await records.secret(.installation) {
            Array((known.flatMap { $0.hasPrefix(originHead) ? String($0.dropFirst(originHead.count)) : nil } ?? RunID.random().description).utf8)
        }
        parts.settings.origin = originHead + String(decoding: id, as: UTF8.self)
        if !settings.checkpointWebhook.isEmpty {
            let post = OutgoingPost(url: settings.checkpointWebhook, contentType: "text/plain; charset=utf-8")
            parts.publish = { signed in _ = try await post.send(Array(signed.note.utf8)) }
        }
        return (parts, store)
    }
}

/// What the records keep sealed for the installation itself.
enum InstallationSecret: String {
    case signingKey, installation
}

extension SQLiteRecordStore {
    fileprivate func secret(_ name: InstallationSecret, new: () -> [UInt8]) async throws -> [UInt8] {
        if let known = try await secret(named: name.rawValue) { return known }
        let made = new()
        try await setSecret(made, named: name.rawValue)
        return made
    }
}
