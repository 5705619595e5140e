package import CaselightEvidence
package import CaselightModel
import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The file of checkpoints: one signed note after another, only ever added to, so that `chattr +a` may be set on it. Blocks.
package struct CheckpointFile: Sendable {
    private static let mode: mode_t = 0o640
    /// The last note lies within it, whoever added signatures.
    private static let endByteCount: UInt64 = 64 << 10

    package let path: String

    package init(path: String) { self.path = path }

    /// All notes in the order in which they were written. What a power cut left of a note is passed over.
    ///
    /// - Throws: `diskFailed`.
    package func all() throws(CaselightError) -> [SignedCheckpoint] { SignedCheckpoint.all(in: try content(endOnly: false)) }

    /// `nil` where there is none. - Throws: `diskFailed`.
    package func last() throws(CaselightError) -> SignedCheckpoint? { SignedCheckpoint.all(in: try content(endOnly: true)).last }

    /// Adds a note and returns once it survives a power cut. - Throws: `diskFull`, `diskFailed`.
    package func append(_ signed: SignedCheckpoint) throws(CaselightError) {
        let isNew = access(path, F_OK) != 0
        let descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, Self.mode)
        guard descriptor >= 0 else { throw failure("open", errno) }
        defer { close(descriptor) }
        // A note that was cut short must not swallow the first line of this one.
        let bytes = Array(((try endsMidLine(descriptor) ? "\n" : "") + signed.note).utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write", errno) }
            written += count
        }
        guard fsync(descriptor) == 0 else { throw failure("sync", errno) }
        if isNew { try syncFolder() }
    }

    private func endsMidLine(_ descriptor: Int32) throws(CaselightError) -> Bool {
        let size = lseek(descriptor, 0, SEEK_END)
        guard size > 0 else { return false }
        var byte: UInt8 = 0
        guard pread(descriptor, &byte, 1, size - 1) == 1 else { throw failure("read", errno) }
        return byte != UInt8(ascii: "\n")
    }

    private func syncFolder() throws(CaselightError) {
        let folder = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("sync the folder of", errno) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw failure("sync the folder of", errno) }
    }

    private func content(endOnly: Bool) throws(CaselightError) -> String {
        guard access(path, F_OK) == 0 else { return "" }
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            let size = try file.seekToEnd()
            try file.seek(toOffset: endOnly && size > Self.endByteCount ? size - Self.endByteCount : 0)
            return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
        } catch {
            throw CaselightError(.diskFailed, "read the checkpoints in '\(path)'", because: "\(error.localizedDescription)")
        }
    }

    private func failure(_ verb: String, _ code: Int32) -> CaselightError {
        CaselightError(
            code == ENOSPC || code == EDQUOT ? .diskFull : .diskFailed, "\(verb) the checkpoints in '\(path)'",
            because: String(cString: strerror(code)))
    }
}
