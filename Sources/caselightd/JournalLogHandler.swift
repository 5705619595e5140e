import CaselightModel
import Glibc
import Logging
import Synchronization

/// One line an entry on standard error: with journald's priority in front where the journal reads it, with the time where a person does.
struct JournalLogHandler: LogHandler {
    /// What is logged at all; changed by a reload.
    private static let threshold = Mutex(Logger.Level.info)

    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level {
        get { Self.threshold.withLock { $0 } }
        set { Self.threshold.withLock { $0 = newValue } }
    }
    private let label: String
    private let isForJournal: Bool

    init(label: String, isForJournal: Bool) {
        self.label = label
        self.isForJournal = isForJournal
    }

    static func setLevel(_ level: Logger.Level) { threshold.withLock { $0 = level } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let front = isForJournal ? "<\(Self.priority(event.level))>" : "\(SystemWallClock().now()) \(event.level) "
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let details = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }.joined()
        let line = front + "\(label): \(event.message)".replacingNewlines + details.replacingNewlines + "\n"
        var bytes = Array(line.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if written <= 0, errno != EINTR { return }
            bytes = bytes.dropFirst(max(0, written))
        }
    }

    private static func quoted(_ value: String) -> String {
        value.contains(" ") || value.isEmpty ? "\"\(value)\"" : value
    }

    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}

extension String {
    /// An entry is one line, whatever a camera's name or an error brought along.
    fileprivate var replacingNewlines: String {
        contains(where: \.isNewline) ? split(whereSeparator: \.isNewline).joined(separator: " ") : self
    }
}
