import Crypto
import Glibc
import SystemPackage

/// One file being recorded: video or audio of a segment. Belongs to its segment's lane; nothing here is for two threads.
///
/// Throws `Errno`.
final class TrackFile {
    let path: String
    /// Of `ftyp` and `moov`.
    let initializationByteCount: Int
    let reader: FragmentReader
    /// What is whole in the file: the header, then fragments.
    private(set) var byteCount: Int64 = 0
    private(set) var fragmentCount = 0
    private(set) var hasUnsyncedBytes = false

    private let file: FileDescriptor
    private let calls: DiskCalls
    private var hash = SHA256()
    private var beforeTrailer: (hash: SHA256, byteCount: Int64)?

    /// Makes the file, which must not exist.
    ///
    /// - Parameter path: absolute; its folder must exist.
    init(creating path: String, reader: FragmentReader, calls: DiskCalls) throws {
        self.path = path
        self.reader = reader
        self.calls = calls
        initializationByteCount = reader.initialization.byteCount
        file = try Disk.createNew(path)
        // Held until the file is closed: recovery by a daemon that came back sooner than this worker went waits for it.
        _ = flock(file.rawValue, LOCK_EX | LOCK_NB)
    }

    deinit { try? file.close() }

    /// Appends bytes that are whole boxes. When the disk takes only some of them, they are cut off again.
    func append(_ bytes: ArraySlice<UInt8>, fragmentCount added: Int) throws {
        do {
            try calls.write(file, bytes, byteCount)
        } catch {
            try? file.resize(to: byteCount)
            throw error
        }
        hash.update(data: bytes)
        byteCount += Int64(bytes.count)
        fragmentCount += added
        hasUnsyncedBytes = true
    }

    /// - Throws: `SyncFailure`. What was written since the last sync may be lost then, whatever a later sync says.
    func sync() throws {
        guard hasUnsyncedBytes else { return }
        do {
            try calls.sync(file)
        } catch {
            throw SyncFailure(cause: error)
        }
        hasUnsyncedBytes = false
    }

    /// Appends the trailer. It can be taken back as long as not all of the segment's files have theirs.
    ///
    /// - Parameter isDurable: false where the disk has failed already: then a sync proves nothing, and its answer is not asked for.
    func append(trailer: [UInt8], isDurable: Bool) throws {
        beforeTrailer = (hash, byteCount)
        try append(trailer[...], fragmentCount: 0)
        guard isDurable else {
            try? sync()
            return
        }
        try sync()
    }

    func takeBackTrailer() {
        guard let before = beforeTrailer else { return }
        (hash, byteCount) = before
        beforeTrailer = nil
        try? file.resize(to: byteCount)
    }

    func remove() { _ = try? Disk.remove(path) }

    /// Lower-case hexadecimal, of all that was appended.
    var sha256: String { hash.finalize().hexadecimal }

    func forgetCached() { Disk.forgetCached(file) }
}

/// A sync that failed: the one disk error after which nothing written since the sync before is certain.
struct SyncFailure: Error {
    let cause: any Error
}

extension Digest {
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
