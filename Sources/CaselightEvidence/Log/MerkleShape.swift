/// Which runs of leaves a proof takes the hashes of: the recursions of RFC 6962, sections 2.1.1 and 2.1.2.
///
/// Each run starts at a multiple of the least power of two that holds it, so its hash can be put together from full subtrees.
package enum MerkleShape {
    /// - Precondition: `leaf < size`.
    package static func inclusion(of leaf: Int64, in size: Int64) -> [Range<Int64>] {
        precondition(leaf >= 0 && leaf < size, "the leaf is in the tree")
        var (tree, runs) = (0..<size, [Range<Int64>]())
        while tree.count > 1 {
            let middle = tree.lowerBound + split(tree)
            let (left, right) = (tree.lowerBound..<middle, middle..<tree.upperBound)
            runs.append(leaf < middle ? right : left)
            tree = leaf < middle ? left : right
        }
        return runs.reversed()
    }

    /// Empty where one of the sizes is 0 or both are the same: then there is nothing to prove.
    ///
    /// - Precondition: `old <= size`.
    package static func consistency(from old: Int64, to size: Int64) -> [Range<Int64>] {
        precondition(old >= 0 && old <= size, "a tree only grows")
        guard old > 0 else { return [] }
        var (tree, runs, isWhole) = (0..<size, [Range<Int64>](), true)
        while tree.upperBound != old {
            let middle = tree.lowerBound + split(tree)
            if old <= middle {
                runs.append(middle..<tree.upperBound)
                tree = tree.lowerBound..<middle
            } else {
                runs.append(tree.lowerBound..<middle)
                tree = middle..<tree.upperBound
                isWhole = false
            }
        }
        if !isWhole { runs.append(tree) }
        return runs.reversed()
    }

    /// The largest power of two below the count.
    private static func split(_ tree: Range<Int64>) -> Int64 { 1 << Int64(63 - (Int64(tree.count) - 1).leadingZeroBitCount) }
}
