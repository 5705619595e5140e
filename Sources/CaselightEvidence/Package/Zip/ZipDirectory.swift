internal import CaselightModel
internal import SystemPackage

/// What a zip says of itself at its end, read with every bound checked and nothing believed: the directory of any zip without compression,
/// so that the files of a damaged package can still be named.
struct ZipDirectory {
    /// One file as its directory record claims it.
    struct Record {
        /// As the record spells it; may be anything.
        let name: [UInt8]
        let method: UInt16
        let crc32: UInt32
        let compressedByteCount: Int64
        let byteCount: Int64
        let headerOffset: Int64
    }

    private(set) var records: [Record] = []
    /// Where the directory begins.
    let offset: Int64
    /// From there to the end of the container.
    let tail: [UInt8]

    /// The directory of as many entries as there may be, with the longest names, stays below it.
    private static let tailByteLimit = 96 << 20
    /// An end record and the longest comment.
    private static let searchByteCount = ZipFormat.endByteCount + 0xFFFF

    /// - Throws: `evidenceBroken` where there is no directory to be read.
    init(_ source: FileDescriptor, byteCount: Int64) throws {
        let searched = min(byteCount, Int64(Self.searchByteCount))
        let end = try source.bytes(at: byteCount - searched, byteCount: Int(searched))
        guard let place = Self.endRecord(in: end) else {
            throw Self.problem("it has no directory at its end: it is no zip, or was cut off")
        }
        let endOffset = byteCount - searched + Int64(place)
        let fields = LittleEndianReader(end, from: place)
        var (count, size, start) = (Int64(fields.word(10)), Int64(fields.long(12)), Int64(fields.long(16)))
        var directoryEnd = endOffset
        if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
            (count, size, start, directoryEnd) = try Self.wideEnd(source, before: endOffset)
        }
        guard count >= 0, count <= ZipLayout.entryLimit else { throw Self.problem("it lists \(count) files; the most is \(ZipLayout.entryLimit)") }
        guard start >= 0, size >= 0, start <= directoryEnd, size <= directoryEnd - start, byteCount - start <= Self.tailByteLimit else {
            throw Self.problem("its directory lies outside of it")
        }
        offset = start
        tail = try source.bytes(at: start, byteCount: Int(byteCount - start))
        records.reserveCapacity(Int(count))
        var position = 0
        for _ in 0..<count { records.append(try Self.record(in: tail[..<Int(size)], at: &position)) }
    }

    private static func endRecord(in bytes: [UInt8]) -> Int? {
        guard bytes.count >= ZipFormat.endByteCount else { return nil }
        return stride(from: bytes.count - ZipFormat.endByteCount, through: 0, by: -1).first { place in
            LittleEndianReader(bytes, from: place).long(0) == ZipFormat.endSignature
        }
    }

    private static func wideEnd(_ source: FileDescriptor, before endOffset: Int64) throws -> (Int64, Int64, Int64, Int64) {
        let locatorOffset = endOffset - Int64(ZipFormat.locator64ByteCount)
        guard locatorOffset >= 0 else { throw problem("its end record points nowhere") }
        let locator = LittleEndianReader(try source.bytes(at: locatorOffset, byteCount: ZipFormat.locator64ByteCount))
        let place = locator.huge(8)
        guard locator.long(0) == ZipFormat.locator64Signature, place >= 0, place <= locatorOffset - Int64(ZipFormat.end64ByteCount) else {
            throw problem("its end record points nowhere")
        }
        let end = LittleEndianReader(try source.bytes(at: place, byteCount: ZipFormat.end64ByteCount))
        guard end.long(0) == ZipFormat.end64Signature else { throw problem("its end record points nowhere") }
        return (end.huge(32), end.huge(40), end.huge(48), place)
    }

    private static func record(in directory: ArraySlice<UInt8>, at position: inout Int) throws -> Record {
        let rest = directory.count - position
        guard rest >= ZipFormat.centralByteCount else { throw problem("its directory is cut off") }
        let fields = LittleEndianReader(directory, from: position)
        let (nameCount, extraCount, commentCount) = (Int(fields.word(28)), Int(fields.word(30)), Int(fields.word(32)))
        guard fields.long(0) == ZipFormat.centralSignature, rest - ZipFormat.centralByteCount >= nameCount + extraCount + commentCount else {
            throw problem("its directory is damaged")
        }
        let nameStart = position + ZipFormat.centralByteCount
        let name = Array(directory[nameStart..<nameStart + nameCount])
        var wide = WideFields(directory[nameStart + nameCount..<nameStart + nameCount + extraCount])
        let byteCount = wide.value(fields.long(24))
        let compressed = wide.value(fields.long(20))
        let offset = wide.value(fields.long(42))
        position = nameStart + nameCount + extraCount + commentCount
        return Record(
            name: name, method: fields.word(10), crc32: fields.long(16), compressedByteCount: compressed, byteCount: byteCount,
            headerOffset: offset)
    }

    static func problem(_ cause: String) -> CaselightError { CaselightError(.evidenceBroken, "read the package's zip", because: cause) }
}

/// The values of a ZIP64 extra field, in the order the fields that do not fit ask for them.
private struct WideFields {
    private var values: [Int64] = []
    private var used = 0

    init(_ extra: ArraySlice<UInt8>) {
        guard extra.count >= 4 else { return }
        let head = LittleEndianReader(extra, from: 0)
        guard head.word(0) == 1, Int(head.word(2)) == extra.count - 4 else { return }
        values = stride(from: 4, through: extra.count - 8, by: 8).map { head.huge($0) }
    }

    /// -1, which no size or place is, where it is missing.
    mutating func value(_ narrow: UInt32) -> Int64 {
        guard narrow == 0xFFFF_FFFF else { return Int64(narrow) }
        defer { used += 1 }
        return used < values.count ? values[used] : -1
    }
}

/// Reads numbers with their low byte first. Callers check that they are there.
struct LittleEndianReader {
    private let bytes: ArraySlice<UInt8>
    private let start: Int

    init(_ bytes: [UInt8], from place: Int = 0) { self.init(bytes[...], from: place) }

    init(_ bytes: ArraySlice<UInt8>, from place: Int) {
        self.bytes = bytes
        start = bytes.startIndex + place
    }

    func word(_ place: Int) -> UInt16 { UInt16(truncatingIfNeeded: number(place, 2)) }
    func long(_ place: Int) -> UInt32 { UInt32(truncatingIfNeeded: number(place, 4)) }
    func huge(_ place: Int) -> Int64 { Int64(bitPattern: number(place, 8)) }

    private func number(_ place: Int, _ count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[start + place + $1]) << (8 * UInt64($1)) }
    }
}

extension FileDescriptor {
    /// - Throws: `evidenceBroken` where it ends before.
    func bytes(at offset: Int64, byteCount: Int) throws -> [UInt8] {
        try PackageFile.doing("read the package") {
            try [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
                while count < byteCount {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count..<byteCount])
                    let read = try read(fromAbsoluteOffset: offset + Int64(count), into: rest)
                    guard read > 0 else { throw CaselightError(.evidenceBroken, "read the package", because: "it ends too early") }
                    count += read
                }
            }
        }
    }
}
