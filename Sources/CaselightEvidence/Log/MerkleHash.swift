import Crypto

/// A hash of an RFC 6962 tree (section 2.1): SHA-256 over a leaf's bytes after a 0, or over two hashes after a 1.
///
/// Lies inline, so that a million of them cost 32 MB and no allocation each. In JSON it is lower-case hexadecimal.
package struct MerkleHash: Hashable, Sendable {
    package static let byteCount = 32

    // As they lie in memory.
    private let first, second, third, fourth: UInt64

    /// - Parameter bytes: 32 of them.
    fileprivate init(raw bytes: UnsafeRawBufferPointer) {
        first = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        second = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        third = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        fourth = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    /// `nil` where there are not 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self = bytes.withUnsafeBytes { MerkleHash(raw: $0) }
    }

    /// Reads 64 lower-case hexadecimal digits; `nil` for anything else.
    package init?(hex digits: some Collection<UInt8>) {
        guard digits.count == Self.byteCount * 2 else { return nil }
        let hash: MerkleHash? = withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) { buffer in
            var place = 0
            for digit in digits {
                let value: UInt8
                switch digit {
                case 0x30...0x39: value = digit - 0x30
                case 0x61...0x66: value = digit - 0x57
                default: return nil
                }
                buffer[place / 2] = place.isMultiple(of: 2) ? value << 4 : buffer[place / 2] | value
                place += 1
            }
            return MerkleHash(raw: UnsafeRawBufferPointer(buffer))
        }
        guard let hash else { return nil }
        self = hash
    }

    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            write(to: UnsafeMutableRawBufferPointer(buffer), at: 0)
            count = Self.byteCount
        }
    }

    package var hex: String { HexText.text(bytes) }

    private func write(to buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
        buffer.storeBytes(of: first, toByteOffset: offset, as: UInt64.self)
        buffer.storeBytes(of: second, toByteOffset: offset + 8, as: UInt64.self)
        buffer.storeBytes(of: third, toByteOffset: offset + 16, as: UInt64.self)
        buffer.storeBytes(of: fourth, toByteOffset: offset + 24, as: UInt64.self)
    }
}

extension MerkleHash {
    private static let leafMark: UInt8 = 0
    private static let nodeMark: UInt8 = 1

    /// The root of a tree without leaves.
    package static let empty = SHA256().finalize().withUnsafeBytes { MerkleHash(raw: $0) }

    package static func leaf(_ bytes: UnsafeRawBufferPointer) -> MerkleHash {
        var hasher = SHA256()
        withUnsafeBytes(of: leafMark) { hasher.update(bufferPointer: $0) }
        hasher.update(bufferPointer: bytes)
        return hasher.finalize().withUnsafeBytes { MerkleHash(raw: $0) }
    }

    package static func leaf(_ bytes: [UInt8]) -> MerkleHash { bytes.withUnsafeBytes { leaf($0) } }

    package static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        withUnsafeTemporaryAllocation(byteCount: 1 + 2 * byteCount, alignment: 8) { buffer in
            buffer[0] = nodeMark
            left.write(to: buffer, at: 1)
            right.write(to: buffer, at: 1 + byteCount)
            var hasher = SHA256()
            hasher.update(bufferPointer: UnsafeRawBufferPointer(buffer))
            return hasher.finalize().withUnsafeBytes { MerkleHash(raw: $0) }
        }
    }
}

extension MerkleHash: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let hash = MerkleHash(hex: Array(try container.decode(String.self).utf8)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a hash is 64 lower-case hexadecimal digits")
        }
        self = hash
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(hex)
    }
}

extension MerkleHash: CustomStringConvertible {
    package var description: String { hex }
}
