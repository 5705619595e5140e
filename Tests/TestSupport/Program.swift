import Foundation
import Glibc

/// What a program that has ended left behind.
package struct Program {
    /// The exit status; 128 and the signal's number when a signal ended it.
    package let status: Int32
    package let output: [UInt8]
    package let error: [UInt8]

    package var outputText: String { String(decoding: output, as: UTF8.self) }
    package var errorText: String { String(decoding: error, as: UTF8.self) }

    /// Runs a program to its end. Blocks; nothing it writes can fill up while nobody reads.
    ///
    /// - Parameters:
    ///   - environment: `nil` hands on our own.
    ///   - givenOutput: where standard output goes; `nil` is read as `output`.
    /// - Throws: `POSIXError` where it cannot be started.
    package static func run(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil, output givenOutput: Int32? = nil
    ) throws -> Program {
        let (output, error) = (try OutputFile(), try OutputFile())
        let child = try Child(
            program, arguments, environment: environment, output: givenOutput ?? output.descriptor, error: error.descriptor)
        let status = child.wait()
        return Program(status: status, output: output.content(), error: error.content())
    }
}

/// A file without a name, for what a program writes.
private final class OutputFile {
    let descriptor: Int32

    init() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "output-\(UUID().uuidString)").path
        descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        unlink(path)
    }

    deinit { close(descriptor) }

    func content() -> [UInt8] {
        let size = Int(lseek(descriptor, 0, SEEK_END))
        return [UInt8](unsafeUninitializedCapacity: max(0, size)) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
        }
    }
}
