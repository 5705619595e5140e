internal import CaselightEvidence
internal import CaselightModel
internal import CaselightStore

/// The log's end as the next entry finds it, and enough of the tree to tell any earlier root without reading every row.
struct LogTail: Sendable {
    /// The tree's full subtrees of 1,024 entries are kept: 32 KB for a million entries.
    static let subtreeLevel = 10
    static let subtreeCount: Int64 = 1 << subtreeLevel

    private var frontier = MerkleFrontier()
    /// The leaves after the last full subtree.
    private var rest = MerkleFrontier()
    private(set) var subtrees: [MerkleHash] = []
    private(set) var lastLeaf: MerkleHash?

    var count: Int64 { frontier.count }
    var root: MerkleHash { frontier.root }

    init() {}

    /// - Parameter lastLeaf: of the last entry of the last subtree.
    init(subtrees: [MerkleHash], lastLeaf: MerkleHash?) {
        self.subtrees = subtrees
        self.lastLeaf = lastLeaf
        for subtree in subtrees { frontier.append(subtree, level: Self.subtreeLevel) }
    }

    /// - Returns: the subtree that the leaf completes.
    @discardableResult
    mutating func append(_ leaf: MerkleHash) -> LogSubtree? {
        frontier.append(leaf)
        rest.append(leaf)
        lastLeaf = leaf
        guard rest.count == Self.subtreeCount else { return nil }
        let subtree = LogSubtree(number: Int64(subtrees.count), hash: rest.root.bytes)
        subtrees.append(rest.root)
        rest = MerkleFrontier()
        return subtree
    }

    /// Gives the act its place. - Throws: `tooLarge`; then nothing has changed.
    mutating func seal(_ act: LoggedAct, at time: WallTime) throws(CaselightError) -> (LogRow, LogSubtree?) {
        let entry = LogEntry(sequence: count, at: time, previous: lastLeaf?.hex ?? LogEntry.noPrevious, act: act)
        let body = try LogBody.bytes(of: entry)
        let leaf = MerkleHash.leaf(body)
        return (LogRow(sequence: entry.sequence, body: body, leafHash: leaf.bytes), append(leaf))
    }
}
