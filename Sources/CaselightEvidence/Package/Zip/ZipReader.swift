internal import CaselightModel
internal import SystemPackage

/// Reads a package's container, and trusts it with nothing: from names, sizes and sums it writes every other byte again and compares.
///
/// What differs is a fault, and the files are read all the same as far as they can be found, so that those that changed can be named.
/// Blocks; stays on one thread at a time.
final class ZipReader {
    /// In the container's order; without those whose names no package has.
    private(set) var entries: [ZipEntry] = []
    private(set) var faults: [PackageFinding] = []

    private let source: FileDescriptor
    private let lane = DigestLane()
    private var places: [PackagePath: (entry: ZipEntry, offset: Int64)] = [:]

    /// - Throws: `evidenceBroken` where there is no directory to be read.
    init(_ source: FileDescriptor) throws {
        self.source = source
        let byteCount = try PackageFile.doing("read the package") { try source.seek(offset: 0, from: .end) }
        let directory = try ZipDirectory(source, byteCount: byteCount)
        let layout = readRecords(directory)
        guard faults.isEmpty, layout.endOffset == directory.offset, layout.tail == directory.tail else {
            try readAsForeign(directory, layout)
            return
        }
        for (index, entry) in layout.entries.enumerated() {
            let expected = ZipFormat.localHeader(entry)
            if try source.bytes(at: layout.headerOffsets[index], byteCount: expected.count) != expected {
                faults.append(.container("its header in the zip was changed", entry.path))
            }
            take(entry, at: layout.contentOffset(of: index))
        }
    }

    /// A whole file, where it is not larger than `limit`.
    func bytes(of path: PackagePath, limit: Int) throws -> [UInt8] {
        let (entry, offset) = try find(path)
        guard entry.byteCount <= Int64(limit) else {
            throw CaselightError(.tooLarge, "read '\(path)'", because: "it has \(entry.byteCount) bytes and may have \(limit)")
        }
        return try source.bytes(at: offset, byteCount: Int(entry.byteCount))
    }

    /// Reads a file through; a sum that is not the container's is a fault.
    func digest(of path: PackagePath) throws -> ContentDigest {
        let (entry, offset) = try find(path)
        let digest = try lane.digest(of: source, named: path.text, from: offset, byteCount: entry.byteCount)
        if digest.crc32 != entry.crc32 { faults.append(.container("its bytes have not the sum that the zip states", path)) }
        return digest
    }

    private func find(_ path: PackagePath) throws -> (ZipEntry, Int64) {
        guard let place = places[path] else {
            throw CaselightError(.evidenceBroken, "read '\(path)'", because: "its bytes cannot be found in the zip")
        }
        return place
    }

    private func take(_ entry: ZipEntry, at offset: Int64) {
        entries.append(entry)
        places[entry.path] = (entry, offset)
    }

    /// The layout the records describe, had we written it.
    private func readRecords(_ directory: ZipDirectory) -> ZipLayout {
        var layout = ZipLayout()
        for record in directory.records {
            do {
                let name = String(validating: record.name, as: UTF8.self) ?? String(decoding: record.name, as: UTF8.self) + "\u{FFFD}"
                let path = try PackagePath(name)
                guard record.method == 0, record.byteCount >= 0, record.compressedByteCount == record.byteCount,
                    record.byteCount <= directory.offset
                else { throw ZipDirectory.problem("'\(path)' is compressed, or its size cannot be") }
                try layout.append(ZipEntry(path: path, byteCount: record.byteCount, crc32: record.crc32))
            } catch {
                faults.append(.container((error as? CaselightError)?.cause ?? "\(error)", nil))
            }
        }
        return layout
    }

    /// A container that we did not write like this: finds what it can, where the records say.
    private func readAsForeign(_ directory: ZipDirectory, _ layout: ZipLayout) throws {
        let canonical = Dictionary(zip(layout.entries.map(\.path), zip(layout.entries, layout.headerOffsets)), uniquingKeysWith: { first, _ in first })
        faults.append(.container("the zip is not as Caselight writes it: it was changed, or packed again by another program", nil))
        var total: Int64 = 0
        for record in directory.records {
            guard let name = String(validating: record.name, as: UTF8.self), let path = try? PackagePath(name), places[path] == nil,
                let (entry, offset) = canonical[path]
            else { continue }
            if record.headerOffset != offset { faults.append(.container("it does not lie where the zip's order puts it", path)) }
            guard let content = try contentOffset(record, within: directory.offset) else {
                faults.append(.container("its bytes cannot be found in the zip", path))
                continue
            }
            // Records that share bytes would have us read them again and again.
            total += record.byteCount
            guard total <= directory.offset else { return faults.append(.container("files of the zip lie over each other", path)) }
            take(entry, at: content)
        }
    }

    private func contentOffset(_ record: ZipDirectory.Record, within end: Int64) throws -> Int64? {
        let start = record.headerOffset
        guard start >= 0, start <= end - Int64(ZipFormat.localByteCount) else { return nil }
        let header = LittleEndianReader(try source.bytes(at: start, byteCount: ZipFormat.localByteCount))
        guard header.long(0) == ZipFormat.localSignature else { return nil }
        let content = start + Int64(ZipFormat.localByteCount) + Int64(header.word(26)) + Int64(header.word(28))
        return content <= end - record.byteCount ? content : nil
    }
}
