import Crypto
import CryptoExtras
import Foundation
import SwiftASN1
import X509

/// The hash functions a time stamp may be signed with.
enum TimestampDigest: CaseIterable {
    case sha256, sha384, sha512

    init?(_ algorithm: ASN1ObjectIdentifier) {
        guard let digest = Self.allCases.first(where: { $0.oid == algorithm }) else { return nil }
        self = digest
    }

    var oid: ASN1ObjectIdentifier {
        switch self {
        case .sha256: [2, 16, 840, 1, 101, 3, 4, 2, 1]
        case .sha384: [2, 16, 840, 1, 101, 3, 4, 2, 2]
        case .sha512: [2, 16, 840, 1, 101, 3, 4, 2, 3]
        }
    }

    func hash(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: Array(SHA256.hash(data: bytes))
        case .sha384: Array(SHA384.hash(data: bytes))
        case .sha512: Array(SHA512.hash(data: bytes))
        }
    }

    /// Whether the key signed the bytes, hashed with this. PKCS #1 1.5 and PSS for RSA (RFC 8017), ECDSA (RFC 5480), Ed25519 (RFC 8419).
    func isSigned(_ bytes: [UInt8], by key: Certificate.PublicKey, _ signature: [UInt8], algorithm: ASN1ObjectIdentifier) -> Bool {
        if algorithm == .AlgorithmIdentifier.rsaPSS {
            guard let rsa = _RSA.Signing.PublicKey(key) else { return false }
            let padded = _RSA.Signing.RSASignature(rawRepresentation: Data(signature))
            switch self {
            case .sha256: return rsa.isValidSignature(padded, for: SHA256.hash(data: bytes), padding: .PSS)
            case .sha384: return rsa.isValidSignature(padded, for: SHA384.hash(data: bytes), padding: .PSS)
            case .sha512: return rsa.isValidSignature(padded, for: SHA512.hash(data: bytes), padding: .PSS)
            }
        }
        guard let known = Self.known[algorithm] ?? (algorithm == .AlgorithmIdentifier.rsaEncryption ? (self, pkcs1) : nil), known.0 == self else {
            // Ed25519 hashes by itself.
            guard algorithm == [1, 3, 101, 112] else { return false }
            return key.isValidSignature(signature, for: bytes, signatureAlgorithm: .ed25519)
        }
        return key.isValidSignature(signature, for: bytes, signatureAlgorithm: known.1)
    }

    private var pkcs1: Certificate.SignatureAlgorithm {
        switch self {
        case .sha256: .sha256WithRSAEncryption
        case .sha384: .sha384WithRSAEncryption
        case .sha512: .sha512WithRSAEncryption
        }
    }

    private static let known: [ASN1ObjectIdentifier: (TimestampDigest, Certificate.SignatureAlgorithm)] = [
        .AlgorithmIdentifier.sha256WithRSAEncryption: (.sha256, .sha256WithRSAEncryption),
        .AlgorithmIdentifier.sha384WithRSAEncryption: (.sha384, .sha384WithRSAEncryption),
        .AlgorithmIdentifier.sha512WithRSAEncryption: (.sha512, .sha512WithRSAEncryption),
        [1, 2, 840, 10_045, 4, 3, 2]: (.sha256, .ecdsaWithSHA256),
        [1, 2, 840, 10_045, 4, 3, 3]: (.sha384, .ecdsaWithSHA384),
        [1, 2, 840, 10_045, 4, 3, 4]: (.sha512, .ecdsaWithSHA512),
    ]
}
