import Crypto

/// A digest algorithm of RFC 7616 that can be had; weaker ones come first.
enum DigestAlgorithm: Int, Comparable {
    case md5, md5Session, sha256, sha256Session

    /// - Parameter name: as the camera wrote it; none means MD5.
    init?(_ name: String?) {
        switch name?.lowercased() {
        case nil, "", "md5": self = .md5
        case "md5-sess": self = .md5Session
        case "sha-256", "sha256": self = .sha256
        case "sha-256-sess", "sha256-sess": self = .sha256Session
        default: return nil
        }
    }

    /// Whether the first hash takes the nonces in too.
    var isSession: Bool { self == .md5Session || self == .sha256Session }

    func hash(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { buffer in
            switch self {
            case .md5, .md5Session: Self.hexadecimal(Self.digest(Insecure.MD5.self, buffer))
            case .sha256, .sha256Session: Self.hexadecimal(Self.digest(SHA256.self, buffer))
            }
        }
    }

    static func < (left: DigestAlgorithm, right: DigestAlgorithm) -> Bool { left.rawValue < right.rawValue }

    private static func digest<Hash: HashFunction>(_: Hash.Type, _ bytes: UnsafeRawBufferPointer) -> Hash.Digest {
        var hash = Hash()
        hash.update(bufferPointer: bytes)
        return hash.finalize()
    }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
