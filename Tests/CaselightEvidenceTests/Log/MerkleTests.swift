import CaselightEvidence
import Foundation
import TestSupport
import Testing

/// The tree of RFC 6962 against values that an independent program computed, and against its own rules over every small size.
@Suite struct MerkleTests {
    /// The leaves that Certificate Transparency's own tests use.
    static let leaves: [[UInt8]] = [
        [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43], Array(0x50...0x57), Array(0x60...0x6F),
    ]
    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    static let tree = MerkleTree(leaves.map { MerkleHash.leaf($0) })

    static let inclusionPaths: [(Int64, Int64, [String])] = [
        (0, 1, []),
        (
            0, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            5, 8,
            [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            1, 5,
            [
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
    ]

    static let consistencyPaths: [(Int64, Int64, [String])] = [
        (1, 1, []),
        (
            1, 8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ]
        ),
        (
            6, 8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ]
        ),
        (
            2, 5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ]
        ),
    ]

    @Test func hasTheRootsThatOthersCompute() {
        #expect((0...8).map { Self.tree.root(at: $0)?.hex } == Self.roots)
        #expect(Self.tree.root.hex == Self.roots[8])
        #expect(MerkleTree().root == .empty)
    }

    @Test func growsLeafByLeafToTheSameRoots() {
        var frontier = MerkleFrontier()
        var roots = [frontier.root.hex]
        for leaf in Self.tree.leaves {
            frontier.append(leaf)
            roots.append(frontier.root.hex)
        }
        #expect(roots == Self.roots)
        #expect(frontier.count == 8)
    }

    @Test func growsBySubtreesToTheSameRoot() {
        let leaves = Self.many(40)
        var frontier = MerkleFrontier()
        for start in stride(from: 0, to: 32, by: 8) { frontier.append(MerkleTree(Array(leaves[start..<start + 8])).root, level: 3) }
        for leaf in leaves[32...] { frontier.append(leaf) }
        #expect(frontier.count == 40)
        #expect(frontier == MerkleFrontier(leaves))
        #expect(frontier.root == MerkleTree(leaves).root)
    }

    @Test(arguments: inclusionPaths)
    func provesInclusionByThePathsThatOthersCompute(sequence: Int64, size: Int64, path: [String]) throws {
        let proof = try #require(Self.tree.inclusionProof(of: sequence, in: size))
        #expect(proof.hashes.map(\.hex) == path)
        #expect(proof.verifies(leaf: Self.tree.leaves[Int(sequence)], root: try #require(Self.tree.root(at: size))))
    }

    @Test(arguments: consistencyPaths)
    func provesConsistencyByThePathsThatOthersCompute(old: Int64, size: Int64, path: [String]) throws {
        let proof = try #require(Self.tree.consistencyProof(from: old, to: size))
        #expect(proof.hashes.map(\.hex) == path)
    }

    @Test func provesEveryLeafOfEveryTreeUpTo64AndNoOther() throws {
        let tree = MerkleTree(Self.many(65))
        for size in Int64(1)...64 {
            let root = try #require(tree.root(at: size))
            for sequence in 0..<size {
                let proof = try #require(tree.inclusionProof(of: sequence, in: size))
                let leaf = tree.leaves[Int(sequence)]
                #expect(proof.verifies(leaf: leaf, root: root), "\(sequence) in \(size)")
                #expect(!proof.verifies(leaf: tree.leaves[Int(sequence) + 1], root: root), "\(sequence) in \(size)")
                #expect(!proof.verifies(leaf: leaf, root: try #require(tree.root(at: size + 1))), "\(sequence) in \(size)")
            }
        }
    }

    @Test func provesEveryPairOfSizesUpTo64AndNoForgedRoot() throws {
        let tree = MerkleTree(Self.many(65))
        let roots = try (0...65).map { try #require(tree.root(at: $0)) }
        for size in 0...64 {
            for old in 0...size {
                let proof = try #require(tree.consistencyProof(from: Int64(old), to: Int64(size)))
                #expect(proof.verifies(oldRoot: roots[old], newRoot: roots[size]), "\(old) to \(size)")
                #expect(!proof.verifies(oldRoot: roots[old + 1], newRoot: roots[size]), "\(old) to \(size)")
                if old > 0 { #expect(!proof.verifies(oldRoot: roots[old], newRoot: roots[size + 1]), "\(old) to \(size)") }
            }
        }
    }

    @Test func refusesEveryProofWithAHashChangedDroppedOrAdded() throws {
        var random = SeededGenerator(seed: 6962)
        let tree = MerkleTree(Self.many(64))
        for _ in 0..<300 {
            let size = Int64.random(in: 2...64, using: &random)
            let place = Int64.random(in: 1..<size, using: &random)
            let (root, leaf) = (try #require(tree.root(at: size)), tree.leaves[Int(place)])
            let inclusion = try #require(tree.inclusionProof(of: place, in: size))
            for hashes in Self.changed(inclusion.hashes, &random) {
                #expect(!InclusionProof(sequence: place, size: size, hashes: hashes).verifies(leaf: leaf, root: root))
            }
            let consistency = try #require(tree.consistencyProof(from: place, to: size))
            let old = try #require(tree.root(at: place))
            for hashes in Self.changed(consistency.hashes, &random) {
                #expect(!ConsistencyProof(oldSize: place, newSize: size, hashes: hashes).verifies(oldRoot: old, newRoot: root))
            }
        }
    }

    @Test func refusesProofsOfPlacesAndSizesThatCannotBe() {
        let tree = Self.tree
        #expect(tree.inclusionProof(of: 8, in: 8) == nil)
        #expect(tree.inclusionProof(of: -1, in: 8) == nil)
        #expect(tree.inclusionProof(of: 3, in: 9) == nil)
        #expect(tree.consistencyProof(from: 5, to: 4) == nil)
        #expect(tree.consistencyProof(from: 5, to: 9) == nil)
        #expect(!InclusionProof(sequence: 1, size: 1, hashes: []).verifies(leaf: tree.leaves[0], root: tree.leaves[0]))
        #expect(!InclusionProof(sequence: -1, size: 1, hashes: []).verifies(leaf: tree.leaves[0], root: tree.leaves[0]))
        #expect(!ConsistencyProof(oldSize: 2, newSize: 1, hashes: []).verifies(oldRoot: tree.root, newRoot: tree.root))
        #expect(!ConsistencyProof(oldSize: 0, newSize: 1, hashes: []).verifies(oldRoot: tree.root, newRoot: tree.root))
        #expect(!ConsistencyProof(oldSize: 1, newSize: 2, hashes: []).verifies(oldRoot: tree.root, newRoot: tree.root))
    }

    @Test func proofsAreHexadecimalTextInJSON() throws {
        let proof = try #require(Self.tree.inclusionProof(of: 2, in: 3))
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = String(decoding: try encoder.encode(proof), as: UTF8.self)
        #expect(text == #"{"hashes":["\#(Self.roots[2])"],"sequence":2,"size":3}"#)
        #expect(try JSONDecoder().decode(InclusionProof.self, from: Data(text.utf8)) == proof)
        let shouting = Data(text.replacing("fac5", with: "FAC5").utf8)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(InclusionProof.self, from: shouting) }
    }

    @Test(arguments: ["", "6e", roots[1] + "00", "g" + roots[1].dropFirst(), roots[1].uppercased()])
    func refusesWhatIsNoHash(text: String) {
        #expect(MerkleHash(hex: Array(text.utf8)) == nil)
        #expect(MerkleHash(Array(text.utf8)) == nil)
    }

    static func many(_ count: Int) -> [MerkleHash] { (0..<count).map { MerkleHash.leaf(Array("leaf \($0)".utf8)) } }

    /// The hashes with one changed, one dropped, one added, and two swapped where they differ.
    private static func changed(_ hashes: [MerkleHash], _ random: inout SeededGenerator) -> [[MerkleHash]] {
        var all = [hashes + [MerkleHash.empty], [MerkleHash.empty] + hashes]
        guard let place = hashes.indices.randomElement(using: &random) else { return all }
        var (other, fewer) = (hashes, hashes)
        other[place] = .leaf(other[place].bytes)
        fewer.remove(at: place)
        all += [other, fewer]
        if hashes.count > 1 { all.append(Array(hashes.reversed())) }
        return all
    }
}
