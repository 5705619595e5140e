internal import CaselightModel
import Crypto
import Foundation
package import SystemPackage

/// Reads files and hashes them in one pass: SHA-256 on a thread of its own, the rest on the caller's, so that one block is hashed while
/// the next is read, summed and written. Holds four blocks, whatever the file's size.
///
/// One caller at a time, on a thread that may wait for a disk; the lane's own thread ends with it.
package final class DigestLane {
    static let blockByteCount = 1 << 20
    static let blockCount = 4

    private let ring = BlockRing()
    private var isStarted = false

    package init() {}

    deinit { ring.stop() }

    /// Reads `byteCount` bytes from `offset` on and hands them on, block by block, in order.
    ///
    /// - Parameter consume: called with each block on the caller's thread; what it throws ends the reading.
    /// - Throws: `damagedMedia` where the file ends before, `diskFailed` where it cannot be read.
    package func digest(
        of source: FileDescriptor, named name: String, from offset: Int64 = 0, byteCount: Int64,
        consume: (UnsafeRawBufferPointer) throws -> Void = { _ in }
    ) throws -> ContentDigest {
        // A thread is not worth its waking for one block.
        let isLong = byteCount > Int64(Self.blockByteCount)
        if isLong, !isStarted {
            isStarted = true
            ring.start()
        }
        var (done, sum, short) = (Int64(0), UInt32(0), SHA256())
        defer { if isLong { ring.drain() } }
        while done < byteCount {
            let block = isLong ? ring.free() : ring.first
            let part = UnsafeMutableRawBufferPointer(rebasing: block.prefix(Int(min(Int64(block.count), byteCount - done))))
            try fill(part, from: source, at: offset + done, named: name)
            let bytes = UnsafeRawBufferPointer(part)
            if isLong { ring.submit(byteCount: part.count) } else { short.update(bufferPointer: bytes) }
            sum = CyclicSum.continued(sum, over: bytes)
            try consume(bytes)
            done += Int64(part.count)
        }
        let hash = isLong ? ring.finish() : short.finalize()
        return ContentDigest(byteCount: byteCount, sha256: HexText.text(hash), crc32: sum)
    }

    private func fill(_ block: UnsafeMutableRawBufferPointer, from source: FileDescriptor, at offset: Int64, named name: String) throws {
        var filled = 0
        while filled < block.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: block[filled...])
            let count = try PackageFile.doing("read '\(name)'") { try source.read(fromAbsoluteOffset: offset + Int64(filled), into: rest) }
            guard count > 0 else {
                throw CaselightError(
                    .damagedMedia, "read '\(name)'", because: "it ends after \(offset + Int64(filled)) bytes and should have more",
                    remedy: "Was it changed meanwhile?")
            }
            filled += count
        }
    }
}

/// The blocks on their way to the hashing thread. Every field is guarded by `condition`, but for the blocks' bytes: the reader fills a
/// block while it is free, and both sides only read it from its submission until it is hashed.
private final class BlockRing: @unchecked Sendable {
    private let condition = NSCondition()
    private let blocks: [UnsafeMutableRawBufferPointer]
    private var sizes = Array(repeating: 0, count: DigestLane.blockCount)
    private var submittedCount = 0
    private var hashedCount = 0
    private var state = SHA256()
    private var isStopping = false

    init() {
        blocks = (0..<DigestLane.blockCount).map { _ in
            UnsafeMutableRawBufferPointer.allocate(byteCount: DigestLane.blockByteCount, alignment: 4096)
        }
    }

    deinit { for block in blocks { block.deallocate() } }

    var first: UnsafeMutableRawBufferPointer { blocks[0] }

    func start() {
        let thread = Thread { [self] in work() }
        thread.name = "digest"
        thread.start()
    }

    func stop() {
        condition.lock()
        isStopping = true
        condition.unlock()
        condition.broadcast()
    }

    /// The next block, once it is hashed.
    func free() -> UnsafeMutableRawBufferPointer {
        condition.lock()
        defer { condition.unlock() }
        while submittedCount - hashedCount == blocks.count { condition.wait() }
        return blocks[submittedCount % blocks.count]
    }

    func submit(byteCount: Int) {
        condition.lock()
        sizes[submittedCount % blocks.count] = byteCount
        submittedCount += 1
        condition.unlock()
        condition.broadcast()
    }

    func finish() -> SHA256.Digest {
        condition.lock()
        defer { condition.unlock() }
        while hashedCount < submittedCount { condition.wait() }
        let digest = state.finalize()
        state = SHA256()
        return digest
    }

    /// Forgets what an error left behind.
    func drain() { _ = finish() }

    private func work() {
        condition.lock()
        defer { condition.unlock() }
        while true {
            while hashedCount == submittedCount {
                if isStopping { return }
                condition.wait()
            }
            let block = UnsafeRawBufferPointer(rebasing: blocks[hashedCount % blocks.count].prefix(sizes[hashedCount % blocks.count]))
            var hasher = state
            condition.unlock()
            hasher.update(bufferPointer: block)
            condition.lock()
            state = hasher
            hashedCount += 1
            condition.broadcast()
        }
    }
}
