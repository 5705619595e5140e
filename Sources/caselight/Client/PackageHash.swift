import Crypto
import Foundation

/// The SHA-256 of a file, read piece by piece.
enum PackageHash {
    private static let pieceBytes = 1 << 20

    /// Lower-case hexadecimal.
    static func sha256(ofFile path: String) throws -> String {
        guard let file = FileHandle(forReadingAtPath: path) else { throw ClientFailure(.refused, "cannot read '\(path)'.") }
        defer { try? file.close() }
        var hash = SHA256()
        while let piece = try file.read(upToCount: pieceBytes), !piece.isEmpty { hash.update(data: piece) }
        return hash.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
