import Foundation

/// What standard output and standard error are connected to.
struct Terminal: Sendable {
    /// Columns of the terminal on standard output; `nil` where it is no terminal, and nothing is cut.
    let width: Int?
    let usesColour: Bool

    static let plain = Terminal(width: nil, usesColour: false)

    static func current(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> Terminal {
        guard isatty(STDOUT_FILENO) == 1 else { return .plain }
        return Terminal(width: columns(of: STDOUT_FILENO), usesColour: allowsColour(environment))
    }

    /// A terminal's width; 80 where it does not tell, and never under 40.
    static func columns(of descriptor: Int32) -> Int {
        var size = winsize()
        let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? max(40, Int(size.ws_col)) : 80
    }

    /// https://no-color.org: any value but the empty one.
    static func allowsColour(_ environment: [String: String]) -> Bool {
        (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// One line on standard error.
    static func complain(_ message: String) { note("caselight: \(message)") }

    /// One line on standard error, without a name before it.
    static func note(_ message: String) {
        let indent = String(message.prefix { $0 == " " })
        FileHandle.standardError.write(Data((indent + oneLine(message) + "\n").utf8))
    }

    static func oneLine(_ text: String) -> String {
        TextWidth.printable(text).split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }

    func tinted(_ text: String, _ tint: Tint?) -> String {
        guard usesColour, let tint, !text.isEmpty else { return text }
        return "\u{1B}[\(tint.rawValue)m\(text)\u{1B}[0m"
    }
}

/// What a colour means.
enum Tint: Int, Sendable {
    case heading = 1
    case quiet = 2
    case bad = 31
    case good = 32
    case doubtful = 33
}
