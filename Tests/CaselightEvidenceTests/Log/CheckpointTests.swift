import CaselightModel
import Foundation
import Testing

@testable import CaselightEvidence

/// Checkpoints as notes: written as C2SP says, read byte for byte or not at all.
@Suite struct CheckpointTests {
    static let key = signingKey(1)
    static let checkpoint = Checkpoint(origin: "caselight/9f2c", size: 8, root: MerkleTests.tree.root)

    private func signed() throws -> SignedCheckpoint { try Self.checkpoint.signed(by: Self.key) }

    @Test func isANoteOfThreeLinesABlankOneAndASignature() throws {
        let lines = try signed().note.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.count == 6)
        #expect(Array(lines[..<4]) == ["caselight/9f2c", "8", "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=", ""])
        #expect(lines[4].hasPrefix("— caselight/9f2c "))
        #expect(lines[5].isEmpty)
    }

    @Test func comesBackFromItsNote() throws {
        let signed = try signed()
        #expect(try SignedCheckpoint(note: signed.note) == signed)
        #expect(try JSONDecoder().decode(SignedCheckpoint.self, from: JSONEncoder().encode(signed)) == signed)
        #expect(signed.isSigned(by: Self.key.publicKey))
        #expect(!signed.isSigned(by: signingKey(2).publicKey))
    }

    /// The published example of the note format: made by another program, with another key.
    @Test func namesAndVerifiesKeysAsOtherProgramsDo() throws {
        let encoded = try #require(Data(base64Encoded: "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"))
        let key = try VerifyingKey(bytes: Array(encoded.dropFirst()))
        #expect(HexText.text(NoteSignature.keyHash(name: "PeterNeumann", key: key)) == "c74f20a3")
        let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
        let line = """
            — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
            """
        let signature = try #require(NoteSignature(line: line))
        #expect(signature.line == line + "\n")
        #expect(HexText.text(signature.keyHash) == "c74f20a3")
        #expect(key.verifies(signature.signature, of: Array(text.utf8)))
    }

    @Test func keepsTheSignaturesOfWitnesses() throws {
        let own = try signed()
        let witness = try Checkpoint(origin: "witness.example/w", size: 1, root: .empty).signed(by: signingKey(3))
        let note = own.note + witness.signatures[0].line
        let read = try SignedCheckpoint(note: note)
        #expect(read.signatures.count == 2)
        #expect(read.note == note)
        #expect(read.isSigned(by: Self.key.publicKey))
        #expect(!read.isSigned(by: signingKey(3).publicKey))
    }

    @Test func aSignatureIsOfThisTextAndThisName() throws {
        let note = try signed().note
        for (before, after) in [("\n8\n", "\n9\n"), ("caselight/9f2c\n8", "caselight/9f2d\n8")] {
            #expect(try !SignedCheckpoint(note: note.replacing(before, with: after)).isSigned(by: Self.key.publicKey))
        }
        let renamed = note.replacing("— caselight/9f2c", with: "— caselight/other")
        #expect(try !SignedCheckpoint(note: renamed).isSigned(by: Self.key.publicKey))
    }

    @Test(arguments: [
        ("\n8\n", "\n08\n"), ("\n8\n", "\n-8\n"), ("\n8\n", "\n+8\n"), ("\n8\n", "\n8 \n"), ("\n8\n", "\n\n"),
        ("\n8\n", "\n99999999999999999999\n"), ("\n8\n", "\n8\nextension\n"), ("caselight/9f2c\n8", "\n8"), ("caselight/9f2c\n8", "a b\n8"),
        ("caselight/9f2c\n8", "a+b\n8"), ("=\n\n", "\n\n"), ("=\n\n", "=\n"), ("=\n\n", "=\n\n\n"), ("— ", "- "), ("— ", "—  "), ("— ", ""),
        ("\n8\n", "\r\n8\r\n"),
    ])
    func refusesANoteThatDiffers(before: String, after: String) throws {
        let note = try signed().note
        let changed = note.replacing(before, with: after)
        #expect(changed != note)
        let error = #expect(throws: CaselightError.self) { try SignedCheckpoint(note: changed) }
        #expect(error?.code == .evidenceBroken)
    }

    @Test func refusesANoteThatIsCutOrGoesOn() throws {
        let note = try signed().note
        for count in 0..<note.count { #expect(throws: CaselightError.self) { try SignedCheckpoint(note: String(note.prefix(count))) } }
        #expect(throws: CaselightError.self) { try SignedCheckpoint(note: note + "\n") }
        #expect(throws: CaselightError.self) { try SignedCheckpoint(note: note + note) }
        let many = String(repeating: try signed().signatures[0].line, count: 17)
        #expect(throws: CaselightError.self) { try SignedCheckpoint(note: Self.checkpoint.text + "\n" + many) }
    }
}

/// A key that is the same in every run.
func signingKey(_ number: UInt8) -> SigningKey {
    // A seed of 32 bytes is always taken.
    guard let key = try? SigningKey(seed: [UInt8](repeating: number, count: SigningKey.seedByteCount)) else { return SigningKey() }
    return key
}
