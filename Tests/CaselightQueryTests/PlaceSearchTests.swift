import CaselightModel
import CaselightQuery
import CaselightStore
import Testing

@Suite struct PlaceSearchTests {
    private let place: Installation

    init() throws { place = try Installation() }

    private func found(_ asked: ClipPlace, _ filter: CameraFilter = CameraFilter()) async throws -> [String] {
        try await place.search.clips(ClipQuery(place: asked, span: span(0, 60), filter: filter)).clips.map(\.camera.text)
    }

    @Test func aGridIsItsPolygon() async throws {
        let elsewhere = corner.moved(meters: 5000, bearing: 0)
        _ = try await place.records.importAreas([
            Area(code: "G7", name: "seventh", rings: [square(around: corner, halfMeters: 200), square(around: elsewhere, halfMeters: 50)])
        ])
        try await place.register("inside", at: corner.moved(meters: 100, bearing: 10), looking: 0)
        try await place.register("looksIn", at: corner.moved(meters: 240, bearing: 0), looking: 180)
        try await place.register("looksAway", at: corner.moved(meters: 240, bearing: 0), looking: 0)
        try await place.register("otherPart", at: elsewhere, looking: 0)
        try await place.register("outside", at: corner.moved(meters: 2500, bearing: 0))
        #expect(try await Set(found(.grid("G7"))) == ["inside", "looksIn", "otherPart"])
    }

    @Test func aGridWithoutPolygonIsWhatRecordsName() async throws {
        try await place.register("a", at: corner) { $0.grid = "G8" }
        try await place.register("b") { $0.grid = "G8" }
        try await place.register("c", at: corner) { $0.grid = "G9" }
        let answer = try await place.search.clips(ClipQuery(place: .grid("G8"), span: span(0, 60)))
        #expect(answer.clips.map(\.camera.text) == ["a", "b"] && answer.clips.map(\.sees) == [.unknown, .unknown])
        #expect(answer.clips.allSatisfy { $0.distanceMeters == nil } && answer.statement.unlocatedCameras == 0)
        #expect(try await found(.grid("G8"), CameraFilter(owner: "nobody")) == [])
        let error = await #expect(throws: CaselightError.self) { try await found(.grid("G10")) }
        #expect(error?.code == .notFound && error?.description.contains("'G10'") == true)
    }

    @Test func camerasWithoutAPlaceAreCountedAsTheyComeAndGo() async throws {
        func count() async throws -> Int { try await place.search.clips(around(span(0, 60))).statement.unlocatedCameras }
        #expect(try await count() == 0)
        let camera = try await place.register("nowhere")
        try await place.register("zero", at: GeoPoint(unchecked: 0, 0))
        #expect(try await count() == 2)
        var placed = try #require(try await place.records.camera(camera))
        placed.position = corner
        try await place.records.updateCamera(placed, credentials: .keep)
        #expect(try await count() == 1)
        try await place.records.removeCamera(try CameraCode("zero"), at: at(0))
        #expect(try await count() == 0)
    }

    @Test func anAddressIsPartOfWhatRecordsSay() async throws {
        try await place.register("a", at: corner) { $0.address = "269 Qianjin Road" }
        try await place.register("b") { $0.address = "270 Qianjin Road, back door" }
        try await place.register("c", at: corner) { $0.name = "qianjin road east" }
        try await place.register("d", at: corner) { $0.address = "Daotou Road" }
        #expect(try await found(.address("Qianjin Road")) == ["a", "b", "c"])
        #expect(try await found(.address("nowhere")) == [])
    }

    @Test func anIncidentImpliesItsQuestion() async throws {
        let near = try await place.register("near", at: corner.moved(meters: 140, bearing: 0))
        try await place.register("far", at: corner.moved(meters: 160, bearing: 0)) { $0.rangeMeters = 10 }
        try await place.record(near, -600, 1260)
        var incident = Incident(number: try IncidentNumber("A-1"), category: "theft", span: span(0, 60), postedAt: at(1560))
        incident.position = corner
        try await place.records.addIncident(incident)
        let link = try await place.records.addLink(ClipLink(
            id: 0, incident: incident.number, camera: near, span: span(10, 20), role: .event, note: "", linkedAt: at(1600)))
        let candidates = try await place.search.candidates(of: incident.number)
        #expect(candidates.answer.clips.map(\.camera) == [near] && candidates.links == [link])
        #expect(candidates.answer.statement.wanted == span(-600, 1260) && candidates.answer.statement.withFullFootage == 1)
        #expect(candidates.place == .shape(.circle(center: corner, radiusMeters: 150)))
        let wide = try await place.search.candidates(of: incident.number, CandidateOptions(radiusMeters: 200, before: .zero, after: .zero))
        #expect(wide.answer.clips.count == 2 && wide.answer.statement.wanted == span(0, 60))
    }

    @Test func anIncidentWithoutPositionGoesByGridThenAddress() async throws {
        try await place.register("grid", at: corner) { $0.grid = "G8" }
        try await place.register("address", at: corner) { $0.address = "269 Qianjin Road" }
        func candidates(_ number: String, grid: String?, address: String) async throws -> IncidentCandidates {
            var incident = Incident(number: try IncidentNumber(number), category: "theft", span: span(0, 60), postedAt: at(1560))
            (incident.grid, incident.address) = (grid, address)
            try await place.records.addIncident(incident)
            return try await place.search.candidates(of: incident.number)
        }
        #expect(try await candidates("1", grid: "G8", address: "x").place == .grid("G8"))
        #expect(try await candidates("2", grid: "G9", address: "qianjin").answer.clips.map(\.camera.text) == ["address"])
        let unplaced = await #expect(throws: CaselightError.self) { try await candidates("3", grid: "G9", address: " ") }
        #expect(unplaced?.code == .invalidValue && unplaced?.description.contains("no position") == true)
        let unknown = await #expect(throws: CaselightError.self) { try await place.search.candidates(of: try IncidentNumber("4")) }
        #expect(unknown?.code == .notFound)
    }
}

@Suite struct CameraCoverageTests {
    private let place: Installation

    init() throws { place = try Installation() }

    @Test func tellsCoverageWithGaps() async throws {
        let camera = try await place.register("c")
        try await place.record(camera, 0, 600)
        try await place.record(camera, 605, 1200)
        try await place.note(.restart, camera, 600, 605)
        let coverage = try await place.search.coverage(of: camera, in: span(300, 900))
        #expect(coverage.spans.map(\.span) == [span(300, 600), span(605, 900)] && coverage.footage == .partial)
        #expect(coverage.gaps == [Gap(camera: camera, span: span(600, 605), cause: .restart, detail: "")])
        #expect(try await place.search.coverage(of: camera, in: span(100, 200)).footage == .full)
    }

    @Test func answersForRemovedAndForgottenCameras() async throws {
        let removed = try await place.register("removed", at: corner)
        try await place.record(removed, 0, 600)
        try await place.records.removeCamera(removed, at: at(600))
        let coverage = try await place.search.coverage(of: removed, in: span(0, 700))
        #expect(coverage.gaps.map(\.cause) == [.notRegistered] && coverage.gaps.map(\.span) == [span(600, 700)])
        let forgotten = try CameraCode("forgotten")
        try await place.record(forgotten, 0, 600)
        #expect(try await place.search.coverage(of: forgotten, in: span(0, 700)).gaps.map(\.cause) == [.unknown])
        let error = await #expect(throws: CaselightError.self) {
            try await place.search.coverage(of: try CameraCode("never"), in: span(0, 700))
        }
        #expect(error?.code == .notFound)
        let long = await #expect(throws: CaselightError.self) {
            try await place.search.coverage(of: removed, in: span(0, 367 * 86_400))
        }
        #expect(long?.code == .tooLarge)
    }

    @Test func listsKeyframesPageByPage() async throws {
        let camera = try await place.register("c")
        try await place.record(camera, 0, 7200)
        let all = try await place.search.keyframes(of: camera, in: span(10, 7000), limit: 10_000)
        #expect(all.keyframes.map(\.at) == stride(from: Int64(10), to: 7000, by: 2).map { at($0) } && all.nextAt == nil)
        #expect(all.keyframes.first?.segment.sequence == 0 && all.keyframes.first?.offset == 1_001_000)
        var (paged, start) = ([TimedKeyframe](), WallTime?.some(at(10)))
        while let from = start {
            let page = try await place.search.keyframes(of: camera, in: TimeSpan(start: from, end: at(7000)), limit: 999)
            paged += page.keyframes
            start = page.nextAt
        }
        #expect(paged == all.keyframes)
        for limit in [0, 10_001] {
            await #expect(throws: CaselightError.self) { try await place.search.keyframes(of: camera, in: span(0, 1), limit: limit) }
        }
    }

    @Test func keyframesAndActivityOfImportsAreInTrueTime() async throws {
        let camera = try await place.register("c")
        try await place.record(camera, 452, 572, origin: handedOver) { $0 == 500 ? 50_000 : 100 }
        try await place.state(.seconds(452), .seconds(5), of: camera)
        let keyframes = try await place.search.keyframes(of: camera, in: span(0, 60))
        #expect(keyframes.keyframes.map(\.at) == stride(from: Int64(0), to: 60, by: 2).map { at($0) })
        #expect(keyframes.keyframes.allSatisfy { $0.clock.basis == .corrected })
        let activity = try await place.search.activity(of: camera, in: span(30, 90))
        #expect(activity.series.map(\.startedAt) == [at(30), at(60)] && activity.series.map(\.perSecond.count) == [30, 30])
        #expect(activity.peaks.map(\.span) == [span(48, 49)])
        let long = await #expect(throws: CaselightError.self) { try await place.search.activity(of: camera, in: span(0, 86_401)) }
        #expect(long?.code == .tooLarge)
    }
}
