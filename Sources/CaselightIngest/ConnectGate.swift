import Metrics

/// Bounds how many feeds connect at once. Those that have recorded go before those that have failed again and again, so that a
/// thousand dead cameras do not keep a living one waiting.
actor ConnectGate {
    private struct Waiter {
        let number: Int
        let admitted: CheckedContinuation<Bool, Never>
    }

    private let limit: Int
    private(set) var enteredCount = 0
    private var nextNumber = 0
    private var first: [Waiter] = []
    private var repeated: [Waiter] = []
    private let connectingGauge = Gauge(label: "caselight_feeds_connecting")
    private let waitingGauge = Gauge(label: "caselight_feeds_waiting_to_connect")

    init(limit: Int) { self.limit = limit }

    var waitingCount: Int { first.count + repeated.count }

    /// Waits for a place; `leave` gives it back.
    ///
    /// - Returns: false when the task was cancelled before there was one.
    func enter(isRepeated: Bool) async -> Bool {
        guard !Task.isCancelled else { return false }
        guard enteredCount >= limit else {
            enteredCount += 1
            tell()
            return true
        }
        let number = nextNumber
        nextNumber += 1
        return await withTaskCancellationHandler {
            await withCheckedContinuation { admitted in
                // Cancelled before it could wait: the handler found nobody.
                guard !Task.isCancelled else { return admitted.resume(returning: false) }
                let waiter = Waiter(number: number, admitted: admitted)
                if isRepeated { repeated.append(waiter) } else { first.append(waiter) }
                tell()
            }
        } onCancel: {
            Task { await self.giveUp(number) }
        }
    }

    func leave() {
        if !first.isEmpty {
            first.removeFirst().admitted.resume(returning: true)
        } else if !repeated.isEmpty {
            repeated.removeFirst().admitted.resume(returning: true)
        } else {
            enteredCount -= 1
        }
        tell()
    }

    private func giveUp(_ number: Int) {
        let waiter: Waiter
        if let position = first.firstIndex(where: { $0.number == number }) {
            waiter = first.remove(at: position)
        } else if let position = repeated.firstIndex(where: { $0.number == number }) {
            waiter = repeated.remove(at: position)
        } else {
            return
        }
        waiter.admitted.resume(returning: false)
        tell()
    }

    private func tell() {
        connectingGauge.record(enteredCount)
        waitingGauge.record(waitingCount)
    }
}
