/// What the program ends with.
enum ExitStatus: Int32 {
    case done = 0
    /// It said no: not found, refused, a check failed.
    case refused = 1
    case usage = 2
    /// Cannot reach the daemon.
    case unreachable = 3
}

/// Why a command ends early, in one line for its user.
struct ClientFailure: Error, CustomStringConvertible {
    let status: ExitStatus
    /// `nil` where all has been said.
    let message: String?
    /// The problem's stable code, where the daemon gave one.
    var code: String?
    /// Lines that follow it, such as the rows that were wrong in a list.
    var notes: [String] = []

    init(_ status: ExitStatus, _ message: String?, code: String? = nil) {
        self.status = status
        self.message = message
        self.code = code
    }

    var description: String { message ?? "" }
}
