import CaselightModel
import Synchronization

/// Lets a number of things happen at once and refuses the rest with `busy`: the client knows better than a queue whether to wait.
final class SlotCounter: Sendable {
    private let limit: Int
    private let name: String
    private let what: String
    private let taken = Mutex(0)

    init(limit: Int, name: String, what: String) {
        self.limit = limit
        self.name = name
        self.what = what
    }

    /// - Throws: `busy` when all are taken.
    func take() throws(CaselightError) {
        let isTaken = taken.withLock { taken in
            guard taken < limit else { return false }
            taken += 1
            return true
        }
        guard isTaken else {
            ServerMetrics.limitReached(name)
            throw CaselightError(.busy, what, because: "\(limit) are under way already", remedy: "Try again in a second.")
        }
    }

    func giveBack() { taken.withLock { $0 -= 1 } }

    func during<Result>(_ work: () async throws -> Result) async throws -> Result {
        try take()
        defer { giveBack() }
        return try await work()
    }
}

/// A slot that is given back when the last who holds it lets go: for an answer that may be given up before it begins.
final class HeldSlot: Sendable {
    private let counter: SlotCounter

    /// - Throws: `busy` when all are taken.
    init(of counter: SlotCounter) throws(CaselightError) {
        try counter.take()
        self.counter = counter
    }

    deinit { counter.giveBack() }
}
