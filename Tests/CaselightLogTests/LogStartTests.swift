import CaselightEvidence
import CaselightModel
import CaselightStore
import Foundation
import Synchronization
import Testing

@testable import CaselightLog

/// What a start finds: the end as it was, or a reason to stop.
@Suite struct LogStartTests {
    let workshop: LogWorkshop

    init() throws { workshop = try LogWorkshop() }

    private func openingError() async throws -> CaselightError? {
        let store = try workshop.store()
        defer { try? store.close() }
        do {
            _ = try await workshop.book(store)
            return nil
        } catch let error as CaselightError {
            return error
        }
    }

    @Test(arguments: [0, 1, 1023, 1024, 1025, 2048, 3000])
    func findsTheRootOfAnyLength(count: Int) async throws {
        try await workshop.fill(count)
        let store = try workshop.store()
        let book = try await workshop.book(store)
        let leaves = try await store.rows(from: 0, limit: .max).map { MerkleHash.leaf($0.body) }
        #expect(book.count == Int64(count))
        #expect(book.state.withLock { $0.tail.root } == MerkleTree(leaves).root)
        #expect(book.currentCheckpoint?.checkpoint.root == MerkleTree(leaves).root)
        try await book.append(try workshop.act(0))
        #expect(try await book.verify().isIntact)
    }

    @Test func refusesAnOlderCopyOfTheLog() async throws {
        try await workshop.fill(20)
        let copy = try Data(contentsOf: URL(fileURLWithPath: workshop.database))
        try await workshop.fill(5)
        try copy.write(to: URL(fileURLWithPath: workshop.database))
        let error = try await openingError()
        #expect(error?.code == .evidenceBroken)
        #expect(error?.cause.contains("it has 20 entries, and had 25") == true)
        #expect(error?.remedy.contains("Restore the log from a backup") == true)
    }

    @Test func refusesAnotherLogOfTheSameLength() async throws {
        try await workshop.fill(20)
        let saved = try #require(try workshop.checkpointFile.last())
        try FileManager.default.removeItem(atPath: workshop.database)
        try FileManager.default.removeItem(atPath: workshop.checkpointFile.path)
        workshop.clock.step(1)
        try await workshop.fill(20)
        try Data(saved.note.utf8).write(to: URL(fileURLWithPath: workshop.checkpointFile.path))
        let error = try await openingError()
        #expect(error?.code == .evidenceBroken)
        #expect(error?.cause.contains("are not those that the checkpoint") == true)
    }

    @Test func refusesACheckpointOfAnotherKeyOrLog() async throws {
        try await workshop.fill(3)
        let root = try #require(try workshop.checkpointFile.last()).checkpoint.root
        for (origin, key) in [(LogWorkshop.origin, SigningKey()), ("caselight/other", workshop.key)] {
            let note = try Checkpoint(origin: origin, size: 3, root: root).signed(by: key).note
            try Data(note.utf8).write(to: URL(fileURLWithPath: workshop.checkpointFile.path))
            #expect(try await openingError()?.code == .evidenceBroken)
        }
    }

    @Test func proofsHoldOverSubtreesAndPages() async throws {
        try await workshop.fill(2500, checkpoints: [7, 1024, 1300, 2048])
        let store = try workshop.store()
        let book = try await workshop.book(store)
        let checkpoints = try workshop.checkpointFile.all().map(\.checkpoint)
        #expect(checkpoints.map(\.size) == [7, 1024, 1300, 2048, 2500])
        let tree = MerkleTree(try await store.rows(from: 0, limit: .max).map { MerkleHash.leaf($0.body) })
        for checkpoint in checkpoints {
            for sequence in [Int64](arrayLiteral: 0, 6, 1023, 1024, 1299, 2047, 2048, 2499) where sequence < checkpoint.size {
                let proof = try await book.inclusionProof(of: sequence, in: checkpoint.size)
                #expect(proof == tree.inclusionProof(of: sequence, in: checkpoint.size))
                let body = try await book.body(of: sequence)
                #expect(proof.verifies(leaf: .leaf(body), root: checkpoint.root))
            }
            for old in checkpoints where old.size <= checkpoint.size {
                let proof = try await book.consistencyProof(from: old.size, to: checkpoint.size)
                #expect(proof == tree.consistencyProof(from: old.size, to: checkpoint.size))
                #expect(proof.verifies(oldRoot: old.root, newRoot: checkpoint.root))
            }
        }
        for (sequence, size) in [(Int64(5), Int64(5)), (0, 2501), (-1, 5)] {
            let error = await #expect(throws: CaselightError.self) { try await book.inclusionProof(of: sequence, in: size) }
            #expect(error?.code == .notFound)
        }
        let error = await #expect(throws: CaselightError.self) { try await book.body(of: 2500) }
        #expect(error?.code == .notFound)
    }
}
