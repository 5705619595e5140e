import CaselightModel
import Crypto
import Foundation

/// Seals what must not be read in a database file, a backup or a stolen disk: AES-GCM with a key that is kept elsewhere.
///
/// What is sealed is bound to what it belongs to, so that no row can stand in another's place. Its form: the key's id (8 bytes), the
/// nonce (12), the ciphertext, the tag (16).
public struct SecretSealer: Sendable {
    /// Whose secret it is; part of what the tag covers.
    enum Owner: Sendable {
        case camera(CameraCode)
        case installation(String)

        var bytes: [UInt8] {
            switch self {
            case .camera(let code): Array("feed credentials\0\(code.text)".utf8)
            case .installation(let name): Array("secret\0\(name)".utf8)
            }
        }

        /// As an error names it.
        var text: String {
            switch self {
            case .camera(let code): "the credentials of camera '\(code)'"
            case .installation(let name): "the secret '\(name)'"
            }
        }

        var lossRemedy: String {
            switch self {
            case .camera: "give the camera's user and password anew"
            case .installation: "restore records.db from a backup that goes with the keys"
            }
        }
    }

    let keys: SecretKeys

    /// Seals with the newest of the keys, and opens with any of them.
    public init(_ keys: SecretKeys) { self.keys = keys }

    func seal(_ secret: [UInt8], of owner: Owner) throws(CaselightError) -> [UInt8] {
        let newest = keys.entries[0]
        do {
            let box = try AES.GCM.seal(secret, using: newest.key, authenticating: owner.bytes)
            guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
            return newest.id + combined
        } catch {
            throw CaselightError(.internalFailure, "seal \(owner.text)", because: "the cipher refused it")
        }
    }

    /// - Throws: `invalidConfiguration` where the key is not at hand; `damagedDatabase` where it is, and does not fit.
    func open(_ sealed: [UInt8], of owner: Owner) throws(CaselightError) -> [UInt8] {
        let id = Self.keyID(of: sealed)
        guard let entry = keys.entries.first(where: { $0.id == id }) else {
            throw CaselightError(
                .invalidConfiguration, "read \(owner.text)",
                because: "the key \(SecretKeys.hexadecimal(id)) that sealed it is not among those in \(keys.origin)",
                remedy: "Add the key's line from a backup of that file and start again, or \(owner.lossRemedy).")
        }
        do {
            let box = try AES.GCM.SealedBox(combined: sealed.dropFirst(SecretKeys.idByteCount))
            return [UInt8](try AES.GCM.open(box, using: entry.key, authenticating: owner.bytes))
        } catch {
            throw CaselightError(
                .damagedDatabase, "read \(owner.text)",
                because: "it was changed, or belongs to something else, or its key in \(keys.origin) is another one of the same id",
                remedy: "Put the key file back from its backup, or \(owner.lossRemedy).")
        }
    }

    /// Whether the newest key sealed it.
    func isOfNewestKey(_ sealed: [UInt8]) -> Bool { Self.keyID(of: sealed) == keys.entries[0].id }

    /// Whether the key that sealed it is at hand.
    func hasKey(of sealed: [UInt8]) -> Bool {
        let id = Self.keyID(of: sealed)
        return keys.entries.contains { $0.id == id }
    }

    private static func keyID(of sealed: [UInt8]) -> [UInt8] { Array(sealed.prefix(SecretKeys.idByteCount)) }
}

extension SecretSealer {
    func seal(_ credentials: FeedCredentials, of camera: CameraCode) throws(CaselightError) -> [UInt8] {
        // Neither holds a NUL: the store refuses one.
        try seal(Array("\(credentials.user)\0\(credentials.password)".utf8), of: .camera(camera))
    }

    func credentials(_ sealed: [UInt8], of camera: CameraCode) throws(CaselightError) -> FeedCredentials {
        let parts = try open(sealed, of: .camera(camera)).split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw StoreFailure.unexpected("\(parts.count) parts", in: "sealed_credentials.sealed") }
        return FeedCredentials(user: String(decoding: parts[0], as: UTF8.self), password: String(decoding: parts[1], as: UTF8.self))
    }
}
