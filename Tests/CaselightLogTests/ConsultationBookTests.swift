import CaselightEvidence
import CaselightModel
import CaselightStore
import Foundation
import Synchronization
import Testing

@testable import CaselightLog

/// Acts become entries: in order, chained, on disk before the caller goes on.
@Suite struct ConsultationBookTests {
    let workshop: LogWorkshop

    init() throws { workshop = try LogWorkshop() }

    @Test func givesEachActItsPlaceAndTheHashOfTheOneBefore() async throws {
        let store = try workshop.store()
        let book = try await workshop.book(store)
        let acts = try (0..<5).map { try workshop.act($0) }
        #expect(try await book.append(Array(acts[..<3])) == 0)
        workshop.clock.step(2)
        #expect(try await book.append(acts[3]) == 3)
        #expect(try await book.append(acts[4]) == 4)
        let rows = try await store.rows(from: 0, limit: 10)
        let entries = try rows.map { try LogBody.entry($0.body) }
        #expect(entries.map(\.act) == acts)
        #expect(entries.map(\.sequence) == [0, 1, 2, 3, 4])
        #expect(entries.map { $0.at - entries[0].at } == [.zero, .zero, .zero, .seconds(2), .seconds(2)])
        #expect(entries.map(\.previous) == [LogEntry.noPrevious] + rows.dropLast().map { MerkleHash.leaf($0.body).hex })
        #expect(rows.map(\.leafHash) == rows.map { MerkleHash.leaf($0.body).bytes })
        #expect(book.count == 5)
        #expect(book.problem == nil)
        #expect(try await book.append([]) == 5)
        #expect(try await store.count() == 5)
    }

    @Test func goesOnWhereItStopped() async throws {
        for round in 0..<4 {
            let store = try workshop.store()
            let book = try await workshop.book(store)
            #expect(book.count == Int64(round * 700))
            try await book.append(try (0..<700).map { try workshop.act($0) })
            await book.close()
            try store.close()
        }
        let store = try workshop.store()
        let book = try await workshop.book(store)
        #expect(try await book.verify().isIntact)
        #expect(try await book.verify().count == 2800)
        #expect(try await store.subtrees(from: 0, limit: 10).count == 2)
    }

    @Test func whatComesWhileTheDiskIsBusyGoesInOneGroupAndInOrder() async throws {
        let store = BrittleStore(try workshop.store())
        let gate = store.holdWrites()
        let book = try await workshop.book(store)
        let acts = try (0..<200).map { try workshop.act($0) }
        let first = Task { try await book.append(acts[0]) }
        while book.state.withLock({ !$0.isWriting || !$0.queue.isEmpty }) { await Task.yield() }
        var rest: [Task<Int64, any Error>] = []
        for number in 1..<200 {
            rest.append(Task { try await book.append(acts[number]) })
            // One after the other, so that the order in which they came is known.
            while book.state.withLock({ $0.queue.count }) < number { await Task.yield() }
        }
        gate.yield()
        #expect(try await first.value == 0)
        gate.yield()
        for (number, task) in rest.enumerated() { #expect(try await task.value == Int64(number + 1)) }
        #expect(store.groups.withLock { $0 } == [1, 199])
        #expect(try await workshop.entries(store).map(\.act) == acts)
    }

    @Test func takesFromManyTasksAtOnceAndLosesNone() async throws {
        let store = try workshop.store()
        let book = try await workshop.book(store)
        let sequences = try await withThrowingTaskGroup(of: [(Int64, Int)].self) { group in
            for task in 0..<16 {
                group.addTask {
                    var mine: [(Int64, Int)] = []
                    for number in 0..<25 { mine.append((try await book.append(try workshop.act(task * 25 + number)), task * 25 + number)) }
                    return mine
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let entries = try await workshop.entries(store)
        #expect(entries.count == 400)
        for (sequence, number) in sequences { #expect(entries[Int(sequence)].act.detail == "act \(number)") }
        #expect(try await book.verify().isIntact)
    }

    @Test func aFailedWriteRefusesEveryoneInItAndTheNextOneIsTriedAgain() async throws {
        let store = BrittleStore(try workshop.store())
        let book = try await workshop.book(store)
        try await book.append(try workshop.act(0))
        store.failure.withLock { $0 = CaselightError(.diskFull, "append", because: "the disk of log.db is full", remedy: "Free space on it.") }
        for _ in 0..<3 {
            let error = await #expect(throws: CaselightError.self) { try await book.append(try workshop.act(1)) }
            #expect(error?.code == .logUnwritable)
            #expect(error?.description.contains("the disk of log.db is full. Free space on it.") == true)
            #expect(book.problem != nil)
        }
        store.failure.withLock { $0 = nil }
        #expect(try await book.append(try workshop.act(2)) == 1)
        #expect(book.problem == nil)
        #expect(try await workshop.entries(store).map(\.act) == [try workshop.act(0), try workshop.act(2)])
        #expect(try await book.verify().isIntact)
    }

    @Test func findsOutByItselfThatItCanBeWrittenAgain() async throws {
        let store = BrittleStore(try workshop.store())
        let book = try await workshop.book(store)
        store.failure.withLock { $0 = CaselightError(.diskFailed, "append", because: "a sync failed") }
        await #expect(throws: CaselightError.self) { try await book.append(try workshop.act(1)) }
        await book.tick()
        #expect(try await book.append([]) == 0)
        #expect(book.problem != nil)
        store.failure.withLock { $0 = nil }
        await book.tick()
        #expect(book.problem == nil)
        #expect(try await store.count() == 0)
        #expect(try await store.viewings().isEmpty)
    }

    @Test func goesOnAfterRowsThatAFailedWriteLeftAllTheSame() async throws {
        let real = try workshop.store()
        let store = BrittleStore(real)
        let book = try await workshop.book(store)
        try await book.append(try workshop.act(0))
        // What a failed sync may do: refused to the caller, and in the file.
        var tail = try await LogStart.tail(of: real)
        let (row, _) = try tail.seal(try workshop.act(1), at: workshop.clock.now())
        store.failure.withLock { $0 = CaselightError(.diskFailed, "append", because: "a sync failed") }
        await #expect(throws: CaselightError.self) { try await book.append(try workshop.act(1)) }
        try await real.append([row], viewings: [], subtrees: [])
        store.failure.withLock { $0 = nil }
        #expect(try await book.append(try workshop.act(2)) == 2)
        #expect(try await book.verify().isIntact)
        #expect(try await workshop.entries(store).map(\.act) == (0...2).map { try workshop.act($0) })
    }

    @Test func refusesWhenTheQueueIsFull() async throws {
        let store = BrittleStore(try workshop.store())
        let gate = store.holdWrites()
        let book = try await workshop.book(store)
        let act = try workshop.act(0)
        let first = Task { try await book.append(act) }
        while book.state.withLock({ !$0.isWriting || !$0.queue.isEmpty }) { await Task.yield() }
        let second = Task { try await book.append([LoggedAct](repeating: act, count: LogLimits.queuedEntryCount)) }
        while book.state.withLock({ $0.queue.isEmpty }) { await Task.yield() }
        let error = await #expect(throws: CaselightError.self) { try await book.append(act) }
        #expect(error?.code == .logUnwritable)
        gate.yield()
        gate.yield()
        #expect(try await first.value == 0)
        #expect(try await second.value == 1)
    }

    @Test func anActThatIsTooLargeSpoilsNoOther() async throws {
        let store = try workshop.store()
        let book = try await workshop.book(store)
        var large = try workshop.act(1)
        large.purpose = String(repeating: "x", count: LogBody.byteLimit)
        let error = await #expect(throws: CaselightError.self) { try await book.append([try workshop.act(0), large]) }
        #expect(error?.code == .tooLarge)
        #expect(try await store.count() == 0)
        #expect(book.problem == nil)
        #expect(try await book.append(try workshop.act(2)) == 0)
    }

    @Test func refusesAfterItWasClosed() async throws {
        let store = try workshop.store()
        let book = try await workshop.book(store)
        await book.close()
        let error = await #expect(throws: CaselightError.self) { try await book.append(try workshop.act(0)) }
        #expect(error?.code == .logUnwritable)
    }
}
