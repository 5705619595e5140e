/// When to tell the camera that we are still there, and how (RFC 2326, 10.1 and 10.8).
struct KeepAlive {
    /// Half the time after which it would forget the session.
    private(set) var intervalUs: Int64
    private var dueUs: Int64 = .max
    /// Some cameras say they know GET_PARAMETER and refuse it; then OPTIONS.
    private(set) var method = "OPTIONS"
    /// Sequence numbers of requests without an answer.
    private(set) var waiting: [Int] = []
    /// Repeats since one was due: a camera must not make us ask at the network's pace.
    private var repeatCount = 0

    init() { intervalUs = Self.half(RTSPLimits.defaultSessionSeconds) }

    mutating func learn(methods: String?) {
        let known = methods?.split(separator: ",").map { $0.trimmed.uppercased() } ?? []
        if known.contains("GET_PARAMETER") { method = "GET_PARAMETER" }
    }

    mutating func learn(timeoutSeconds: Int) { intervalUs = Self.half(timeoutSeconds) }

    mutating func start(nowUs: Int64) { dueUs = nowUs + intervalUs }

    func isDue(_ nowUs: Int64) -> Bool { nowUs >= dueUs }

    mutating func sent(_ sequence: Int, nowUs: Int64) {
        if isDue(nowUs) { repeatCount = 0 }
        dueUs = nowUs + intervalUs
        waiting.append(sequence)
        if waiting.count > RTSPLimits.answersWaiting { waiting.removeFirst() }
    }

    /// - Returns: whether another try is worth it at once.
    mutating func answered(_ sequence: Int?, status: Int, login: inout Login, challenges: @autoclosure () -> [Challenge]) -> Bool {
        if let sequence, let index = waiting.firstIndex(of: sequence) {
            waiting.removeSubrange(...index)
        } else if !waiting.isEmpty {
            waiting.removeFirst()
        }
        guard status >= 400, repeatCount < RTSPLimits.loginAttempts else { return false }
        repeatCount += 1
        // A camera that refuses a login here goes on playing more often than not; if it does not, silence will tell.
        if status == 401 { return (try? login.refused(by: challenges())) != nil }
        guard method != "OPTIONS" else { return false }
        method = "OPTIONS"
        return true
    }

    private static func half(_ seconds: Int) -> Int64 { Int64(seconds) * 500_000 }
}
