import CaselightModel
import Foundation
import Glibc

/// The one token of an installation without accounts: made at first start, in a file only the daemon's user may read.
enum BootstrapToken {
    private static let byteCount = 32

    /// Reads the token, or makes it.
    ///
    /// - Throws: `CaselightError`: `diskFailed`, or `invalidConfiguration` when others may read the file.
    static func load(_ path: String) throws -> String {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            // The default generator is the system's, which is fit for secrets.
            let token = (0..<byteCount).map { _ in String(format: "%02x", UInt8.random(in: 0...255)) }.joined()
            let written = write(descriptor, token + "\n", token.utf8.count + 1)
            guard written == token.utf8.count + 1, fsync(descriptor) == 0, close(descriptor) == 0 else { throw failure(path) }
            return token
        }
        guard errno == EEXIST else { throw failure(path) }
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure(path) }
        guard status.st_mode & 0o077 == 0 else {
            throw CaselightError(
                .invalidConfiguration, "use the token in \(path)", because: "others may read the file", remedy: "chmod 600 \(path)")
        }
        let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
        let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard token.utf8.count >= byteCount else {
            throw CaselightError(
                .invalidConfiguration, "use the token in \(path)", because: "it is shorter than \(byteCount) characters",
                remedy: "Delete the file: the next start makes a new token.")
        }
        return token
    }

    private static func failure(_ path: String) -> CaselightError {
        CaselightError(.diskFailed, "keep the token in \(path)", because: String(cString: strerror(errno)))
    }
}
