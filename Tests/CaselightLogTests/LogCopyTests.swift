import CaselightEvidence
import CaselightModel
import CaselightStore
import Foundation
import Testing

@testable import CaselightLog

/// The log beside its writer: read by another process's means, and copied.
@Suite struct LogCopyTests {
    let workshop: LogWorkshop

    init() throws { workshop = try LogWorkshop() }

    @Test func isReadAndVerifiedWhileItIsWritten() async throws {
        let store = try workshop.store()
        let book = try await workshop.book(store)
        try await book.append(try (0..<50).map { try workshop.act($0) })
        let saved = try await book.checkpoint()
        try await book.append(try workshop.act(50))
        let reader = try SQLiteLogStore.openForReading(path: workshop.database)
        let verdict = try await LogInspection.verify(
            reader, checkpoints: [saved], keys: [workshop.key.publicKey], origin: LogWorkshop.origin)
        #expect(verdict.isIntact)
        #expect(verdict.count == 51)
        await #expect(throws: CaselightError.self) { try await reader.append([], viewings: [.drop(id: "a")], subtrees: []) }
        try reader.close()
        #expect(try await book.append(try workshop.act(51)) == 51)
    }

    @Test func aCopyIsALogOfItsOwnThatAStartTakesUp() async throws {
        let store = try workshop.store()
        let book = try await workshop.book(store)
        try await book.append(try (0..<1500).map { try workshop.act($0) })
        try await book.checkpoint()
        let copy = workshop.folder + "/copy.db"
        _ = try await store.backup(to: copy)
        let restored = try SQLiteLogStore.open(path: copy)
        let second = try await workshop.book(restored)
        #expect(second.count == 1500)
        #expect(try await second.verify().isIntact)
        try restored.close()
        // A later checkpoint shows that the copy is older than the log it came from.
        try await book.append(try workshop.act(1500))
        try await book.checkpoint()
        let again = try SQLiteLogStore.open(path: copy)
        let error = await #expect(throws: CaselightError.self) { try await workshop.book(again) }
        #expect(error?.code == .evidenceBroken)
    }
}
