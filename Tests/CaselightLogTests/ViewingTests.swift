import CaselightEvidence
import CaselightModel
import CaselightStore
import Foundation
import Synchronization
import Testing

@testable import CaselightLog

/// Playback in the log: who watched which spans, exactly, in few entries.
@Suite struct ViewingTests {
    let workshop: LogWorkshop
    let subject: ViewingSubject

    init() throws {
        workshop = try LogWorkshop()
        subject = ViewingSubject(
            actor: LogActor(who: "wang.fang", unit: "三大队", roles: [.investigator], address: "10.0.0.7"), camera: try CameraCode("gate-3"),
            incident: try IncidentNumber("A2026-1"), purpose: nil)
    }

    private static let base = WallTime(microseconds: 1_772_400_000_000_000)
    private func span(_ start: Double, _ end: Double) -> TimeSpan {
        TimeSpan(start: Self.base + Microseconds(Int64(start * 1e6)), end: Self.base + Microseconds(Int64(end * 1e6)))
    }

    @Test func aViewingBeginsWithAPlaybackAndEndsAsOneEntryOfWhatWasWatched() async throws {
        let store = BrittleStore(try workshop.store())
        let book = try await workshop.book(store)
        for minute in 0..<5 {
            try await book.watched(span(Double(minute) * 60, Double(minute + 1) * 60), of: subject)
            workshop.clock.step(30)
        }
        try await book.watched(span(600, 660), of: subject)
        #expect(try await workshop.entries(store).map(\.act.action) == [.playback])
        #expect(try await store.viewings().count == 1)
        workshop.clock.step(61)
        await book.tick()
        let entries = try await workshop.entries(store)
        #expect(entries.map(\.act.action) == [.playback, .watched])
        #expect(entries[0].act == LoggedAct(.playback, by: subject.actor, camera: subject.camera, span: span(0, 60), incident: subject.incident))
        let act = entries[1].act
        #expect(act.outcome == .done)
        #expect(act.actor == subject.actor)
        #expect(act.camera == subject.camera)
        #expect(act.incident == subject.incident)
        #expect(act.span == span(0, 660))
        #expect(
            act.detail == """
                watched between 2026-03-02T06:00:00Z and 2026-03-02T06:02:30Z; 2 spans: \(span(0, 300)), \(span(600, 660))
                """)
        #expect(try await store.viewings().isEmpty)
    }

    @Test func writesNothingForWhatIsWatchedAgain() async throws {
        let store = BrittleStore(try workshop.store())
        let book = try await workshop.book(store)
        try await book.watched(span(0, 60), of: subject)
        let writes = store.groups.withLock { $0.count }
        for _ in 0..<50 { try await book.watched(span(10, 50), of: subject) }
        #expect(store.groups.withLock { $0.count } == writes)
        try await book.watched(span(10, 61), of: subject)
        #expect(store.groups.withLock { $0.count } == writes + 1)
    }

    @Test func aPlaylistsOwnEntryIsNotWrittenTwice() async throws {
        let store = try workshop.store()
        let book = try await workshop.book(store)
        try await book.append(
            LoggedAct(.playback, by: subject.actor, camera: subject.camera, span: span(0, 3600), incident: subject.incident))
        try await book.watched(span(0, 60), of: subject)
        var other = subject
        other.actor.address = "10.0.0.8"
        try await book.watched(span(0, 60), of: other)
        #expect(try await workshop.entries(store).map(\.act.actor.address) == ["10.0.0.7", "10.0.0.8"])
        await book.close()
        #expect(try await workshop.entries(store).map(\.act.action) == [.playback, .playback, .watched, .watched])
    }

    @Test func aLongViewingIsSealedAndGoesOnWithoutAnotherPlayback() async throws {
        let store = try workshop.store()
        let book = try await workshop.book(store)
        for second in stride(from: 0, to: 1500, by: 30) {
            try await book.watched(span(Double(second), Double(second + 30)), of: subject)
            workshop.clock.step(30)
            await book.tick()
        }
        await book.close()
        let entries = try await workshop.entries(store)
        #expect(entries.map(\.act.action) == [.playback, .watched, .watched, .watched])
        #expect(entries.dropFirst().map(\.act.span) == [span(0, 600), span(600, 1200), span(1200, 1500)])
    }

    @Test func afterAPauseAPlaybackOfItsOwnBegins() async throws {
        let store = try workshop.store()
        let book = try await workshop.book(store)
        try await book.watched(span(0, 60), of: subject)
        workshop.clock.step(61)
        try await book.watched(span(0, 60), of: subject)
        #expect(try await workshop.entries(store).map(\.act.action) == [.playback, .watched, .playback])
    }

    @Test func sealsWhatACrashLeft() async throws {
        let store = try workshop.store()
        let book = try await workshop.book(store)
        try await book.watched(span(0, 60), of: subject)
        try await book.watched(span(60, 120), of: subject)
        // The process is gone: the book is not closed, and another one finds the file.
        try store.close()
        let second = try workshop.store()
        _ = try await workshop.book(second)
        let entries = try await workshop.entries(second)
        #expect(entries.map(\.act.action) == [.playback, .watched])
        #expect(entries[1].act.span == span(0, 120))
        #expect(try await second.viewings().isEmpty)
    }

    @Test func showsNothingThatCannotBeNoted() async throws {
        let store = BrittleStore(try workshop.store())
        let book = try await workshop.book(store)
        try await book.watched(span(0, 60), of: subject)
        store.failure.withLock { $0 = CaselightError(.diskFull, "append", because: "the disk is full") }
        let error = await #expect(throws: CaselightError.self) { try await book.watched(span(60, 120), of: subject) }
        #expect(error?.code == .logUnwritable)
        // What stands there already may be shown again.
        try await book.watched(span(0, 60), of: subject)
        workshop.clock.step(61)
        await book.tick()
        #expect(book.problem != nil)
        store.failure.withLock { $0 = nil }
        await book.tick()
        #expect(book.problem == nil)
        #expect(try await workshop.entries(store).map(\.act.span) == [span(0, 60), span(0, 60)])
    }

    @Test func jumpingAboutEndsAViewingBeforeItsEntryGrowsTooLong() async throws {
        let store = try workshop.store()
        let book = try await workshop.book(store)
        for number in 0..<150 { try await book.watched(span(Double(number) * 100, Double(number) * 100 + 5), of: subject) }
        await book.close()
        let entries = try await workshop.entries(store)
        #expect(entries.map(\.act.action) == [.playback, .watched, .watched, .watched])
        let listed = entries.compactMap(\.act.detail).map { $0.split(separator: "/").count - 1 }
        #expect(listed == [64, 64, 22])
    }

    @Test func manyPeopleWatchAtOnce() async throws {
        let store = try workshop.store()
        let book = try await workshop.book(store)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for person in 0..<40 {
                var own = subject
                own.actor.who = "person-\(person)"
                let subject = own
                group.addTask {
                    for second in 0..<10 { try await book.watched(span(Double(second), Double(second + 1)), of: subject) }
                }
            }
            try await group.waitForAll()
        }
        await book.close()
        let entries = try await workshop.entries(store)
        #expect(entries.count == 80)
        #expect(Set(entries.filter { $0.act.action == .watched }.map(\.act.span)) == [span(0, 10)])
        #expect(Set(entries.filter { $0.act.action == .watched }.map(\.act.actor.who)).count == 40)
    }

    @Test func mergesSpansThatTouchAndKeepsOthersApart() throws {
        var viewing = Viewing(id: "1", subject: subject, startedAt: Self.base)
        for (start, end) in [(10.0, 20.0), (30, 40), (20, 25), (40.05, 50), (0, 5), (24, 31), (60, 61)] { viewing.add(span(start, end)) }
        #expect(viewing.spans == [span(0, 5), span(10, 50), span(60, 61)])
        #expect(viewing.covers(span(12, 45)))
        #expect(!viewing.covers(span(4, 11)))
    }
}
