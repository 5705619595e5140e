import Crypto
import Foundation

/// One signature of a C2SP signed note: whose, by which key, and 64 bytes where it is Ed25519.
package struct NoteSignature: Hashable, Sendable {
    private static let ed25519: UInt8 = 1
    private static let keyHashByteCount = 4
    private static let nameByteLimit = 255
    /// An Ed25519 signature's; a witness's is longer by its time. What is shorter was cut.
    private static let signatureByteCount = 64
    private static let byteLimit = 1024

    package let name: String
    package let keyHash: [UInt8]
    package let signature: [UInt8]

    init(name: String, keyHash: [UInt8], signature: [UInt8]) {
        self.name = name
        self.keyHash = keyHash
        self.signature = signature
    }

    /// The first four bytes of SHA-256 over name, line break, type and key: a hint which key to try, not a proof.
    static func keyHash(name: String, key: VerifyingKey) -> [UInt8] {
        Array(SHA256.hash(data: Data(Array(name.utf8) + [0x0A, ed25519] + key.bytes)).prefix(keyHashByteCount))
    }

    static func isName(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.count <= nameByteLimit
            && text.unicodeScalars.allSatisfy { $0 != "+" && !$0.properties.isWhitespace && $0.properties.generalCategory != .control }
    }

    /// With its line break.
    var line: String { "— \(name) \(Data(keyHash + signature).base64EncodedString())\n" }

    /// `nil` where it is no signature line.
    init?(line: some StringProtocol) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "—", Self.isName(words[1]), let bytes = Data(base64Encoded: String(words[2])),
            bytes.count >= Self.keyHashByteCount + Self.signatureByteCount, bytes.count <= Self.byteLimit
        else { return nil }
        self.init(
            name: String(words[1]), keyHash: Array(bytes.prefix(Self.keyHashByteCount)),
            signature: Array(bytes.dropFirst(Self.keyHashByteCount)))
    }
}
