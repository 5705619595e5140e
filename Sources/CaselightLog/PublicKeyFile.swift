package import CaselightEvidence
package import CaselightModel
import Foundation

/// The public keys that an installation has signed with, the newest last: what was signed before a key was lost is still held to it.
///
/// PEM, one after another. Whoever can write here can sign as well, so it proves nothing by itself: a key that was published elsewhere does.
/// Blocks.
package struct PublicKeyFile: Sendable {
    private static let mode = 0o640

    package let path: String

    package init(path: String) { self.path = path }

    /// None where there is no file. - Throws: `diskFailed`; `evidenceBroken` where it holds something else.
    package func keys() throws(CaselightError) -> [VerifyingKey] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        guard let data = FileManager.default.contents(atPath: path) else { throw failure("read", "it may not be read") }
        do { return try VerifyingKey.all(inPEM: String(decoding: data, as: UTF8.self)) } catch {
            throw CaselightError(
                .evidenceBroken, "read the public keys in '\(path)'", because: "it is not a list of Ed25519 keys in PEM",
                remedy: "Put it back from its backup, or move it away: the present key is noted anew, retired ones are then given with --key.")
        }
    }

    /// Adds the key unless it is the last, and returns once it is on disk.
    ///
    /// - Returns: all of them. - Throws: as `keys()`; `diskFailed`.
    package func note(_ key: VerifyingKey) throws(CaselightError) -> [VerifyingKey] {
        let known = try keys()
        if known.last == key { return known }
        let text = (known + [key]).map(\.pem).joined()
        do {
            // In the place of the old file at once: it is small, and a torn one would be no list of keys.
            try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: Self.mode], ofItemAtPath: path)
        } catch {
            throw failure("write", error.localizedDescription)
        }
        return known + [key]
    }

    private func failure(_ verb: String, _ cause: String) -> CaselightError {
        CaselightError(.diskFailed, "\(verb) the public keys in '\(path)'", because: cause)
    }
}
