internal import CaselightEvidence
internal import CaselightModel
import Glibc
import SystemPackage

/// The package being written: its container, its list of files, and its hash. Blocks; for one thread at a time.
final class PackageFiles {
    private let path: String
    private let target: FileDescriptor
    private let builder: PackageBuilder
    private let sum: PackageSum
    private(set) var listed: [ManifestFile] = []
    private var paths: Set<PackagePath> = []

    /// - Parameter path: must not exist.
    init(path: String) throws(CaselightError) {
        self.path = path
        target = try ExportFolder.doing("make the package") {
            try FileDescriptor.open(
                FilePath(path), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec, .noFollow], permissions: [.ownerReadWrite])
        }
        builder = PackageBuilder(target)
        sum = try PackageSum(path: path)
    }

    deinit {
        sum.stop()
        try? target.close()
    }

    func has(_ path: PackagePath) -> Bool { paths.contains(path) }

    /// Adds a file of the disk.
    ///
    /// - Parameter progress: called with the bytes of it so far.
    func add(
        _ path: PackagePath, file: String, byteCount: Int64, progress: (Int64) throws -> Void
    ) throws -> ContentDigest {
        let source = try ExportFolder.doing("read '\(path)'") {
            try FileDescriptor.open(FilePath(file), .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
        }
        defer {
            // Footage is read once; the page cache has better things to keep.
            _ = posix_fadvise(source.rawValue, 0, 0, POSIX_FADV_DONTNEED)
            try? source.close()
        }
        _ = posix_fadvise(source.rawValue, 0, 0, POSIX_FADV_SEQUENTIAL)
        let digest = try builder.add(path, from: source, byteCount: byteCount) { done in
            try Task.checkCancellation()
            try progress(done)
        }
        paths.insert(path)
        sum.advance(to: builder.byteCount)
        return digest
    }

    func add(_ path: PackagePath, bytes: [UInt8]) throws -> ContentDigest {
        let digest = try builder.add(path, bytes: bytes)
        paths.insert(path)
        sum.advance(to: builder.byteCount)
        return digest
    }

    func list(_ file: ManifestFile) { listed.append(file) }

    /// Seals the package and brings it to disk.
    ///
    /// - Returns: its size and SHA-256, and what its list of hashes is.
    func seal(
        _ manifest: Manifest, log: LogExcerpt, timestamp: PackageTimestamp, key: SigningKey
    ) throws -> (package: SealedPackage, sha256: String) {
        let sealed = try builder.seal(manifest, log: log, timestamp: timestamp, key: key)
        let sha256 = try sum.finish(at: sealed.byteCount)
        try ExportFolder.doing("bring the package to disk") {
            while fsync(target.rawValue) < 0 {
                let error = Errno(rawValue: errno)
                if error != .interrupted { throw error }
            }
        }
        return (sealed, sha256)
    }
}
