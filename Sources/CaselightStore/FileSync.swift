import CaselightModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Presses a file's name to disk: without it, a power cut may take a file whose bytes are safe.
func syncFolder(of path: String, doing operation: String) throws(CaselightError) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StoreFailure.systemError(errno, doing: operation, path: folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw StoreFailure.systemError(errno, doing: operation, path: folder) }
}
