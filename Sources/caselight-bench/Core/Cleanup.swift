import Foundation
import Synchronization

/// Ends what was started and removes what was made, however the program ends.
///
/// The signal thread and the measuring thread may both come here; the lock lets one of them do the work while the other waits.
enum Cleanup {
    private static let steps = Mutex<[@Sendable () -> Void]>([])
    private static let signals: [Int32] = [SIGINT, SIGTERM, SIGHUP]

    /// - Parameter step: run at the end, the last one first.
    static func add(_ step: @escaping @Sendable () -> Void) { steps.withLock { $0.append(step) } }

    static func now() {
        steps.withLock { steps in
            for step in steps.reversed() { step() }
            steps = []
        }
    }

    /// To be called on the first thread while it is the only one.
    static func watchSignals() {
        var set = sigset_t()
        sigemptyset(&set)
        for number in signals { sigaddset(&set, number) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        let wanted = set
        let thread = Thread {
            var wanted = wanted
            var caught: Int32 = 0
            while sigwait(&wanted, &caught) != 0 {}
            Progress.say("caselight-bench: stopping")
            now()
            exit(128 + caught)
        }
        thread.start()
    }
}
