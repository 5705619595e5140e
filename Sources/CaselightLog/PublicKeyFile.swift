package import CaselightEvidence
package import CaselightModel
internal import CaselightStore
import Foundation

/// The public keys that an installation has signed with, the newest last: what was signed before a key was lost is still held to it.
///
/// PEM, one after another. Whoever can write here can sign as well, so it proves nothing by itself: a key that was published elsewhere does.
/// Blocks.
package struct PublicKeyFile: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// None where there is no file. - Throws: `diskFailed`; `evidenceBroken` where it holds something else.
    package func keys() throws(CaselightError) -> [VerifyingKey] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CaselightError(.diskFailed, "read the public keys in '\(path)'", because: "it may not be read")
        }
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
        try DurableFile.put(
            Array((known + [key]).map(\.pem).joined().utf8), at: path, mode: 0o640, replacing: true, doing: "write the public keys in '\(path)'")
        return known + [key]
    }
}
