package import CaselightModel

/// Reads a log from its first entry to its last and compares it with what was signed.
///
/// Each entry must stand in its place, name the hash of the one before, and be what was hashed; the tree over all must have the roots of
/// the checkpoints. Whoever rewrites the file can make the first three come out right again; the roots they cannot. A value for one
/// thread; memory does not grow with the log.
package struct LogVerifier {
    package static let defaultClockTolerance = Microseconds.seconds(1)
    /// How many faults are named; all are counted.
    package static let faultLimit = 20

    private let clockTolerance: Microseconds
    private var pending: [SignedCheckpoint]
    private var verdict = LogVerdict()
    private var frontier = MerkleFrontier()
    private var last: (at: WallTime, leaf: MerkleHash)?
    private var expectedSequence: Int64 = 0
    /// The size of the largest checkpoint that held.
    private var soundSize: Int64 = 0

    /// - Parameters:
    ///   - checkpoints: as they were saved, in any order.
    ///   - keys: the installation's public keys, the retired ones too; a checkpoint must be signed by one of them.
    ///   - origin: what the checkpoints must name; `nil` takes any, but the same in all.
    package init(
        checkpoints: [SignedCheckpoint], keys: [VerifyingKey], origin: String? = nil,
        clockTolerance: Microseconds = defaultClockTolerance
    ) {
        self.clockTolerance = clockTolerance
        pending = []
        let origin = origin ?? checkpoints.first?.checkpoint.origin
        for signed in checkpoints.sorted(by: { $0.checkpoint.size < $1.checkpoint.size }) {
            if signed.checkpoint.origin != origin {
                note(signed.checkpoint, "it is of another log: '\(signed.checkpoint.origin)' and not '\(origin ?? "")'")
            } else if !keys.contains(where: signed.isSigned) {
                note(signed.checkpoint, "none of the given keys signed it")
            } else {
                pending.append(signed)
            }
        }
        meetCheckpoints()
    }

    /// Takes the next entry.
    ///
    /// - Parameter storedLeafHash: what the database keeps as its hash, where it comes from one.
    package mutating func take(_ body: UnsafeRawBufferPointer, storedLeafHash: MerkleHash? = nil) {
        let place = frontier.count
        let leaf = MerkleHash.leaf(body)
        check(body, leaf: leaf, at: place)
        if let storedLeafHash, storedLeafHash != leaf { fault(place, "its stored hash is not that of its bytes") }
        frontier.append(leaf)
        meetCheckpoints()
    }

    /// Takes the next entry.
    package mutating func take(_ body: [UInt8], storedLeafHash: MerkleHash? = nil) {
        body.withUnsafeBytes { take($0, storedLeafHash: storedLeafHash) }
    }

    /// Notes what was found wrong elsewhere, such as in the database around the entries.
    package mutating func add(_ fault: LogFault) {
        verdict.faultCount += 1
        if verdict.faults.count < Self.faultLimit { verdict.faults.append(fault) }
    }

    /// Tells what came of it, after the last entry.
    package mutating func finish() -> LogVerdict {
        for signed in pending {
            // Entries taken out of the middle look the same once the rest is chained anew.
            note(
                signed.checkpoint,
                "the log is truncated: it has \(frontier.count) entries, and had \(signed.checkpoint.size)\(confirmed)", suspect: soundSize)
        }
        pending = []
        verdict.count = frontier.count
        verdict.root = frontier.root
        verdict.checkpoints.sort { $0.size < $1.size }
        return verdict
    }

    private mutating func check(_ body: UnsafeRawBufferPointer, leaf: MerkleHash, at place: Int64) {
        guard let tail = LogBodyTail(body) else {
            fault(place, "its bytes are not an entry's")
            last = (last?.at ?? .distantPast, leaf)
            expectedSequence += 1
            return
        }
        if tail.sequence != expectedSequence { fault(place, "it says it is entry \(tail.sequence) where entry \(expectedSequence) belongs") }
        if let last {
            if tail.previous != last.leaf { fault(place, "it does not follow the entry before: 'previous' is not that entry's hash") }
            if tail.at + clockTolerance < last.at {
                verdict.clockStepCount += 1
                if verdict.clockSteps.count < Self.faultLimit {
                    verdict.clockSteps.append(ClockStep(sequence: place, from: last.at, to: tail.at))
                }
            }
        } else if !tail.previous.bytes.allSatisfy({ $0 == 0 }) {
            fault(place, "it names an entry before it, and is the first")
        }
        last = (tail.at, leaf)
        // What follows is measured by what it says itself, or one entry too many would make all later ones wrong.
        expectedSequence = tail.sequence &+ 1
    }

    private mutating func meetCheckpoints() {
        while let signed = pending.first, signed.checkpoint.size == frontier.count {
            pending.removeFirst()
            if frontier.root == signed.checkpoint.root {
                note(signed.checkpoint, nil)
                soundSize = signed.checkpoint.size
            } else {
                note(
                    signed.checkpoint, "the log was changed: its first \(frontier.count) entries are not those that were signed\(confirmed)",
                    suspect: soundSize)
            }
        }
    }

    private var confirmed: String { soundSize == 0 ? "" : "; up to entry \(soundSize - 1) a checkpoint confirms it" }

    private mutating func fault(_ sequence: Int64, _ cause: String) { add(LogFault(sequence: sequence, cause: cause)) }

    private mutating func note(_ checkpoint: Checkpoint, _ problem: String?, suspect: Int64? = nil) {
        verdict.checkpoints.append(
            CheckpointVerdict(origin: checkpoint.origin, size: checkpoint.size, problem: problem, firstSuspect: suspect))
    }
}
