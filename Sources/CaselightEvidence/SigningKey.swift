import Crypto
import Foundation

/// The installation's Ed25519 key: signs the log's checkpoints and the packages. Its seed is 32 bytes that only the sealed secrets hold.
package struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    package static let seedByteCount = 32

    package init() { key = Curve25519.Signing.PrivateKey() }

    /// - Parameter seed: 32 bytes (RFC 8032, section 5.1.5). - Throws: where it has another length.
    package init(seed: [UInt8]) throws { key = try Curve25519.Signing.PrivateKey(rawRepresentation: Data(seed)) }

    package var seed: [UInt8] { Array(key.rawRepresentation) }
    package var publicKey: VerifyingKey { VerifyingKey(key.publicKey) }

    /// 64 bytes.
    package func signature(for bytes: [UInt8]) throws -> [UInt8] { Array(try key.signature(for: Data(bytes))) }
}

/// The public half, which anybody may have.
package struct VerifyingKey: Hashable, Sendable {
    /// 32 bytes.
    package let bytes: [UInt8]

    init(_ key: Curve25519.Signing.PublicKey) { bytes = Array(key.rawRepresentation) }

    /// - Throws: where it is no Ed25519 public key.
    package init(bytes: [UInt8]) throws { self.bytes = Array(try Curve25519.Signing.PublicKey(rawRepresentation: Data(bytes)).rawRepresentation) }

    package func verifies(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: Data(self.bytes)) else { return false }
        return key.isValidSignature(Data(signature), for: Data(bytes))
    }

    /// What names the key to people: SHA-256 of its SubjectPublicKeyInfo, lower-case hexadecimal, as
    /// `openssl pkey -pubin -outform DER | sha256sum` prints it.
    package var fingerprint: String { HexText.text(SHA256.hash(data: Data(subjectPublicKeyInfo))) }

    /// DER (RFC 8410, section 4): a fixed head before the key.
    package var subjectPublicKeyInfo: [UInt8] { Self.spkiHead + bytes }

    /// As openssl reads it.
    package var pem: String {
        "-----BEGIN PUBLIC KEY-----\n\(Data(subjectPublicKeyInfo).base64EncodedString())\n-----END PUBLIC KEY-----\n"
    }

    /// Reads what `pem` gives. - Throws: where it is anything else.
    package init(pem: String) throws {
        let lines = pem.split(whereSeparator: \.isNewline).map(String.init)
        guard lines.count == 3, lines[0] == "-----BEGIN PUBLIC KEY-----", lines[2] == "-----END PUBLIC KEY-----",
            let der = Data(base64Encoded: lines[1]), Array(der.prefix(Self.spkiHead.count)) == Self.spkiHead
        else { throw CocoaError(.fileReadCorruptFile) }
        try self.init(bytes: Array(der.dropFirst(Self.spkiHead.count)))
    }

    /// Keys one after another, as PEM files hold them. - Throws: where there is anything else.
    package static func all(inPEM text: String) throws -> [VerifyingKey] {
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.count.isMultiple(of: 3) else { throw CocoaError(.fileReadCorruptFile) }
        return try stride(from: 0, to: lines.count, by: 3).map { try VerifyingKey(pem: lines[$0..<$0 + 3].joined(separator: "\n")) }
    }

    private static let spkiHead: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
}
