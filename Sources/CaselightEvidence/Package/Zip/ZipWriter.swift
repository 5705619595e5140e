internal import CaselightModel
package import SystemPackage

/// Writes a package's container front to back, hashing each file as its bytes pass. Memory stays flat whatever the sizes.
///
/// The form is `ZipFormat`'s. A file's header is written after its bytes, into the place left for it, since it holds their sum.
/// Blocks; stays on one thread at a time, and a container that threw is worth nothing.
package final class ZipWriter {
    private let target: FileDescriptor
    private let lane = DigestLane()
    private var layout = ZipLayout()

    /// - Parameter target: an empty file, open for writing, which stays the caller's: to sync, and to close after `finish`.
    package init(_ target: FileDescriptor) { self.target = target }

    /// What stands in it so far, in order.
    package var entries: [ZipEntry] { layout.entries }
    /// Bytes written so far.
    package var byteCount: Int64 { layout.endOffset }

    /// Adds a file that is in memory.
    ///
    /// - Throws: `duplicate`, `tooLarge`, `diskFull`, `diskFailed`.
    @discardableResult
    package func add(_ path: PackagePath, bytes: [UInt8]) throws -> ContentDigest {
        try layout.check(path)
        let digest = ContentDigest(of: bytes)
        let entry = ZipEntry(path: path, byteCount: digest.byteCount, crc32: digest.crc32)
        try write(ZipFormat.localHeader(entry) + bytes, at: layout.endOffset)
        try layout.append(entry)
        return digest
    }

    /// Adds a file of known size, reading it once.
    ///
    /// - Parameter progress: called with the bytes copied of this file so far, about every MiB; what it throws ends the writing.
    /// - Throws: `damagedMedia` where the file has not `byteCount` bytes; as `add(_:bytes:)` else.
    @discardableResult
    package func add(
        _ path: PackagePath, from source: FileDescriptor, byteCount: Int64, progress: (Int64) throws -> Void = { _ in }
    ) throws -> ContentDigest {
        try layout.check(path)
        let start = layout.endOffset + Int64(ZipFormat.localHeaderByteCount(path, byteCount: byteCount))
        var done: Int64 = 0
        let digest = try lane.digest(of: source, named: path.text, byteCount: byteCount) { block in
            try write(block, at: start + done)
            done += Int64(block.count)
            try progress(done)
        }
        try checkEnd(of: source, path, byteCount)
        let entry = ZipEntry(path: path, byteCount: byteCount, crc32: digest.crc32)
        try write(ZipFormat.localHeader(entry), at: layout.endOffset)
        try layout.append(entry)
        return digest
    }

    /// Writes the directory.
    ///
    /// - Returns: the container's size in bytes.
    package func finish() throws -> Int64 {
        let tail = layout.tail
        try write(tail, at: layout.endOffset)
        return layout.endOffset + Int64(tail.count)
    }

    private func checkEnd(of source: FileDescriptor, _ path: PackagePath, _ byteCount: Int64) throws {
        let more = try PackageFile.doing("read '\(path)'") {
            try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { try source.read(fromAbsoluteOffset: byteCount, into: $0) }
        }
        guard more == 0 else {
            throw CaselightError(
                .damagedMedia, "read '\(path)'", because: "it has more than the \(byteCount) bytes it should have",
                remedy: "Was it changed meanwhile?")
        }
    }

    private func write(_ bytes: [UInt8], at offset: Int64) throws { try bytes.withUnsafeBytes { try write($0, at: offset) } }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws {
        _ = try PackageFile.doing("write the package") { try target.writeAll(toAbsoluteOffset: offset, bytes) }
    }
}
