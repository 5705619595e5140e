/// The right edge of a tree that grows: what it takes to append a leaf and to tell the root, 32 bytes for each doubling of the leaves.
package struct MerkleFrontier: Hashable, Sendable {
    /// How many leaves the tree has.
    package private(set) var count: Int64 = 0
    /// Roots of the full subtrees, the largest and leftmost first: one for each bit that is set in `count`.
    private var peaks: [MerkleHash] = []

    package init() {}

    /// A tree of these leaves.
    package init(_ leaves: some Sequence<MerkleHash>) { for leaf in leaves { append(leaf) } }

    /// Adds a leaf, or a full subtree of 2^`level` leaves. Amortized O(1), at most O(log count).
    ///
    /// - Precondition: `count` is a multiple of 2^`level`.
    package mutating func append(_ hash: MerkleHash, level: Int = 0) {
        precondition(count & (1 << level - 1) == 0, "a subtree stands at a multiple of its size")
        var (hash, place) = (hash, level)
        while count >> place & 1 == 1 {
            hash = .node(peaks.removeLast(), hash)
            place += 1
        }
        peaks.append(hash)
        count += 1 << level
    }

    /// O(log count).
    package var root: MerkleHash {
        guard let last = peaks.last else { return .empty }
        return peaks.dropLast().reversed().reduce(last) { .node($1, $0) }
    }
}
