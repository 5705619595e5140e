import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import Testing

@testable import CaselightIngest

@Suite struct HoldBookTests {
    let installation: HeldInstallation
    let camera: CameraCode
    /// Ten minutes that began 40 days ago.
    let segments: [Segment]

    init() async throws {
        installation = try HeldInstallation()
        camera = try CameraCode("gate-3")
        try await installation.records.addCamera(
            Camera(code: camera, name: "Gate", createdAt: HeldInstallation.start - .days(99)), credentials: nil)
        segments = installation.footage.record(
            camera, run: RunID(7), from: HeldInstallation.start - .days(40), count: 10, hasAudio: true)
        try await installation.index(segments)
    }

    private func minutes(_ range: Range<Int64>) -> TimeSpan {
        let start = segments[0].span.start
        return TimeSpan(start: start + .seconds(60 * range.lowerBound), end: start + .seconds(60 * range.upperBound))
    }

    private func left() async throws -> [UInt32] {
        let all = TimeSpan(start: .distantPast, end: .distantFuture)
        let found = try await installation.index.segments(of: camera, overlapping: all, limit: 99, detailed: false)
        for segment in found {
            #expect(FileManager.default.fileExists(atPath: installation.archive.videoPath(of: segment)))
            #expect(FileManager.default.fileExists(atPath: try #require(installation.archive.audioPath(of: segment))))
        }
        return found.map(\.id.sequence)
    }

    private func postIncident(_ text: String) async throws -> IncidentNumber {
        let number = try IncidentNumber(text)
        try await installation.records.addIncident(Incident(number: number, category: "theft", span: minutes(0..<1), postedAt: installation.clock.now()))
        return number
    }

    @Test func keepsEveryFileWithAMomentInTheSpanAndNoOther() async throws {
        let span = TimeSpan(start: minutes(3..<4).start + .seconds(20), end: minutes(5..<6).start + .seconds(20))
        let placed = try await installation.book.place(try installation.hold(camera, span))
        #expect(placed.segmentCount == 3)
        #expect(placed.byteCount == segments[3...5].reduce(0) { $0 + $1.byteCount + ($1.audio?.byteCount ?? 0) })
        #expect(placed.covered == [span] && placed.missing == [] && placed.expired == [])
        try await installation.expireAll()
        #expect(try await left() == [3, 4, 5])
        try await installation.retention.makeRoom(reserveBytes: .max, RetentionPolicy())
        #expect(try await left() == [3, 4, 5])
    }

    @Test func widensTheSpanByTheClocksUncertainty() async throws {
        let sample = ClockSample(at: segments[9].span.end, offsetUs: .zero, uncertaintyUs: .seconds(70))
        try await installation.index.apply([.clockSample(RunID(7), sample)])
        _ = try await installation.book.place(try installation.hold(camera, minutes(4..<5)))
        try await installation.expireAll()
        #expect(try await left() == [2, 3, 4, 5, 6])
    }

    @Test func saysWhatOfTheSpanWasGoneAlready() async throws {
        _ = try await installation.book.place(try installation.hold(camera, minutes(5..<6)))
        try await installation.expireAll()
        let span = TimeSpan(start: minutes(2..<3).start, end: minutes(10..<12).end)
        let placed = try await installation.book.place(try installation.hold(camera, span))
        // A second around what is held belongs to it, so its neighbours stay.
        #expect(placed.covered == [minutes(4..<7)])
        #expect(placed.missing == [minutes(2..<4), minutes(7..<12)])
        #expect(placed.expired == [minutes(2..<4), minutes(7..<10)])
    }

    @Test func refusesWhatItCannotKeepAndLeavesNothingBehind() async throws {
        let hold = try installation.hold(camera, minutes(0..<1), incident: try IncidentNumber("none"))
        await expect(.notFound) { _ = try await installation.book.place(hold) }
        #expect(try await installation.book.keeping().isEmpty)
        let good = try installation.hold(camera, minutes(0..<1))
        _ = try await installation.book.place(good)
        await expect(.duplicate) { _ = try await installation.book.place(good) }
        var ended = try installation.hold(camera, minutes(0..<1))
        ended.endsAt = HeldInstallation.start
        await expect(.invalidValue) { [ended] in _ = try await installation.book.place(ended) }
        var long = try installation.hold(camera, minutes(0..<1))
        long.reason = String(repeating: "x", count: 70_000)
        await expect(.tooLarge) { [long] in _ = try await installation.book.place(long) }
        #expect(try await installation.book.keeping() == [good])
    }

    @Test func takesTwoPeopleToRelease() async throws {
        let (chen, wang) = (try AccountName("chen"), try AccountName("wang"))
        let hold = try installation.hold(camera, minutes(0..<10))
        _ = try await installation.book.place(hold)
        await expect(.conflict) { _ = try await installation.book.approveRelease(of: hold.id, by: wang) }
        _ = try await installation.book.askRelease(of: hold.id, by: chen, reason: "wrong camera")
        _ = try await installation.book.askRelease(of: hold.id, by: chen, reason: "the wrong camera")
        await expect(.conflict) { _ = try await installation.book.askRelease(of: hold.id, by: wang, reason: "mine") }
        await expect(.forbidden) { _ = try await installation.book.approveRelease(of: hold.id, by: chen) }
        await expect(.notFound) { _ = try await installation.book.approveRelease(of: "0123456789abcdef", by: wang) }
        try await installation.expireAll()
        #expect(try await left().count == 10)
        let released = try await installation.book.approveRelease(of: hold.id, by: wang)
        #expect(released.release?.approvedBy == wang && released.release?.reason == "the wrong camera")
        #expect(try await installation.book.hold(hold.id) == released)
        await expect(.conflict) { _ = try await installation.book.askRelease(of: hold.id, by: chen, reason: "again") }
        try await installation.restart()
        try await installation.expireAll()
        #expect(try await left() == [])
    }

    @Test func lapsesAfterItsIncidentWasClosedAndIsEnteredInTheLogFirst() async throws {
        let number = try await postIncident("A-1")
        let hold = try installation.hold(camera, minutes(0..<10), incident: number)
        _ = try await installation.book.place(hold)
        let closedAt = installation.clock.now()
        #expect(try await installation.book.incidentClosed(number, at: closedAt).map(\.endsAt) == [closedAt + .days(180)])
        #expect(try await installation.book.incidentClosed(number, at: closedAt - .days(9)) == [], "an end moves later, never nearer")
        installation.clock.advance(by: .days(179))
        try await installation.expireAll()
        #expect(try await left().count == 10)
        installation.clock.advance(by: .days(2))
        installation.log.setWritable(false)
        await installation.book.tend()
        try await installation.retention.makeRoom(reserveBytes: .max, RetentionPolicy())
        #expect(try await left().count == 10, "an end that cannot be entered is none")
        installation.log.setWritable(true)
        for _ in 0..<3 { await installation.book.tend() }
        let entries = installation.log.acts.filter { $0.action == .holdLapsed }
        #expect(entries.map(\.object) == [hold.id] && entries.map(\.outcome) == [.done] && entries.map(\.incident) == [number])
        try await installation.expireAll()
        #expect(try await left() == [])
    }

    @Test func anIncidentOpenedAgainHoldsWhatIsStillThere() async throws {
        let number = try await postIncident("A-1")
        _ = try await installation.book.place(try installation.hold(camera, minutes(0..<5), incident: number))
        _ = try await installation.book.incidentClosed(number, at: installation.clock.now())
        installation.clock.advance(by: .days(200))
        await installation.book.tend()
        #expect(try await installation.book.keeping().isEmpty)
        let revived = try await installation.book.incidentReopened(number)
        #expect(revived.map(\.endsAt) == [nil])
        try await installation.restart()
        try await installation.expireAll()
        #expect(try await left() == [0, 1, 2, 3, 4, 5])
    }

    @Test func aHoldOfAClosedIncidentHasItsEndFromTheStart() async throws {
        let number = try await postIncident("A-1")
        _ = try await installation.records.closeIncident(
            number, Outcome(result: .solved), by: try AccountName("wang"), at: installation.clock.now())
        let placed = try await installation.book.place(try installation.hold(camera, minutes(0..<5), incident: number))
        #expect(placed.hold.endsAt == HeldInstallation.start + .days(180))
    }

    @Test func countsFootageThatWasHandedOverByTrueTime() async throws {
        // The recorder is an hour fast: what it calls 13:00 was 12:00.
        let trueStart = minutes(0..<1).start - .days(3)
        let origin = RunOrigin.file(name: "shop.mp4", sha256: "00")
        let shop = installation.footage.record(camera, run: RunID(8), from: trueStart + .seconds(3600), count: 3, origin: origin)
        try await installation.index(shop, origin: origin)
        try await installation.records.addClockCorrection(
            ClockCorrection(
                camera: camera, run: RunID(8), offsetUs: .seconds(3600), uncertaintyUs: .seconds(2), note: "", statedAt: HeldInstallation.start))
        let span = TimeSpan(start: trueStart + .seconds(70), end: trueStart + .seconds(80))
        let placed = try await installation.book.place(try installation.hold(camera, span))
        #expect(placed.segmentCount == 1 && placed.covered == [span])
        let wrong = TimeSpan(start: span.start + .seconds(3600), end: span.end + .seconds(3600))
        #expect(try await installation.book.place(try installation.hold(camera, wrong)).segmentCount == 0)
    }

    @Test func listsWhatOnlyTheArchiveKnowsLast() async throws {
        let number = try await postIncident("A-1")
        try await installation.restart { try FileManager.default.copyItem(atPath: installation.path("records.db"), toPath: installation.path("old.db")) }
        let later = try await postIncident("A-2")
        let (first, second) = (try installation.hold(camera, minutes(0..<1), incident: number), try installation.hold(camera, minutes(1..<2), incident: later))
        _ = try await installation.book.place(second)
        _ = try await installation.book.place(first)
        try await installation.restart {
            try FileManager.default.removeItem(atPath: installation.path("records.db"))
            try FileManager.default.moveItem(atPath: installation.path("old.db"), toPath: installation.path("records.db"))
        }
        // The backup does not know the second's incident.
        #expect(try await installation.book.holds(of: nil, camera: nil, after: nil, limit: 9) == [first, second])
        #expect(try await installation.book.holds(of: nil, camera: nil, after: nil, limit: 1) == [first])
        #expect(try await installation.book.holds(of: nil, camera: nil, after: first.id, limit: 9) == [second])
        #expect(try await installation.book.holds(of: later, camera: nil, after: nil, limit: 9) == [second])
        #expect(try await installation.book.holds(of: nil, camera: camera, after: second.id, limit: 9) == [])
        #expect(try await installation.book.hold(second.id) == second)
        _ = try await installation.book.askRelease(of: second.id, by: try AccountName("chen"), reason: "r")
        _ = try await installation.book.approveRelease(of: second.id, by: try AccountName("wang"))
        #expect(try await installation.book.keeping() == [first])
    }
}

func expect(_ code: CaselightError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async {
    do {
        try await body()
        Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch let error as CaselightError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
    }
}
