package import CaselightEvidence
package import CaselightModel
internal import CaselightStore
import Synchronization

/// Hashes over any run of the log, out of the kept subtrees and at most two pages of rows.
struct LogProofs {
    let store: any LogStore
    let tail: LogTail

    func root(at size: Int64) async throws -> MerkleHash {
        size == tail.count ? tail.root : try await hash(of: 0..<size)
    }

    /// - Parameter run: one that `MerkleShape` gives: it starts at a multiple of the least power of two that holds it.
    func hash(of run: Range<Int64>) async throws -> MerkleHash {
        var (frontier, place) = (MerkleFrontier(), run.lowerBound)
        while place + LogTail.subtreeCount <= run.upperBound {
            frontier.append(tail.subtrees[Int(place >> LogTail.subtreeLevel)], level: LogTail.subtreeLevel)
            place += LogTail.subtreeCount
        }
        guard place < run.upperBound else { return frontier.root }
        let rows = try await store.rows(from: place, limit: Int(run.upperBound - place))
        guard Int64(rows.count) == run.upperBound - place, rows.last?.sequence == run.upperBound - 1 else {
            throw LogStart.broken("entries from \(place) to \(run.upperBound) are missing", sequence: place)
        }
        for row in rows { frontier.append(.leaf(row.body)) }
        return frontier.root
    }
}

extension ConsultationBook {
    /// The proof that an entry is in the tree of a checkpoint of that size.
    ///
    /// It is checked before it is given: an entry that was changed in the database meanwhile has none.
    /// - Throws: `notFound` where the log has no such entry or size; `evidenceBroken`; errors of the store.
    package func inclusionProof(of sequence: Int64, in size: Int64) async throws(CaselightError) -> InclusionProof {
        let operation = "prove entry \(sequence) in the log of \(size) entries"
        let proofs = LogProofs(store: store, tail: state.withLock { $0.tail })
        guard sequence >= 0, sequence < size, size <= proofs.tail.count else {
            throw CaselightError(.notFound, operation, because: "the log has \(proofs.tail.count) entries")
        }
        return try await Self.reading(operation) {
            var hashes: [MerkleHash] = []
            for run in MerkleShape.inclusion(of: sequence, in: size) { hashes.append(try await proofs.hash(of: run)) }
            let proof = InclusionProof(sequence: sequence, size: size, hashes: hashes)
            let leaf = try await proofs.hash(of: sequence..<sequence + 1)
            guard proof.verifies(leaf: leaf, root: try await proofs.root(at: size)) else {
                throw LogStart.broken("its entries near \(sequence) were changed in the database", sequence: sequence)
            }
            return proof
        }
    }

    /// The proof that the log of one size begins with the log of a smaller one.
    ///
    /// - Throws: `notFound` where it never had one of the sizes; `evidenceBroken`; errors of the store.
    package func consistencyProof(from oldSize: Int64, to newSize: Int64) async throws(CaselightError) -> ConsistencyProof {
        let operation = "prove that the log of \(newSize) entries begins with that of \(oldSize)"
        let proofs = LogProofs(store: store, tail: state.withLock { $0.tail })
        guard oldSize >= 0, oldSize <= newSize, newSize <= proofs.tail.count else {
            throw CaselightError(.notFound, operation, because: "the log has \(proofs.tail.count) entries")
        }
        return try await Self.reading(operation) {
            var hashes: [MerkleHash] = []
            for run in MerkleShape.consistency(from: oldSize, to: newSize) { hashes.append(try await proofs.hash(of: run)) }
            let proof = ConsistencyProof(oldSize: oldSize, newSize: newSize, hashes: hashes)
            let (oldRoot, newRoot) = (try await proofs.root(at: oldSize), try await proofs.root(at: newSize))
            guard proof.verifies(oldRoot: oldRoot, newRoot: newRoot) else {
                throw LogStart.broken("its entries below \(newSize) were changed in the database")
            }
            return proof
        }
    }

    /// The entry's bytes as they were hashed. - Throws: `notFound`; errors of the store.
    package func body(of sequence: Int64) async throws(CaselightError) -> [UInt8] {
        try await Self.reading("read entry \(sequence) of the log") { [store] in
            guard let row = try await store.rows(from: sequence, limit: 1).first, row.sequence == sequence else {
                throw CaselightError(.notFound, "read entry \(sequence) of the log", because: "there is none")
            }
            return row.body
        }
    }

    static func reading<Value: Sendable>(
        _ operation: String, _ body: @Sendable () async throws -> Value
    ) async throws(CaselightError) -> Value {
        do { return try await body() } catch let error as CaselightError { throw error } catch {
            throw CaselightError(.internalFailure, operation, because: "\(type(of: error))")
        }
    }
}
