package import CaselightModel

/// What a log was found to be. In JSON as `caselight log verify --json` prints it.
package struct LogVerdict: Hashable, Sendable, Codable {
    /// How many entries were read.
    package var count: Int64 = 0
    /// Of all that were read.
    package var root = MerkleHash.empty
    /// The first that are wrong, at most `LogVerifier.faultLimit`.
    package var faults: [LogFault] = []
    package var faultCount = 0
    /// Where the clock ran back by more than the tolerance: worth a look, and no sign of forgery by itself.
    package var clockSteps: [ClockStep] = []
    package var clockStepCount = 0
    /// In the order of their sizes.
    package var checkpoints: [CheckpointVerdict] = []

    package init() {}

    /// Whether nothing is wrong. Without a checkpoint this only says that the log agrees with itself, which a forger can bring about.
    package var isIntact: Bool { faultCount == 0 && checkpoints.allSatisfy { $0.problem == nil } }

    /// The first entry that is known to be wrong; `nil` where none is.
    package var firstWrongSequence: Int64? {
        (faults.compactMap(\.sequence) + checkpoints.filter { $0.problem != nil }.compactMap(\.firstSuspect)).min()
    }

    /// One line on the worst there is; `nil` where nothing is wrong.
    package var problem: String? {
        faults.first.map { fault in (fault.sequence.map { "entry \($0): " } ?? "") + fault.cause }
            ?? checkpoints.first { $0.problem != nil }.map { "checkpoint of \($0.size) entries: \($0.problem ?? "")" }
    }
}

/// Something in the log that cannot be.
package struct LogFault: Hashable, Sendable, Codable {
    /// `nil` where it is about no entry.
    package var sequence: Int64?
    package var cause: String

    package init(sequence: Int64?, cause: String) {
        self.sequence = sequence
        self.cause = cause
    }
}

/// An entry's time that lies before the one of the entry before.
package struct ClockStep: Hashable, Sendable, Codable {
    package var sequence: Int64
    package var from: WallTime
    package var to: WallTime

    package init(sequence: Int64, from: WallTime, to: WallTime) {
        self.sequence = sequence
        self.from = from
        self.to = to
    }
}

/// What became of one checkpoint.
package struct CheckpointVerdict: Hashable, Sendable, Codable {
    package var origin: String
    package var size: Int64
    /// Why the log is not what was signed; `nil` where it is.
    package var problem: String?
    /// The wrong entry is this one or a later one, up to the checkpoint's size: the largest checkpoint below that holds ends before it.
    package var firstSuspect: Int64?
}
