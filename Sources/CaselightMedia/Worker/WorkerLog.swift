import Glibc

/// The worker's log: its standard error, one line an entry, with the priority prefix that journald and `caselightd` read.
package enum WorkerLog {
    package enum Priority: Int, Sendable {
        case critical = 2
        case error, warning, notice, info, debug
    }

    package static let lineLimitBytes = 1000

    /// One `write`, so that lines of several threads do not mix.
    package static func write(_ priority: Priority, _ text: String) {
        var bytes = Array("<\(priority.rawValue)>".utf8)
        for byte in text.utf8.prefix(lineLimitBytes) { bytes.append(byte < 0x20 ? 0x20 : byte) }
        bytes.append(UInt8(ascii: "\n"))
        _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
    }
}
