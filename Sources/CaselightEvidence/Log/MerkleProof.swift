/// That an entry is in the tree of a checkpoint, for one who has the entry and the checkpoint alone.
package struct InclusionProof: Hashable, Sendable, Codable {
    package var sequence: Int64
    /// Of the tree, in leaves.
    package var size: Int64
    /// From the leaf up.
    package var hashes: [MerkleHash]

    package init(sequence: Int64, size: Int64, hashes: [MerkleHash]) {
        self.sequence = sequence
        self.size = size
        self.hashes = hashes
    }

    /// RFC 9162, section 2.1.3.2.
    package func verifies(leaf: MerkleHash, root: MerkleHash) -> Bool {
        guard sequence >= 0, sequence < size else { return false }
        var (place, last, hash) = (sequence, size - 1, leaf)
        for other in hashes {
            guard last != 0 else { return false }
            if place & 1 == 1 || place == last {
                hash = .node(other, hash)
                while place & 1 == 0, place != 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                hash = .node(hash, other)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 && hash == root
    }
}

/// That the tree of a later checkpoint begins with the tree of an earlier one: that nothing in it was changed or dropped since.
package struct ConsistencyProof: Hashable, Sendable, Codable {
    package var oldSize: Int64
    package var newSize: Int64
    package var hashes: [MerkleHash]

    package init(oldSize: Int64, newSize: Int64, hashes: [MerkleHash]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.hashes = hashes
    }

    /// RFC 9162, section 2.1.4.2; a tree without leaves begins every tree.
    package func verifies(oldRoot: MerkleHash, newRoot: MerkleHash) -> Bool {
        guard oldSize >= 0, oldSize <= newSize else { return false }
        if oldSize == newSize { return hashes.isEmpty && oldRoot == newRoot }
        if oldSize == 0 { return hashes.isEmpty && oldRoot == .empty }
        let path = oldSize & (oldSize - 1) == 0 ? [oldRoot] + hashes : hashes
        guard let first = path.first, !hashes.isEmpty else { return false }
        var (place, last) = (oldSize - 1, newSize - 1)
        while place & 1 == 1 { (place, last) = (place >> 1, last >> 1) }
        var (old, new) = (first, first)
        for other in path.dropFirst() {
            guard last != 0 else { return false }
            if place & 1 == 1 || place == last {
                old = .node(other, old)
                new = .node(other, new)
                while place & 1 == 0, place != 0 { (place, last) = (place >> 1, last >> 1) }
            } else {
                new = .node(new, other)
            }
            (place, last) = (place >> 1, last >> 1)
        }
        return last == 0 && old == oldRoot && new == newRoot
    }
}
