package import CaselightModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Small files that are whole or not there, whatever happens meanwhile. All calls block.
package enum DurableFile {
    /// Writes beside the place, presses it to disk, and gives it the name at once.
    ///
    /// - Parameter replacing: whether what stands there gives way.
    /// - Throws: `diskFull`, `diskFailed`; then what stood there stands as before.
    package static func put(
        _ bytes: [UInt8], at path: String, mode: mode_t, replacing: Bool, doing operation: String
    ) throws(CaselightError) {
        let fresh = path + ".new"
        // What a crash left of an earlier writing.
        unlink(fresh)
        do throws(CaselightError) {
            try fill(bytes, to: fresh, mode, operation)
            // A link gives way to nothing that stands there; a rename replaces it.
            guard (replacing ? rename(fresh, path) : link(fresh, path)) == 0 else {
                throw StoreFailure.systemError(errno, doing: operation, path: path)
            }
        } catch {
            unlink(fresh)
            throw error
        }
        unlink(fresh)
        try syncFolder(of: path, doing: operation)
    }

    private static func fill(_ bytes: [UInt8], to fresh: String, _ mode: mode_t, _ operation: String) throws(CaselightError) {
        let descriptor = open(fresh, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw StoreFailure.systemError(errno, doing: operation, path: fresh) }
        defer { close(descriptor) }
        var place = 0
        while place < bytes.count {
            let count = bytes[place...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StoreFailure.systemError(count == 0 ? ENOSPC : errno, doing: operation, path: fresh) }
            place += count
        }
        // The mode as it is meant, whatever the umask took off it.
        guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else {
            throw StoreFailure.systemError(errno, doing: operation, path: fresh)
        }
    }

    /// Presses a file's name to disk: without it, a power cut may take a file whose bytes are safe.
    package static func syncFolder(of path: String, doing operation: String) throws(CaselightError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StoreFailure.systemError(errno, doing: operation, path: folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw StoreFailure.systemError(errno, doing: operation, path: folder) }
    }
}
