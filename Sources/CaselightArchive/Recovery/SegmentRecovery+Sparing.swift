internal import CaselightModel
import Glibc
import SystemPackage

/// What recovery must not take away: a file that a bad byte hides from the reader is not one that a crash cut.
extension SegmentRecovery {
    /// Whether a whole trailer stands in the range: then the file was closed, and something else happened to it since.
    func hidesTrailer(_ file: FileDescriptor, in range: Range<Int64>) throws -> Bool {
        for position in try Disk.positions(of: SegmentTrailer.boxUUID, file, in: range, limit: 16) {
            var window = FileWindow(file, byteCount: range.upperBound)
            // Size and type stand before the UUID.
            guard position >= 8, let box = try unlessDamaged({ try window.box(at: position - 8) }), box.type == "uuid",
                box.byteCount <= Int64(SegmentBox.lengthLimitBytes),
                let content = try unlessDamaged({ try window.content(of: box, at: position - 8) })
            else { continue }
            if SegmentBox.trailer(content) != nil { return true }
        }
        return false
    }

    /// Whether at least so many fragments begin in the range, whole or not.
    func holdsFragments(_ count: Int, _ file: FileDescriptor, in range: Range<Int64>) throws -> Bool {
        try Disk.positions(of: Array("moof".utf8), file, in: range, limit: count).count >= count
    }

    /// Keeps what is about to be cut from footage that may be held, where more than the fragment that a crash tore stands in it.
    func setAside(_ file: FileDescriptor, _ range: Range<Int64>) throws {
        guard mayBeHeld, try holdsFragments(2, file, in: range) else { return }
        let folder = "\(archivePath)/\(HoldFolder.name)"
        let finalPath = "\(folder)/\(camera)-\(id)-\(range.lowerBound).cut"
        try Disk.makeFolder(folder, in: archivePath)
        let newPath = finalPath + ".new"
        try Disk.remove(newPath)
        do {
            try Disk.copy(file, range, to: newPath)
            try Disk.replace(finalPath, with: newPath)
        } catch {
            _ = try? Disk.remove(newPath)
            throw error
        }
    }
}

extension Disk {
    /// Where the bytes stand in the file, at most `limit` places.
    static func positions(of pattern: [UInt8], _ file: FileDescriptor, in range: Range<Int64>, limit: Int) throws -> [Int64] {
        var found: [Int64] = []
        var offset = range.lowerBound
        while offset + Int64(pattern.count) <= range.upperBound, found.count < limit {
            let block = try read(file, at: offset, count: Int(min(Int64(blockByteCount), range.upperBound - offset)))
            guard block.count >= pattern.count else { break }
            for start in 0...block.count - pattern.count where block[start] == pattern[0] && found.count < limit {
                if block[start..<start + pattern.count].elementsEqual(pattern) { found.append(offset + Int64(start)) }
            }
            // One may lie across two blocks.
            offset += Int64(block.count - pattern.count + 1)
        }
        return found
    }

    /// Copies part of a file to a new one, durable but for its name.
    static func copy(_ file: FileDescriptor, _ range: Range<Int64>, to path: String) throws {
        let target = try createNew(path)
        defer { try? target.close() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let block = try read(file, at: offset, count: Int(min(Int64(blockByteCount), range.upperBound - offset)))
            guard !block.isEmpty else { break }
            _ = try target.writeAll(toAbsoluteOffset: offset - range.lowerBound, block)
            offset += Int64(block.count)
        }
        try systemCall { fsync(target.rawValue) }
    }
}
