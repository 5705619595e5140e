import CFFmpeg
import Synchronization

/// FFmpeg's own log lines: URLs cut down to scheme, host and port; a line that repeats is counted, not repeated.
///
/// FFmpeg calls from whatever thread does its work; the state behind is under one lock.
enum FFmpegLog {
    /// Lines a second that pass; past it they are counted.
    static let lineLimitPerSecond = 20

    private struct State {
        var lastLine = ""
        var repeats = 0
        var secondUs: Int64 = 0
        var linesThisSecond = 0
        var suppressed = 0
    }

    private static let state = Mutex(State())

    /// Once for the process.
    static func install() { caselight_log_install(AV_LOG_WARNING) }

    fileprivate static func take(level: Int32, line: String) {
        let text = redacted(line)
        guard !text.isEmpty else { return }
        // What matters of it comes as an error of ours; these lines are for whoever looks closer.
        let priority: WorkerLog.Priority = level <= AV_LOG_ERROR ? .info : .debug
        for line in passing(text, nowUs: caselight_monotonic_us()) { WorkerLog.write(priority, "ffmpeg: \(line)") }
    }

    private static func passing(_ line: String, nowUs: Int64) -> [String] {
        state.withLock { state in
            var lines: [String] = []
            if nowUs - state.secondUs >= 1_000_000 {
                if state.suppressed > 0 { lines.append("\(state.suppressed) lines were left out") }
                (state.secondUs, state.linesThisSecond, state.suppressed) = (nowUs, 0, 0)
            }
            if line == state.lastLine {
                state.repeats += 1
                return lines
            }
            if state.repeats > 0 { lines.append("the last line came \(state.repeats) times more") }
            (state.lastLine, state.repeats) = (line, 0)
            guard state.linesThisSecond < lineLimitPerSecond else {
                state.suppressed += 1
                return lines
            }
            state.linesThisSecond += 1
            lines.append(line)
            return lines
        }
    }

    /// One line, with every URL in it cut down to scheme, host and port.
    static func redacted(_ line: String) -> String {
        let bytes = Array(line.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: "://".utf8) {
                let end = bytes[index...].firstIndex { $0 <= 0x20 || $0 == 0x22 || $0 == 0x27 || $0 == 0x3E } ?? bytes.count
                result += "://".utf8
                result += hostAndPort(bytes[(index + 3)..<end])
                index = end
            } else {
                result.append(bytes[index] < 0x20 || bytes[index] == 0x7F ? 0x20 : bytes[index])
                index += 1
            }
        }
        while result.last == 0x20 { result.removeLast() }
        return String(decoding: result, as: UTF8.self)
    }

    /// Everything up to the last `@` may be credentials: a password may hold `/` when someone did not encode it.
    private static func hostAndPort(_ rest: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var authority = rest
        if let at = rest.lastIndex(of: UInt8(ascii: "@")) { authority = rest[(at + 1)...] }
        return authority.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    }
}

/// The receiver that the shim's callback names.
@_cdecl("caselight_media_log")
func caselightMediaLog(_ level: Int32, _ line: UnsafePointer<CChar>?) {
    if let line { FFmpegLog.take(level: level, line: String(cString: line)) }
}
