import Glibc
import SystemPackage

/// The two calls by which footage reaches the disk. Replaceable, since a disk that fails cannot be had on demand.
struct DiskCalls: Sendable {
    /// Writes all of the bytes at an offset; throws `Errno`.
    var write: @Sendable (FileDescriptor, ArraySlice<UInt8>, Int64) throws -> Void
    /// Makes what was written durable; throws `Errno`. After a failure the kernel may have dropped what it could not write,
    /// so a second, successful call proves nothing.
    var sync: @Sendable (FileDescriptor) throws -> Void

    static let system = DiskCalls(
        write: { file, bytes, offset in _ = try file.writeAll(toAbsoluteOffset: offset, bytes) },
        sync: { file in try systemCall { fdatasync(file.rawValue) } })
}

/// Calls that Swift System lacks. All block, and throw `Errno`.
enum Disk {
    static func makeDurable(folder path: String) throws {
        let folder = try FileDescriptor.open(FilePath(path), .readOnly, options: [.directory, .closeOnExec])
        defer { try? folder.close() }
        try systemCall { fsync(folder.rawValue) }
    }

    /// Makes a folder, and makes its name in `parent` durable. One that exists is no error.
    static func makeFolder(_ path: String, in parent: String) throws {
        do {
            try systemCall { mkdir(path, 0o750) }
        } catch Errno.fileExists {
            return
        }
        try makeDurable(folder: parent)
    }

    /// Lets the page cache forget a file that is on disk, so that recording does not push out what is being read.
    static func forgetCached(_ file: FileDescriptor) { _ = posix_fadvise(file.rawValue, 0, 0, POSIX_FADV_DONTNEED) }

    static func byteCount(of file: FileDescriptor) throws -> Int64 {
        var status = stat()
        try systemCall { fstat(file.rawValue, &status) }
        return Int64(status.st_size)
    }

    /// Unlinks a file. One that is gone is no error.
    /// - Returns: whether it was there.
    @discardableResult
    static func remove(_ path: String) throws -> Bool {
        do {
            try systemCall { unlink(path) }
            return true
        } catch Errno.noSuchFileOrDirectory {
            return false
        }
    }
}

/// Calls until the call was not interrupted.
@discardableResult
func systemCall(_ call: () -> CInt) throws -> CInt {
    while true {
        let result = call()
        if result >= 0 { return result }
        let number = Errno(rawValue: errno)
        if number != .interrupted { throw number }
    }
}

extension Disk {
    /// Makes a file that must not exist, with its content on disk; its name is not durable yet.
    static func writeNew(_ path: String, _ bytes: [UInt8]) throws {
        let file = try createNew(path)
        defer { try? file.close() }
        _ = try file.writeAll(toAbsoluteOffset: 0, bytes)
        try systemCall { fsync(file.rawValue) }
    }

    static func createNew(_ path: String) throws -> FileDescriptor {
        try FileDescriptor.open(
            FilePath(path), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
            permissions: [.ownerReadWrite, .groupRead])
    }

    /// Gives a finished file its real name, durably; throws `Errno.fileExists` rather than replace another.
    static func publish(_ path: String, as finalPath: String) throws {
        try systemCall { link(path, finalPath) }
        try remove(path)
        try makeDurable(folder: ArchiveLayout.folder(of: finalPath))
    }
}
