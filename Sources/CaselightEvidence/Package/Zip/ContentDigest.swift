import CZlib
import Crypto
import Foundation

/// What was found while a file's bytes passed by: once read, never read again.
package struct ContentDigest: Hashable, Sendable {
    package var byteCount: Int64
    /// Lower-case hexadecimal.
    package var sha256: String
    package var crc32: UInt32

    package init(byteCount: Int64, sha256: String, crc32: UInt32) {
        self.byteCount = byteCount
        self.sha256 = sha256
        self.crc32 = crc32
    }

    package init(of bytes: [UInt8]) {
        byteCount = Int64(bytes.count)
        sha256 = HexText.text(SHA256.hash(data: bytes))
        crc32 = bytes.withUnsafeBytes { CyclicSum.continued(0, over: $0) }
    }
}

/// CRC-32 as zip, Ethernet and PNG use it (ISO/IEC 3309); zlib's, at about 3 GB/s.
enum CyclicSum {
    static func continued(_ sum: UInt32, over bytes: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_z(UInt(sum), bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
    }
}
