import CaselightModel
import CaselightQuery
import CaselightStore
import Testing

@Suite struct ClockTests {
    private let place: Installation

    init() throws { place = try Installation() }

    private func clips(_ asked: TimeSpan, _ change: (inout ClipQuery) -> Void = { _ in }) async throws -> CameraClips {
        try #require(try await place.search.clips(around(asked, change)).clips.first)
    }

    @Test func aMeasuredUncertaintyWidensTheWindow() async throws {
        let camera = try await place.register("c", at: corner)
        let run = try await place.record(camera, -600, 3600)
        let sample = ClockSample(at: at(10), offsetUs: .seconds(452), uncertaintyUs: .milliseconds(20))
        try await place.index.apply([.clockSample(run, sample)])
        let sure = try await clips(span(0, 60))
        // The camera's own clock informs; it shifts nothing.
        #expect(sure.cameraClock == sample && sure.wideningUs == .milliseconds(20))
        #expect(sure.spans.map(\.span) == [span(0, 60).widened(by: .milliseconds(20))])
        #expect(sure.spans.map(\.clock) == [SpanClock(basis: .receiver, offsetUs: .zero, uncertaintyUs: .milliseconds(20))])
        try await place.index.apply([.clockSample(run, ClockSample(at: at(20), offsetUs: .zero, uncertaintyUs: .seconds(7)))])
        #expect(try await clips(span(0, 60)).spans.map(\.span) == [span(-7, 67)])
        #expect(try await clips(span(0, 60)) { $0.wideningMargin = .seconds(30) }.spans.map(\.span) == [span(-37, 97)])
    }

    @Test func anUncheckedRecorderIsOffByUpToAMinute() async throws {
        let camera = try await place.register("c", at: corner)
        try await place.record(camera, -600, 3600, origin: handedOver)
        let clips = try await clips(span(0, 60))
        #expect(clips.spans == [ClipSpan(
            span: span(-60, 120), policy: .full, clock: SpanClock(basis: .stated, offsetUs: .zero, uncertaintyUs: .seconds(60)))])
        #expect(clips.footage == .full && clips.wideningUs == .seconds(60))
    }

    @Test func aStatedOffsetIsTakenOff() async throws {
        let camera = try await place.register("c", at: corner)
        // The recorder is 7 min 32 s fast: what it calls 452 s past is the morning itself.
        try await place.record(camera, 452, 1052, origin: handedOver) { $0 == 452 + 100 ? 90_000 : 100 }
        try await place.state(.seconds(452), .seconds(5), of: camera)
        let answer = try await place.search.clips(around(span(0, 1200)) { $0.includesActivity = true })
        let clips = try #require(answer.clips.first)
        #expect(clips.spans.map(\.span) == [span(0, 600)])
        #expect(clips.spans.map(\.recordedSpan) == [span(452, 1052)])
        #expect(clips.spans.map(\.clock) == [SpanClock(basis: .corrected, offsetUs: .seconds(452), uncertaintyUs: .seconds(5))])
        #expect(answer.gaps.map(\.span) == [span(600, 1200)])
        #expect(clips.activityPeaks?.map(\.span) == [span(100, 101)])
        #expect(try await place.search.clips(around(span(800, 900))).clips.first?.footage == .absent)
    }

    @Test func theNewestStatementAboutTheRunDecides() async throws {
        let camera = try await place.register("c", at: corner)
        let first = try await place.record(camera, 1000, 1600, origin: handedOver)
        try await place.record(camera, 5000, 5600, origin: handedOver)
        try await place.state(.seconds(9999), .seconds(1), of: camera, run: first, at: 10)
        try await place.state(.seconds(1000), .seconds(1), of: camera, run: first, at: 20)
        try await place.state(.seconds(4400), .seconds(2), of: camera, at: 30)
        let clips = try await clips(span(0, 1800))
        #expect(clips.spans.map(\.span) == [span(0, 600), span(600, 1200)])
        #expect(clips.spans.map(\.clock.offsetUs) == [.seconds(1000), .seconds(4400)])
        #expect(clips.wideningUs == .seconds(2))
    }

    @Test func aRecorderStuckInThePastIsFound() async throws {
        let camera = try await place.register("c", at: corner)
        let years = Int64(26 * 365 * 86_400)
        try await place.record(camera, -years, -years + 600, origin: handedOver)
        try await place.state(.seconds(-years), .seconds(3), of: camera)
        #expect(try await clips(span(0, 600)).spans.map(\.span) == [span(0, 600)])
    }

    @Test func aCorrectionLeavesLiveFootageAlone() async throws {
        let camera = try await place.register("c", at: corner)
        try await place.record(camera, 0, 600)
        try await place.record(camera, 1000, 1300, origin: handedOver)
        try await place.state(.seconds(400), .seconds(1), of: camera)
        let answer = try await place.search.clips(around(span(0, 1200)))
        #expect(answer.clips.first?.spans.map(\.span) == [span(0, 600), span(600, 900)])
        #expect(answer.clips.first?.spans.map(\.clock.basis) == [.receiver, .corrected])
        #expect(answer.gaps.map(\.span) == [span(900, 1200)])
        // A camera that hands nothing over is not touched by a statement.
        let live = try await place.register("live", at: corner.moved(meters: 10, bearing: 0))
        try await place.record(live, 0, 1200)
        try await place.state(.seconds(400), .seconds(1), of: live)
        #expect(try await place.search.clips(around(span(0, 1200))).clips.first { $0.camera == live }?.footage == .full)
    }

    @Test func importedAndLiveFootageOfOneTimeBothCount() async throws {
        let camera = try await place.register("c", at: corner)
        try await place.record(camera, 0, 700)
        try await place.record(camera, 600, 1200, origin: handedOver)
        let answer = try await place.search.clips(around(span(0, 1200)))
        #expect(answer.clips.first?.footage == .full && answer.gaps == [])
        #expect(answer.clips.first?.spans.map(\.span) == [span(0, 700), span(600, 1200)])
    }
}
