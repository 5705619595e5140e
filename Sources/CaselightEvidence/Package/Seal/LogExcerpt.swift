internal import CaselightModel
import Foundation

/// What of the consultation log goes with a package: entries, each with the proof that it is in the tree of the checkpoint.
package struct LogExcerpt: Sendable {
    package struct Entry: Hashable, Sendable {
        /// The entry's bytes as they stand in the log.
        package var body: [UInt8]
        package var proof: InclusionProof

        package init(body: [UInt8], proof: InclusionProof) {
            self.body = body
            self.proof = proof
        }
    }

    package var entries: [Entry]
    package var checkpoint: SignedCheckpoint
    /// Entries that concern the incident or its cameras' records and do not go with the package.
    package var leftOutCount: Int

    static let byteLimit = 64 << 20

    /// - Parameter entries: in the log's order; at least the one that allowed the export.
    package init(entries: [Entry], checkpoint: SignedCheckpoint, leftOutCount: Int = 0) {
        self.entries = entries
        self.checkpoint = checkpoint
        self.leftOutCount = leftOutCount
    }

    /// As the manifest names it.
    package func manifestLog(key: VerifyingKey) -> ManifestLog {
        let tree = checkpoint.checkpoint
        return ManifestLog(
            origin: tree.origin, size: tree.size, root: tree.root.hex, keyFingerprint: key.fingerprint, entryCount: entries.count,
            leftOutCount: leftOutCount)
    }

    /// `log/entries.jsonl`: an entry's bytes, as they were hashed, a line.
    var lines: [UInt8] { entries.flatMap { $0.body + [0x0A] } }

    /// `log/proofs.json`: the proofs of the lines, in their order.
    func proofs() throws -> [UInt8] {
        try ManifestJSON.encoded(Proofs(proofs: entries.map { Proof(leafHash: .leaf($0.body), proof: $0.proof) }))
    }
}

extension LogExcerpt {
    /// - Parameter leftOutCount: as the manifest states it; only the log itself could tell.
    /// - Throws: `evidenceBroken` where the three files are not what this type writes.
    init(lines: [UInt8], proofs: [UInt8], checkpoint: [UInt8], leftOutCount: Int) throws(CaselightError) {
        self.leftOutCount = leftOutCount
        guard let note = String(validating: checkpoint, as: UTF8.self) else { throw Self.problem("the checkpoint is not text") }
        self.checkpoint = try SignedCheckpoint(note: note)
        let bodies = lines.split(separator: 0x0A, omittingEmptySubsequences: false)
        guard let end = bodies.last, end.isEmpty else { throw Self.problem("log/entries.jsonl does not end with a line's end") }
        let read: Proofs
        do { read = try JSONDecoder().decode(Proofs.self, from: Data(proofs)) } catch {
            throw Self.problem("log/proofs.json: \(ManifestJSON.reason(error))")
        }
        guard read.proofs.count == bodies.count - 1 else {
            throw Self.problem("there are \(bodies.count - 1) entries and \(read.proofs.count) proofs")
        }
        entries = zip(bodies, read.proofs).map { Entry(body: Array($0), proof: $1.proof) }
    }

    /// Whether every entry is in the tree of the checkpoint; the first that is not.
    func firstUnproved() -> Int64? {
        entries.first { entry in
            entry.proof.size != checkpoint.checkpoint.size
                || !entry.proof.verifies(leaf: .leaf(entry.body), root: checkpoint.checkpoint.root)
                || (try? LogBody.entry(entry.body))?.sequence != entry.proof.sequence
        }?.proof.sequence
    }

    /// Whether one of the entries allowed this export.
    func allows(export id: String) -> Bool {
        entries.contains { entry in
            guard let act = try? LogBody.entry(entry.body).act else { return false }
            return act.action == .export && act.outcome == .allowed && act.object == id
        }
    }

    private static func problem(_ what: String) -> CaselightError { CaselightError(.evidenceBroken, "read the package's part of the log", because: what) }

    private struct Proofs: Codable {
        let proofs: [Proof]
    }

    /// An inclusion proof and, for those who look with other tools, the hash it starts from.
    private struct Proof: Codable {
        let leafHash: MerkleHash
        let proof: InclusionProof
    }
}
