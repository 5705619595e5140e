import Foundation
import Synchronization

/// How far long work is, on one line of standard error that is drawn over and over. Silent where that is no terminal.
final class ProgressBar: Sendable {
    private struct State {
        var label = ""
        var drawnAt = ContinuousClock.now - .seconds(1)
        var isDrawn = false
    }

    private let state = Mutex(State())
    private let isShown: Bool

    private static let barWidth = 24
    private static let interval = Duration.milliseconds(100)

    init(isShown: Bool = Terminal.errorIsTerminal) { self.isShown = isShown }

    func begin(_ label: String) { state.withLock { $0.label = label } }

    func advance(_ what: String, doneBytes: Int64, totalBytes: Int64) {
        guard isShown else { return }
        state.withLock { state in
            guard ContinuousClock.now - state.drawnAt >= Self.interval || doneBytes == totalBytes else { return }
            state.drawnAt = .now
            state.isDrawn = true
            let line = Self.line(state.label, what, doneBytes: doneBytes, totalBytes: totalBytes)
            // A line that wrapped could not be drawn over.
            write("\r\u{1B}[K" + TextWidth.cut(line, to: Terminal.columns(of: STDERR_FILENO) - 1))
        }
    }

    /// Takes the bar away, so that a line can be written.
    func clear() {
        guard isShown else { return }
        state.withLock { state in
            if state.isDrawn { write("\r\u{1B}[K") }
            state.isDrawn = false
        }
    }

    static func line(_ label: String, _ what: String, doneBytes: Int64, totalBytes: Int64) -> String {
        let share = totalBytes > 0 ? min(1, max(0, Double(doneBytes) / Double(totalBytes))) : 1
        let filled = Int(share * Double(barWidth))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: barWidth - filled)
        let sizes = "\(Quantity.bytes(Double(doneBytes))) of \(Quantity.bytes(Double(totalBytes)))"
        let name = TextWidth.cut(TextWidth.printable(label), to: 28)
        return "\(name)  \(bar)  \(Int(share * 100)) %  \(what), \(sizes)"
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
