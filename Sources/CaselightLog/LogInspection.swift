package import CaselightEvidence
package import CaselightModel
package import CaselightStore
import Synchronization

/// Reads a whole log, as it lies in its store, against what was signed.
package enum LogInspection {
    private static let pageSize = 1000
    /// Reading and hashing keep a thread busy for seconds.
    private static let lane = ThreadLane(name: "log-check", threadCount: 1)

    /// - Parameters:
    ///   - checkpoints: those saved outside count most; the installation's own file can be changed with the log.
    ///   - limit: how many entries are read; `nil` reads all.
    /// - Throws: errors of the store. What is wrong with the log is in the verdict.
    package static func verify(
        _ store: any LogStore, checkpoints: [SignedCheckpoint], keys: [VerifyingKey], origin: String, limit: Int64? = nil
    ) async throws -> LogVerdict {
        try await withTaskExecutorPreference(lane) {
            var verifier = LogVerifier(checkpoints: checkpoints, keys: keys, origin: origin)
            for fault in try await store.faults() { verifier.add(LogFault(sequence: nil, cause: fault)) }
            var subtrees = SubtreeCheck()
            var (next, start) = (Int64(0), Int64.min)
            while case let rows = try await store.rows(from: start, limit: pageSize), let last = rows.last {
                for row in rows where limit.map({ row.sequence < $0 }) ?? true {
                    if row.sequence != next {
                        verifier.add(LogFault(sequence: next, cause: "entry \(row.sequence) stands where entry \(next) belongs"))
                    }
                    next = row.sequence &+ 1
                    let leaf = MerkleHash(row.leafHash)
                    if leaf == nil { verifier.add(LogFault(sequence: row.sequence, cause: "its stored hash is none")) }
                    verifier.take(row.body, storedLeafHash: leaf)
                    subtrees.take(.leaf(row.body))
                }
                if last.sequence >= limit ?? .max { break }
                start = last.sequence + 1
            }
            for fault in subtrees.faults(try await store.subtrees(from: 0, limit: subtrees.hashes.count)) { verifier.add(fault) }
            return verifier.finish()
        }
    }
}

extension LogInspection {
    /// How many entries a log has, and its root at `limit` entries, or of all where it has fewer.
    ///
    /// - Throws: `evidenceBroken` where its end does not follow from what is before it; errors of the store.
    package static func end(of store: any LogStore, rootAt limit: Int64) async throws -> (count: Int64, root: MerkleHash) {
        try await withTaskExecutorPreference(lane) {
            let tail = try await LogStart.tail(of: store)
            return (tail.count, try await LogProofs(store: store, tail: tail).root(at: min(limit, tail.count)))
        }
    }
}

/// Whether the kept hashes of subtrees are those of the entries.
private struct SubtreeCheck {
    private(set) var hashes: [MerkleHash] = []
    private var open = MerkleFrontier()

    mutating func take(_ leaf: MerkleHash) {
        open.append(leaf)
        guard open.count == LogTail.subtreeCount else { return }
        hashes.append(open.root)
        open = MerkleFrontier()
    }

    func faults(_ stored: [LogSubtree]) -> [LogFault] {
        let kept = Dictionary(stored.map { ($0.number, $0.hash) }) { first, _ in first }
        return hashes.indices.filter { kept[Int64($0)] != hashes[$0].bytes }.map { number in
            LogFault(sequence: Int64(number) << LogTail.subtreeLevel, cause: "the kept hash over it and the 1,023 entries after it is not theirs")
        }
    }
}

extension ConsultationBook {
    /// Reads the whole log, as far as it is on disk now, and holds it against the installation's own checkpoint file, the given
    /// checkpoints, and what this process knows of it since it started.
    ///
    /// - Throws: errors of the store and of the file. What is wrong with the log is in the verdict.
    package func verify(against given: [SignedCheckpoint] = [], keys: [VerifyingKey] = []) async throws(CaselightError) -> LogVerdict {
        let tail = state.withLock { $0.tail }
        return try await Self.reading("verify the consultation log") { [store, settings, key] in
            let saved = try await withTaskExecutorPreference(Self.lane) { try CheckpointFile(path: settings.checkpointPath).all() }
            var known = Set(saved)
            let all = saved + given.filter { known.insert($0).inserted }
            var verdict = try await LogInspection.verify(
                store, checkpoints: all, keys: [key.publicKey] + retiredKeys + keys, origin: settings.origin, limit: tail.count)
            if verdict.count != tail.count || verdict.root != tail.root {
                verdict.faultCount += 1
                verdict.faults.append(LogFault(sequence: nil, cause: "the log on disk is not the one this daemon has written"))
            }
            return verdict
        }
    }
}
