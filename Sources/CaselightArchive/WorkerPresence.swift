import Glibc
internal import CaselightModel

/// Tells the next `caselightd` that a media worker still writes here: a shared lock on the volume file's first byte for as long as
/// the worker lives. A daemon that was killed leaves workers behind that close their segments; recovery must not cut those files meanwhile.
///
/// An open-file-description lock (fcntl(2)), which the daemon's own flock(2) on the same file does not see.
final class WorkerPresence: Sendable {
    private static let setLock: Int32 = 37  // F_OFD_SETLK, a macro that Swift does not import
    private let descriptor: Int32

    /// `nil` where the folder has no volume file: then no daemon will open it either.
    init?(archivePath: String) {
        descriptor = open("\(archivePath)/\(ArchiveLayout.volumeFileName)", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        guard Self.lock(descriptor, Int16(F_RDLCK)) else {
            close(descriptor)
            return nil
        }
    }

    deinit { close(descriptor) }

    /// Blocks until no worker is present.
    ///
    /// - Returns: whether that came true within the limit.
    static func waitForNone(archivePath: String, limitSeconds: Int) -> Bool {
        let descriptor = open("\(archivePath)/\(ArchiveLayout.volumeFileName)", O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        for _ in 0..<limitSeconds * 20 {
            if lock(descriptor, Int16(F_WRLCK)) { return true }
            usleep(50_000)
        }
        return false
    }

    private static func lock(_ descriptor: Int32, _ kind: Int16) -> Bool {
        var range = flock()
        range.l_type = kind
        range.l_whence = Int16(SEEK_SET)
        range.l_start = 0
        range.l_len = 1
        return fcntl(descriptor, setLock, &range) == 0
    }
}
