package import CaselightModel
import Foundation

/// What a log was at a size: enough to notice, from anywhere, that it was changed or cut afterwards.
package struct Checkpoint: Hashable, Sendable {
    /// Names the log: `caselight/` and the installation's id.
    package let origin: String
    /// In entries.
    package let size: Int64
    package let root: MerkleHash

    package init(origin: String, size: Int64, root: MerkleHash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// The signed lines: C2SP tlog-checkpoint, without extensions.
    package var text: String { "\(origin)\n\(size)\n\(Data(root.bytes).base64EncodedString())\n" }

    /// - Throws: `internalFailure` where the key cannot sign.
    package func signed(by key: SigningKey) throws(CaselightError) -> SignedCheckpoint {
        do {
            let signature = NoteSignature(
                name: origin, keyHash: NoteSignature.keyHash(name: origin, key: key.publicKey),
                signature: try key.signature(for: Array(text.utf8)))
            return SignedCheckpoint(checkpoint: self, signatures: [signature])
        } catch {
            throw CaselightError(.internalFailure, "sign the log's checkpoint", because: "the key cannot sign: \(error)")
        }
    }
}

/// A checkpoint as a C2SP signed note: its text, a blank line, a line for each signature.
package struct SignedCheckpoint: Hashable, Sendable {
    /// Witnesses may add theirs to ours.
    static let signatureLimit = 16
    static let byteLimit = 16 << 10

    package let checkpoint: Checkpoint
    package let signatures: [NoteSignature]

    init(checkpoint: Checkpoint, signatures: [NoteSignature]) {
        self.checkpoint = checkpoint
        self.signatures = signatures
    }

    package var note: String { checkpoint.text + "\n" + signatures.map(\.line).joined() }

    /// Whether the key's own signature is among them and holds.
    package func isSigned(by key: VerifyingKey) -> Bool {
        let hash = NoteSignature.keyHash(name: checkpoint.origin, key: key)
        let text = Array(checkpoint.text.utf8)
        return signatures.contains { $0.name == checkpoint.origin && $0.keyHash == hash && key.verifies($0.signature, of: text) }
    }
}

extension SignedCheckpoint {
    /// Reads what `note` gives, and nothing that differs from it by a byte.
    ///
    /// - Throws: `evidenceBroken` with what is wrong.
    package init(note: String) throws(CaselightError) {
        guard note.utf8.count <= Self.byteLimit else { throw Self.problem("it is longer than \(Self.byteLimit) bytes") }
        let lines = note.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 6, lines.last == "" else { throw Self.problem("it has no three lines, a blank one and a signature") }
        guard lines[3].isEmpty else { throw Self.problem("its fourth line is not blank") }
        let checkpoint = try Self.checkpoint(lines[0], lines[1], lines[2])
        let rest = lines[4..<lines.count - 1]
        guard rest.count <= Self.signatureLimit else { throw Self.problem("it has more than \(Self.signatureLimit) signatures") }
        var signatures: [NoteSignature] = []
        for line in rest {
            guard let signature = NoteSignature(line: line) else { throw Self.problem("a signature line has not the form of one") }
            signatures.append(signature)
        }
        self.init(checkpoint: checkpoint, signatures: signatures)
        guard self.note.utf8.elementsEqual(note.utf8) else { throw Self.problem("it is not written as a note is") }
    }

    private static func checkpoint(_ origin: Substring, _ size: Substring, _ root: Substring) throws(CaselightError) -> Checkpoint {
        guard NoteSignature.isName(origin) else { throw problem("its first line names no log") }
        guard let count = Int64(size), count >= 0, String(count) == size else { throw problem("its size is no decimal number") }
        guard let bytes = Data(base64Encoded: String(root)), let hash = MerkleHash(Array(bytes)) else {
            throw problem("its root is not 32 bytes in base64")
        }
        return Checkpoint(origin: String(origin), size: count, root: hash)
    }

    private static func problem(_ what: String) -> CaselightError {
        CaselightError(
            .evidenceBroken, "read a checkpoint of the log", because: what, remedy: "Take the note as it was published, byte for byte.")
    }
}

extension SignedCheckpoint: Codable {
    package init(from decoder: any Decoder) throws { try self.init(note: try decoder.singleValueContainer().decode(String.self)) }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(note)
    }
}
