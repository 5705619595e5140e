package import CaselightModel
import Foundation
internal import SystemPackage

extension LogVerifier {
    private static let pieceByteCount = 1 << 20

    /// Reads a log from pages of entries' bodies, in order, up to the first empty page.
    package mutating func read(pages next: () async throws -> [[UInt8]]) async throws {
        while true {
            let page = try await next()
            if page.isEmpty { return }
            for body in page { take(body) }
        }
    }

    /// Reads a log from a file of JSON Lines, as `caselight log list --json-lines` writes it: one entry's bytes a line. Blocks.
    ///
    /// - Throws: `notFound`, `diskFailed`; a line that is too long for an entry is a fault of the log's.
    package mutating func read(linesOf path: String) throws(CaselightError) {
        do {
            let file = try FileDescriptor.open(FilePath(path), .readOnly, options: .closeOnExec)
            defer { try? file.close() }
            try read(linesOf: file)
        } catch {
            let code: CaselightError.Code = (error as? Errno) == .noSuchFileOrDirectory ? .notFound : .diskFailed
            throw CaselightError(code, "read the log from '\(path)'", because: "\(error)")
        }
    }

    private mutating func read(linesOf file: FileDescriptor) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceByteCount, alignment: 16)
        defer { buffer.deallocate() }
        var filled = 0
        while true {
            let count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            filled += count
            let used = takeLines(of: UnsafeRawBufferPointer(rebasing: buffer[..<filled]), isEnd: count == 0)
            if count == 0 { return }
            if used == 0, filled == buffer.count { return add(LogFault(sequence: nil, cause: "a line is longer than any entry is")) }
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[used..<filled]))
            filled -= used
        }
    }

    /// - Returns: how many bytes were whole lines.
    private mutating func takeLines(of bytes: UnsafeRawBufferPointer, isEnd: Bool) -> Int {
        var start = 0
        while let end = Self.lineEnd(in: bytes, from: start) {
            take(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            start = end + 1
        }
        if isEnd, start < bytes.count {
            take(UnsafeRawBufferPointer(rebasing: bytes[start...]))
            start = bytes.count
        }
        return start
    }

    private static func lineEnd(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + start, 0x0A, bytes.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
