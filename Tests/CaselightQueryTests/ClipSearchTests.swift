import CaselightModel
import CaselightQuery
import CaselightStore
import Testing

@Suite struct ClipSearchTests {
    private let place: Installation

    init() throws { place = try Installation() }

    @Test func tellsWhatWasRecordedWhatWasNotAndWhy() async throws {
        let near = try await place.register("near", at: corner.moved(meters: 40, bearing: 0), looking: 180)
        let far = try await place.register("far", at: corner.moved(meters: 55, bearing: 90), looking: 270)
        let away = try await place.register("away", at: corner.moved(meters: 100, bearing: 90), looking: 90)
        let dark = try await place.register("dark", at: corner.moved(meters: 20, bearing: 200), looking: 20)
        try await place.register("elsewhere", at: corner.moved(meters: 1000, bearing: 0))
        try await place.register("nowhere")
        try await place.record(near, -600, 3600)
        try await place.record(far, -600, 700)
        try await place.record(far, 705, 3600)
        try await place.note(.feedLost, far, 700, 705, "connection refused")
        try await place.record(away, 0, 1800)
        try await place.note(.unauthorized, dark, -3000, 9000, "login refused (401)")

        let answer = try await place.search.clips(around(span(0, 1800)))
        #expect(answer.clips.map(\.camera) == [near, far, dark, away])
        #expect(answer.clips.map(\.sees) == [.yes, .yes, .yes, .no])
        #expect(answer.clips.map(\.footage) == [.full, .partial, .absent, .full])
        // Live footage is widened by the second that nobody measured.
        #expect(answer.clips.map { $0.spans.map(\.span) } == [
            [span(-1, 1801)], [span(-1, 700), span(705, 1801)], [], [span(0, 1800)],
        ])
        #expect(answer.gaps == [
            Gap(camera: far, span: span(700, 705), cause: .feedLost, detail: "connection refused"),
            Gap(camera: dark, span: span(0, 1800), cause: .unauthorized, detail: "login refused (401)"),
        ])
        #expect(answer.clips[0].name == "camera near")
        #expect(abs((answer.clips[0].distanceMeters ?? 0) - 40) < 0.01 && abs((answer.clips[0].bearingDegrees ?? 0) - 180) < 0.01)
        let statement = answer.statement
        #expect([statement.camerasInRange, statement.withFullFootage, statement.withGaps, statement.withoutFootage] == [4, 2, 1, 1])
        #expect([statement.sees.yes, statement.sees.partly, statement.sees.unknown, statement.sees.no] == [3, 0, 0, 1])
        #expect(statement.unlocatedCameras == 1 && statement.judged == span(0, 1800) && statement.wideningUs == .seconds(1))
        #expect(statement.text == """
            4 cameras were in range from 2026-03-02T07:00:00Z to 2026-03-02T07:30:00Z: 2 with full footage, 1 with gaps, 1 without any; \
            3 could see the place, 0 part of it, 0 perhaps, 1 not; times were widened by up to 1.0 s; \
            1 camera without a position was not considered.
            """)
        #expect(answer.nextCursor == nil)
    }

    @Test func nobodyInRangeIsAnAnswer() async throws {
        let answer = try await place.search.clips(around(span(0, 60)))
        #expect(answer.clips == [] && answer.gaps == [] && answer.nextCursor == nil)
        #expect(answer.statement.camerasInRange == 0)
        #expect(answer.statement.text == "No camera was in range of the place from 2026-03-02T07:00:00Z to 2026-03-02T07:01:00Z.")
    }

    @Test(arguments: [false, true]) func pagesNeitherRepeatNorLeaveOut(_ includesActivity: Bool) async throws {
        for number in 0..<23 {
            // Seven at one spot, told apart by what moved and then by their codes; the others spread out.
            let meters = number < 7 ? 30.0 : Double(40 + number)
            let camera = try await place.register("c\(number)", at: corner.moved(meters: meters, bearing: number < 7 ? 0 : Double(number * 16)))
            if number % 3 != 0 { try await place.record(camera, 0, 300) { $0 == 100 ? 1000 * (number % 4 + 1) : 10 } }
        }
        let whole = try await place.search.clips(around(span(0, 300)) { $0.includesActivity = includesActivity })
        #expect(whole.clips.count == 23 && whole.nextCursor == nil)
        for limit in [1, 4, 5, 22, 23] {
            var (clips, gaps): ([CameraClips], [Gap]) = ([], [])
            var cursor: String?
            repeat {
                let page = try await place.search.clips(around(span(0, 300)) {
                    ($0.includesActivity, $0.limit, $0.cursor) = (includesActivity, limit, cursor)
                })
                #expect(page.clips.count <= limit && page.statement.camerasInRange == 23)
                #expect(page.statement.listed == page.clips.count && page.statement.notListed == 23 - page.clips.count)
                #expect(page.statement.text.contains("on other pages") == (page.clips.count < 23))
                clips += page.clips
                gaps += page.gaps
                cursor = page.nextCursor
            } while cursor != nil
            #expect(clips == whole.clips)
            #expect(gaps == whole.gaps)
        }
        let spot = whole.clips.filter { $0.footage == .full && abs(($0.distanceMeters ?? 0) - 30) < 0.01 }.map(\.camera.text)
        #expect(spot == (includesActivity ? ["c2", "c1", "c5", "c4"] : ["c1", "c2", "c4", "c5"]))
    }

    @Test func aCursorOfAnotherQuestionIsRefused() async throws {
        for number in 0..<3 { try await place.register("c\(number)", at: corner) }
        let first = try await place.search.clips(around(span(0, 300)) { $0.limit = 1 })
        let cursor = try #require(first.nextCursor)
        let error = await #expect(throws: CaselightError.self) {
            try await place.search.clips(around(span(0, 301)) { $0.cursor = cursor })
        }
        #expect(error?.code == .invalidValue)
    }

    @Test func whatIsTooYoungIsNoGap() async throws {
        let now = try Installation(now: at(1000))
        let live = try await now.register("live", at: corner)
        try await now.record(live, 0, 998)
        let answer = try await now.search.clips(around(span(500, 2000)))
        #expect(answer.gaps == [] && answer.statement.judged == span(500, 997) && answer.statement.withFullFootage == 1)
        #expect(answer.clips.first?.spans.map(\.span) == [span(499, 998)])
        #expect(answer.statement.text.contains("what is younger than 2026-03-02T07:16:37Z was not judged"))
        let future = try await now.search.clips(around(span(5000, 6000)))
        #expect(future.gaps == [] && future.statement.judged == nil && future.statement.withoutFootage == 1)
    }

    @Test func policiesSayWhatTheyKept() async throws {
        let camera = try await place.register("c", at: corner)
        try await place.record(camera, 0, 600)
        try await place.record(camera, 600, 1200, policy: .keyframes)
        try await place.record(camera, 1200, 1800, policy: .metadata)
        let answer = try await place.search.clips(around(span(0, 1800)))
        #expect(answer.clips.first?.spans.map(\.policy) == [.full, .keyframes])
        #expect(answer.gaps.map(\.span) == [span(1200, 1800)] && answer.gaps.map(\.cause) == [.disabled])
        #expect(answer.statement.withGaps == 1)
    }

    @Test func filtersDecideWhoIsAsked() async throws {
        try await place.register("police", at: corner) { ($0.cameraClass, $0.tags, $0.owner, $0.grid) = (.first, ["gate", "4k"], "police", "G1") }
        try await place.register("shop", at: corner) { ($0.cameraClass, $0.tags, $0.owner) = (.third, ["gate"], "shop") }
        try await place.register("unplaced") { $0.cameraClass = .third }
        func found(_ filter: CameraFilter) async throws -> ([String], Int) {
            let answer = try await place.search.clips(around(span(0, 60)) { $0.filter = filter })
            return (answer.clips.map(\.camera.text), answer.statement.unlocatedCameras)
        }
        #expect(try await found(CameraFilter()) == (["police", "shop"], 1))
        #expect(try await found(CameraFilter(cameraClass: .third)) == (["shop"], 1))
        #expect(try await found(CameraFilter(grid: "G1")) == (["police"], 0))
        #expect(try await found(CameraFilter(owner: "shop")) == (["shop"], 0))
        #expect(try await found(CameraFilter(tags: ["gate", "4k"])) == (["police"], 0))
        #expect(try await found(CameraFilter(tags: ["gate", "8k"])) == ([], 0))
    }

    @Test func removedCamerasAnswerForTheirTime() async throws {
        let left = try await place.register("left", at: corner)
        let gone = try await place.register("gone", at: corner)
        let anew = try await place.register("anew", at: corner.moved(meters: 90, bearing: 0))
        try await place.record(left, -600, 900)
        for camera in [left, anew] { try await place.records.removeCamera(camera, at: at(900)) }
        try await place.records.removeCamera(gone, at: at(-100))
        try await place.register("anew", at: corner, since: 1000)
        let answer = try await place.search.clips(around(span(0, 1800)))
        #expect(answer.clips.map(\.camera) == [left, anew])
        #expect(answer.gaps.map(\.span) == [span(900, 1800), span(0, 900), span(900, 1000), span(1000, 1800)])
        #expect(answer.gaps.map(\.cause) == [.notRegistered, .unknown, .notRegistered, .unknown])
        #expect(answer.statement.camerasInRange == 2)
    }

    @Test func oneThatCameLaterSaysSo() async throws {
        let late = try await place.register("late", at: corner, since: 7200)
        let answer = try await place.search.clips(around(span(0, 60)))
        #expect(answer.gaps == [
            Gap(camera: late, span: span(0, 60), cause: .notRegistered, detail: "the camera was registered at \(at(7200))")
        ])
    }

    @Test func listsWhenSomethingMoved() async throws {
        let camera = try await place.register("c", at: corner)
        try await place.record(camera, 0, 600) { (250..<255).contains($0) ? 40_000 : 1000 }
        let answer = try await place.search.clips(around(span(100, 500)) { $0.includesActivity = true })
        #expect(answer.clips.first?.activityPeaks?.map(\.span) == [span(250, 255)])
        #expect(try await place.search.clips(around(span(100, 500))).clips.first?.activityPeaks == nil)
    }
}
