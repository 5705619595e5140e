internal import CaselightModel
import Crypto
import Foundation
import Glibc
import SystemPackage

/// The SHA-256 of a package while it is written: a thread of its own reads what is finished right behind the writer, while the page
/// cache still has it, and then lets the cache forget it, so that a package of any size pushes nothing else out of memory.
///
/// The writer calls `advance` and `finish`; `stop` and the end of life may come from anywhere. Fields are guarded by `condition`.
final class PackageSum: @unchecked Sendable {
    /// Written and not yet hashed; beyond it the writer waits.
    private static let lagLimitBytes: Int64 = 256 << 20
    private static let blockByteCount = 1 << 20
    /// What is hashed is pressed to disk in such pieces, so that the end has little left to wait for.
    private static let flushByteCount: Int64 = 32 << 20
    /// How far behind a disk may be with them.
    private static let flushMemoryBytes: Int64 = 1 << 30

    private let file: FileDescriptor
    private let condition = NSCondition()
    private var target: Int64 = 0
    private var hashed: Int64 = 0
    private var isFinal = false
    private var isStopped = false
    private var outcome: Result<String, CaselightError>?

    /// - Parameter path: of the file being written; opened for this.
    init(path: String) throws(CaselightError) {
        file = try ExportFolder.doing("read the package back") {
            try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .noFollow])
        }
        let thread = Thread { [self] in work() }
        thread.name = "package-sum"
        thread.start()
    }

    deinit { try? file.close() }

    /// Everything before `offset` stands and will not change. Waits while hashing is far behind.
    func advance(to offset: Int64) {
        condition.lock()
        defer { condition.unlock() }
        target = offset
        condition.broadcast()
        while outcome == nil, !isStopped, target - hashed > Self.lagLimitBytes { condition.wait() }
    }

    /// - Returns: the hash of the first `byteCount` bytes, lower-case hexadecimal.
    func finish(at byteCount: Int64) throws(CaselightError) -> String {
        condition.lock()
        defer { condition.unlock() }
        (target, isFinal) = (byteCount, true)
        condition.broadcast()
        while outcome == nil { condition.wait() }
        guard let outcome else { preconditionFailure("it was waited for") }
        return try outcome.get()
    }

    /// Nobody wants the sum any more.
    func stop() {
        condition.lock()
        isStopped = true
        condition.unlock()
        condition.broadcast()
    }

    private func work() {
        var hash = SHA256()
        var block = [UInt8](repeating: 0, count: Self.blockByteCount)
        var (position, flushed) = (Int64(0), Int64(0))
        var failure: CaselightError?
        while failure == nil, let end = next(after: position) {
            do throws(CaselightError) {
                let count = try read(&block, at: position, count: Int(min(Int64(block.count), end - position)))
                block.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
                position += Int64(count)
                if position - flushed >= Self.flushByteCount { flushed = flush(from: flushed, to: position) }
            } catch {
                failure = error
            }
        }
        let text = hash.finalize().reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
        condition.lock()
        outcome = failure.map { .failure($0) } ?? .success(text)
        condition.unlock()
        condition.broadcast()
    }

    /// Up to where there is more to hash; `nil` at the end.
    private func next(after position: Int64) -> Int64? {
        condition.lock()
        defer { condition.unlock() }
        hashed = position
        condition.broadcast()
        while true {
            if isStopped { return nil }
            if target > position { return target }
            if isFinal { return nil }
            condition.wait()
        }
    }

    private func read(_ block: inout [UInt8], at offset: Int64, count: Int) throws(CaselightError) -> Int {
        let got = try ExportFolder.doing("read the package back") {
            try block.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: offset, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<count])) }
        }
        guard got > 0 else {
            throw CaselightError(.diskFailed, "read the package back", because: "it is shorter than what was written")
        }
        return got
    }

    /// Lets the cache forget what is hashed: that starts to write what is dirty of it, and drops what earlier calls had written.
    private func flush(from start: Int64, to end: Int64) -> Int64 {
        let first = max(0, start - Self.flushMemoryBytes)
        _ = posix_fadvise(file.rawValue, off_t(first), off_t(end - first), POSIX_FADV_DONTNEED)
        return end
    }
}
