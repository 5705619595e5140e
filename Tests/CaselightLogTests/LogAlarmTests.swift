import CaselightModel
import CaselightStore
import Foundation
import Logging
import Synchronization
import Testing

@testable import CaselightLog

/// A log that cannot be written is told once, loudly, and so is its recovery.
@Suite struct LogAlarmTests {
    let workshop: LogWorkshop
    let said = Said()

    init() throws { workshop = try LogWorkshop() }

    private func book(_ store: any LogStore) async throws -> ConsultationBook {
        try await ConsultationBook.open(workshop.parts(store, logger: Logger(label: "test") { [said] _ in said }))
    }

    @Test func aFailingDiskIsToldOnceAndItsRecoveryOnce() async throws {
        let store = BrittleStore(try workshop.store())
        let book = try await book(store)
        for _ in 0..<2 {
            store.failure.withLock { $0 = CaselightError(.diskFailed, "append", because: "a sync failed") }
            for _ in 0..<5 { _ = try? await book.append(try workshop.act(0)) }
            store.failure.withLock { $0 = nil }
            for _ in 0..<3 { try await book.append(try workshop.act(1)) }
        }
        #expect(said.levels == [.critical, .notice, .critical, .notice])
    }

    @Test func aLogThatCannotBeWrittenAtTheStartIsToldBeforeAnybodyAsks() async throws {
        let store = BrittleStore(try workshop.store())
        store.failure.withLock { $0 = CaselightError(.diskFull, "append", because: "the disk is full") }
        let book = try await book(store)
        await book.tick()
        #expect(book.problem != nil)
        store.failure.withLock { $0 = nil }
        await book.tick()
        #expect(book.problem == nil)
        #expect(said.levels == [.critical, .notice])
    }

    @Test func aDiskThatDoesNotAnswerIsToldOnceAndAProblemUntilItDoes() async throws {
        let store = BrittleStore(try workshop.store())
        let gate = store.holdWrites()
        let book = try await book(store)
        let waiting = Task { try await book.append(try workshop.act(0)) }
        while book.state.withLock({ $0.commitBeganAt == nil }) { await Task.yield() }
        book.tellOfSilence()
        #expect(book.problem == nil)
        book.state.withLock { $0.commitBeganAt = .now - LogLimits.commitPatience - .seconds(1) }
        #expect(book.problem?.contains("has not answered") == true)
        for _ in 0..<3 { book.tellOfSilence() }
        #expect(said.levels == [.critical])
        gate.yield()
        #expect(try await waiting.value == 0)
        #expect(book.problem == nil)
        #expect(said.levels == [.critical, .notice])
    }
}

/// Keeps the levels of what was said.
final class Said: LogHandler {
    private let all = Mutex<[Logger.Level]>([])

    var levels: [Logger.Level] { all.withLock { $0 } }
    var metadata: Logger.Metadata { get { [:] } set {} }
    var logLevel: Logger.Level { get { .trace } set {} }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? { get { nil } set {} }

    func log(event: LogEvent) { all.withLock { $0.append(event.level) } }
}
