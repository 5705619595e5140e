import CaselightEvidence
import CaselightModel
import CaselightStore
import Foundation
import Logging
import Synchronization
import Testing

@testable import CaselightLog

/// Checkpoints are made when the log grew, added to their file, and handed out until somebody takes them.
@Suite struct CheckpointKeepingTests {
    let workshop: LogWorkshop

    init() throws { workshop = try LogWorkshop() }

    @Test func signsWhenTheLogGrewAndTheTimeHasCome() async throws {
        let book = try await workshop.book(try workshop.store())
        var sizes: [[Int64]] = []
        func note() throws { sizes.append(try workshop.checkpointFile.all().map(\.checkpoint.size)) }
        await book.tick()
        workshop.clock.step(400)
        await book.tick()
        try note()
        try await book.append(try workshop.act(0))
        await book.tick()
        try note()
        workshop.clock.step(299)
        await book.tick()
        try note()
        workshop.clock.step(1)
        await book.tick()
        try note()
        workshop.clock.step(1000)
        await book.tick()
        try note()
        try await book.append(try workshop.act(1))
        await book.close()
        try note()
        #expect(sizes == [[], [], [], [1], [1], [1, 2]])
        #expect(try workshop.checkpointFile.all().allSatisfy { $0.isSigned(by: workshop.key.publicKey) })
    }

    @Test func aClockThatIsSetBackPutsNoCheckpointOff() async throws {
        let book = try await workshop.book(try workshop.store())
        try await book.append(try workshop.act(0))
        await book.tick()
        workshop.clock.step(-86_400)
        await book.tick()
        workshop.clock.step(300)
        await book.tick()
        #expect(try workshop.checkpointFile.last()?.checkpoint.size == 1)
    }

    @Test func aNoteThatWasCutShortHidesNoOther() async throws {
        try await workshop.fill(3, checkpoints: [1, 2])
        let path = URL(fileURLWithPath: workshop.checkpointFile.path)
        let whole = String(decoding: try Data(contentsOf: path), as: UTF8.self)
        let note = try #require(try workshop.checkpointFile.last()).note
        for count in 1..<note.utf8.count {
            try Data(whole.utf8.prefix(whole.utf8.count - count)).write(to: path)
            let sizes = try workshop.checkpointFile.all().map(\.checkpoint.size)
            #expect(sizes == [1, 2], "cut by \(count)")
            let next = try Checkpoint(origin: LogWorkshop.origin, size: 9, root: .empty).signed(by: workshop.key)
            try workshop.checkpointFile.append(next)
            // Where the line break alone was missing, the next note brings it.
            let expected: [Int64] = count == 1 ? [1, 2, 3, 9] : [1, 2, 9]
            #expect(try workshop.checkpointFile.all().map(\.checkpoint.size) == expected, "cut by \(count)")
            #expect(try workshop.checkpointFile.last() == next)
        }
    }

    @Test func findsTheLastNoteOfALongFile() throws {
        let file = workshop.checkpointFile
        let notes = try (1...600).map { try Checkpoint(origin: LogWorkshop.origin, size: $0, root: .empty).signed(by: workshop.key) }
        try Data(notes.map(\.note).joined().utf8).write(to: URL(fileURLWithPath: file.path))
        #expect(try file.last() == notes.last)
        #expect(try file.all() == notes)
    }

    @Test func aCheckpointThatCannotBeSavedIsToldAndTheLogGoesOn() async throws {
        let store = try workshop.store()
        var parts = workshop.parts(store)
        parts.settings.checkpointPath = workshop.folder + "/nowhere/log.checkpoints"
        let book = try await ConsultationBook.open(parts)
        try await book.append(try workshop.act(0))
        let error = await #expect(throws: CaselightError.self) { try await book.checkpoint() }
        #expect(error?.code == .diskFailed)
        #expect(book.checkpointProblem?.contains("nowhere") == true)
        #expect(book.currentCheckpoint == nil)
        try await book.append(try workshop.act(1))
        try FileManager.default.createDirectory(atPath: workshop.folder + "/nowhere", withIntermediateDirectories: false)
        #expect(try await book.checkpoint().checkpoint.size == 2)
        #expect(book.checkpointProblem == nil)
    }

    @Test func publishesUntilItIsTakenOrANewerOneIsThere() async throws {
        let attempts = Mutex<[Int64]>([])
        let (pauses, paused) = AsyncStream.makeStream(of: Duration.self)
        let (resumes, resume) = AsyncStream.makeStream(of: Void.self)
        let publisher = CheckpointPublisher(
            publish: { signed in
                let count = attempts.withLock { attempts in
                    attempts.append(signed.checkpoint.size)
                    return attempts.count
                }
                if count < 4 { throw CaselightError(.unreachable, "publish", because: "nobody is there") }
            }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            pause: { duration in
                paused.yield(duration)
                for await _ in resumes { break }
            })
        func signed(_ size: Int64) throws -> SignedCheckpoint {
            try Checkpoint(origin: LogWorkshop.origin, size: size, root: .empty).signed(by: workshop.key)
        }
        let (first, second) = (try signed(1), try signed(2))
        let task = Task { await publisher.run() }
        publisher.offer(first)
        var waits: [Duration] = []
        for await wait in pauses {
            waits.append(wait)
            if waits.count == 2 { publisher.offer(second) }
            resume.yield()
            if waits.count == 3 { break }
        }
        while attempts.withLock({ $0.count }) < 4 { await Task.yield() }
        task.cancel()
        await task.value
        #expect(attempts.withLock { $0 } == [1, 1, 2, 2])
        #expect(waits == [.seconds(1), .seconds(2), .seconds(4)])
    }

    @Test func handsOutWhatItSignsAndTheLastOneAgainAfterAStart() async throws {
        let taken = Mutex<[SignedCheckpoint]>([])
        for round in 1...2 {
            let store = try workshop.store()
            let book = try await ConsultationBook.open(workshop.parts(store) { signed in taken.withLock { $0.append(signed) } })
            let task = Task { await book.run() }
            if round == 1 {
                try await book.append(try workshop.act(0))
                try await book.checkpoint()
            }
            while taken.withLock({ $0.count }) < round { await Task.yield() }
            task.cancel()
            await task.value
            try store.close()
        }
        #expect(taken.withLock { $0 } == [try workshop.checkpointFile.last(), try workshop.checkpointFile.last()])
    }
}
