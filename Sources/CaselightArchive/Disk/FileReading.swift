internal import CaselightModel
import Crypto
import Glibc
import SystemPackage

extension Disk {
    /// Blocks this large keep a disk busy and stay out of the way of memory.
    static let blockByteCount = 1 << 20
    /// A file system allocates and zeroes whole pages.
    static let pageByteCount = 4096

    /// Never follows a link: the archive has none of its own.
    static func openForReading(_ path: String) throws -> FileDescriptor {
        let file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec, .noFollow, .nonBlocking])
        var status = stat()
        guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            try? file.close()
            throw Errno.noSuchFileOrDirectory
        }
        return file
    }

    /// Whether there is anything of this name, a link included.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Bytes at an offset; fewer where the file ends before.
    static func read(_ file: FileDescriptor, at offset: Int64, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let target = UnsafeMutableRawBufferPointer(buffer)
            while filled < count {
                let got = try file.read(fromAbsoluteOffset: offset + Int64(filled), into: .init(rebasing: target[filled...]))
                if got == 0 { break }
                filled += got
            }
        }
    }

    /// SHA-256 of the file's first bytes, lower-case hexadecimal.
    static func sha256(_ file: FileDescriptor, byteCount: Int64) throws -> String {
        var hash = SHA256()
        var offset: Int64 = 0
        while offset < byteCount {
            let block = try read(file, at: offset, count: Int(min(Int64(blockByteCount), byteCount - offset)))
            guard !block.isEmpty else { break }
            hash.update(data: block)
            offset += Int64(block.count)
        }
        return hash.finalize().hexadecimal
    }

    /// Where the first page of nothing but zeros begins, one cut short by the range's end included. Compressed media have none:
    /// after a power cut it is what was never written.
    static func firstZeroPage(_ file: FileDescriptor, in range: Range<Int64>) throws -> Int64? {
        /// A shorter rest of a page may be zeros by chance.
        let shortestRestByteCount = 16
        let page = Int64(pageByteCount)
        var offset = (range.lowerBound + page - 1) / page * page
        while offset < range.upperBound {
            let block = try read(file, at: offset, count: Int(min(Int64(blockByteCount), range.upperBound - offset)))
            for start in stride(from: 0, to: block.count, by: pageByteCount) where block[start] == 0 {
                let rest = block[start..<min(start + pageByteCount, block.count)]
                if rest.count >= shortestRestByteCount, rest.allSatisfy({ $0 == 0 }) { return offset + Int64(start) }
            }
            guard block.count == blockByteCount else { break }
            offset += Int64(block.count)
        }
        return nil
    }

    enum EntryKind { case file, folder, other }

    /// A folder's entries by name, links not followed.
    static func entries(of folder: String) throws -> [(name: String, kind: EntryKind)] {
        guard let stream = opendir(folder) else { throw Errno(rawValue: errno) }
        defer { closedir(stream) }
        var found: [(name: String, kind: EntryKind)] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(entry.pointee.d_reclen)) { String(cString: $0) }
            }
            guard name != ".", name != ".." else { continue }
            guard let kind = kind(of: entry, name, in: stream) else { continue }
            found.append((name, kind))
        }
        return found.sorted { $0.name < $1.name }
    }

    /// Most file systems tell the kind with the name; asking each file for it would be most of a listing's cost.
    private static func kind(of entry: UnsafeMutablePointer<dirent>, _ name: String, in folder: OpaquePointer) -> EntryKind? {
        switch Int(entry.pointee.d_type) {
        case Int(DT_REG): return .file
        case Int(DT_DIR): return .folder
        case Int(DT_UNKNOWN): break
        default: return .other
        }
        var status = stat()
        guard fstatat(dirfd(folder), name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    /// When an entry of the folder was last made or removed; `nil` where the folder is gone.
    static func changedAt(folder: String) throws -> WallTime? {
        var status = stat()
        do {
            try systemCall { stat(folder, &status) }
        } catch Errno.noSuchFileOrDirectory {
            return nil
        }
        return WallTime(microseconds: Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000)
    }

    /// Waits for another process to let go of the file, up to `limitNs`.
    /// - Returns: whether this process holds it now.
    static func lock(_ file: FileDescriptor, limitNs: Int64 = 2_000_000_000) -> Bool {
        let deadline = MonotonicCondition.nowNs() + limitNs
        while flock(file.rawValue, LOCK_EX | LOCK_NB) != 0 {
            guard MonotonicCondition.nowNs() < deadline else { return false }
            usleep(20_000)
        }
        return true
    }
}
