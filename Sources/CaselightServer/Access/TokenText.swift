import CaselightModel
import Crypto
import Foundation

/// A personal token as its owner holds it: `csl_`, the id's 16 hexadecimal digits, `_`, the secret's 64.
struct TokenText {
    let id: String
    let secret: String

    private static let prefix = "csl_"
    private static let secretByteCount = 32

    /// A new one. The default generator is the system's, which is fit for secrets.
    init() {
        id = RunID.random().description
        var generator = SystemRandomNumberGenerator()
        secret = (0..<Self.secretByteCount / 8).map { _ in RunID(generator.next()).description }.joined()
    }

    init(id: String, secret: String) {
        self.id = id
        self.secret = secret
    }

    /// `nil` for anything else.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, text.hasPrefix(Self.prefix), parts[1].utf8.count == 16, parts[2].utf8.count == Self.secretByteCount * 2,
            parts[1...].allSatisfy({ $0.utf8.allSatisfy { digit in "0123456789abcdef".utf8.contains(digit) } })
        else { return nil }
        (id, secret) = (String(parts[1]), String(parts[2]))
    }

    var text: String { "\(Self.prefix)\(id)_\(secret)" }

    /// What is stored. The secret has 256 bits of chance, so a plain hash gives nothing to guess.
    var digest: [UInt8] { Array(SHA256.hash(data: Data(secret.utf8))) }

    /// Takes the same time wherever they differ.
    func isOf(_ digest: [UInt8]) -> Bool { SHA256.hash(data: Data(secret.utf8)) == Data(digest) }
}
