/// A tree whose leaves are all at hand. One that lies in a database is asked by parts, through `MerkleShape` and `MerkleFrontier`.
package struct MerkleTree: Hashable, Sendable {
    package private(set) var leaves: [MerkleHash]

    package init(_ leaves: [MerkleHash] = []) { self.leaves = leaves }

    package var count: Int64 { Int64(leaves.count) }

    package mutating func append(_ leaf: MerkleHash) { leaves.append(leaf) }

    package var root: MerkleHash { hash(of: 0..<count) }

    /// The root it had when it had so many leaves; `nil` where it never had.
    package func root(at size: Int64) -> MerkleHash? { (0...count).contains(size) ? hash(of: 0..<size) : nil }

    /// `nil` where the leaf is not in a tree of that size, or the tree never had it.
    package func inclusionProof(of sequence: Int64, in size: Int64) -> InclusionProof? {
        guard sequence >= 0, sequence < size, size <= count else { return nil }
        return InclusionProof(
            sequence: sequence, size: size, hashes: MerkleShape.inclusion(of: sequence, in: size).map { hash(of: $0) })
    }

    /// `nil` where the tree never had one of the sizes, or shrank.
    package func consistencyProof(from oldSize: Int64, to newSize: Int64) -> ConsistencyProof? {
        guard oldSize >= 0, oldSize <= newSize, newSize <= count else { return nil }
        return ConsistencyProof(
            oldSize: oldSize, newSize: newSize, hashes: MerkleShape.consistency(from: oldSize, to: newSize).map { hash(of: $0) })
    }

    private func hash(of run: Range<Int64>) -> MerkleHash {
        MerkleFrontier(leaves[Int(run.lowerBound)..<Int(run.upperBound)]).root
    }
}
