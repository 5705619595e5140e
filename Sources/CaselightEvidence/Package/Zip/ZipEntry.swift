/// A file of a package as its zip describes it. Name, size and sum decide every byte of the container.
package struct ZipEntry: Hashable, Sendable {
    package let path: PackagePath
    package let byteCount: Int64
    package let crc32: UInt32

    package init(path: PackagePath, byteCount: Int64, crc32: UInt32) {
        self.path = path
        self.byteCount = byteCount
        self.crc32 = crc32
    }
}

/// The container's bytes around the files, after PKWARE's APPNOTE 6.3.10, with nothing left to choose:
///
/// - files are stored as they are, one after the other from the first byte on, described in that order at the end;
/// - names are UTF-8 (flag bit 11), every time is 1980-01-01 00:00, every file is `rw-r--r--`, made on Unix; there are no folders,
///   comments, data descriptors or other extra fields;
/// - a field of 32 bits that its value does not fit is all ones and stands in the ZIP64 extra field (APPNOTE 4.5.3); there is no ZIP64
///   field else. A ZIP64 end record comes when the count, size or place of the directory does not fit, and not else.
enum ZipFormat {
    static let localSignature: UInt32 = 0x0403_4B50
    static let centralSignature: UInt32 = 0x0201_4B50
    static let endSignature: UInt32 = 0x0605_4B50
    static let end64Signature: UInt32 = 0x0606_4B50
    static let locator64Signature: UInt32 = 0x0706_4B50

    static let localByteCount = 30
    static let centralByteCount = 46
    static let endByteCount = 22
    static let end64ByteCount = 56
    static let locator64ByteCount = 20

    static let utf8Flag: UInt16 = 1 << 11
    private static let date1980: UInt16 = 1 << 5 | 1
    private static let plainVersion: UInt16 = 20
    private static let zip64Version: UInt16 = 45
    private static let madeOnUnix: UInt16 = 3 << 8
    /// `S_IFREG | 0644`, in the upper half.
    private static let attributes: UInt32 = 0o100644 << 16

    private static let wide: Int64 = 0xFFFF_FFFF

    static func localHeaderByteCount(_ path: PackagePath, byteCount: Int64) -> Int {
        localByteCount + path.text.utf8.count + (byteCount >= wide ? 20 : 0)
    }

    static func localHeader(_ entry: ZipEntry) -> [UInt8] {
        // The two sizes go together here (APPNOTE 4.5.3).
        let extra = entry.byteCount >= wide ? [entry.byteCount, entry.byteCount] : []
        var bytes = LittleEndianBytes()
        bytes.append(localSignature)
        appendShared(entry, extra: extra, to: &bytes)
        bytes.append(name: entry.path)
        appendExtra(extra, to: &bytes)
        return bytes.bytes
    }

    static func centralHeader(_ entry: ZipEntry, at offset: Int64) -> [UInt8] {
        let extra = [entry.byteCount, entry.byteCount, offset].filter { $0 >= wide }
        var bytes = LittleEndianBytes()
        bytes.append(centralSignature)
        bytes.append(madeOnUnix | (extra.isEmpty ? plainVersion : zip64Version))
        appendShared(entry, extra: extra, to: &bytes)
        for _ in 0..<3 { bytes.append(UInt16(0)) }  // no comment, first disk, no internal attributes
        bytes.append(attributes)
        bytes.append(narrow(offset))
        bytes.append(name: entry.path)
        appendExtra(extra, to: &bytes)
        return bytes.bytes
    }

    /// The directory's end.
    static func end(count: Int, directoryOffset: Int64, directoryByteCount: Int64) -> [UInt8] {
        var bytes = LittleEndianBytes()
        if count >= 0xFFFF || directoryOffset >= wide || directoryByteCount >= wide {
            bytes.append(end64Signature)
            bytes.append(UInt64(end64ByteCount - 12))
            bytes.append(madeOnUnix | zip64Version)
            bytes.append(zip64Version)
            bytes.append(UInt64(0))  // both on the first disk
            for value in [Int64(count), Int64(count), directoryByteCount, directoryOffset] { bytes.append(UInt64(value)) }
            bytes.append(locator64Signature)
            bytes.append(UInt32(0))
            bytes.append(UInt64(directoryOffset + directoryByteCount))
            bytes.append(UInt32(1))
        }
        bytes.append(endSignature)
        bytes.append(UInt32(0))
        for _ in 0..<2 { bytes.append(UInt16(min(count, 0xFFFF))) }
        bytes.append(narrow(directoryByteCount))
        bytes.append(narrow(directoryOffset))
        bytes.append(UInt16(0))
        return bytes.bytes
    }

    /// From the version on to the length of the extra field: the same in both headers.
    private static func appendShared(_ entry: ZipEntry, extra: [Int64], to bytes: inout LittleEndianBytes) {
        bytes.append(extra.isEmpty ? plainVersion : zip64Version)
        bytes.append(utf8Flag)
        bytes.append(UInt16(0))  // stored
        bytes.append(UInt16(0))  // midnight
        bytes.append(date1980)
        bytes.append(entry.crc32)
        for _ in 0..<2 { bytes.append(narrow(entry.byteCount)) }
        bytes.append(UInt16(entry.path.text.utf8.count))
        bytes.append(UInt16(extra.isEmpty ? 0 : 4 + 8 * extra.count))
    }

    private static func appendExtra(_ values: [Int64], to bytes: inout LittleEndianBytes) {
        guard !values.isEmpty else { return }
        bytes.append(UInt16(1))
        bytes.append(UInt16(8 * values.count))
        for value in values { bytes.append(UInt64(value)) }
    }

    private static func narrow(_ value: Int64) -> UInt32 { UInt32(min(value, wide)) }
}

/// Numbers with their low byte first.
struct LittleEndianBytes {
    private(set) var bytes: [UInt8] = []

    mutating func append(_ value: some FixedWidthInteger & UnsignedInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(name path: PackagePath) { bytes.append(contentsOf: path.text.utf8) }
}
