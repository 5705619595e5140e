import CaselightModel
import CaselightQuery
import CaselightStore
import TestSupport
import Testing

/// Who asks within a scope gets the answer of an installation in which nothing else was ever registered.
@Suite struct ScopeTests {
    private static let cameraCount = 120
    private static let groups = [
        CameraGroup(code: "north", name: "", grids: ["g1", "g2"]), CameraGroup(code: "shops", name: "", classes: [.third], owners: ["shop"]),
    ]
    private let scope = CameraScope.groups(groups)

    private struct World {
        let cameras: [Camera]
        /// Everything.
        let whole: Installation
        /// What is in the scope alone.
        let part: Installation
    }

    private func world(_ random: inout SeededGenerator) async throws -> World {
        let (whole, part) = (try Installation(), try Installation())
        var cameras: [Camera] = []
        for number in 0..<Self.cameraCount {
            var camera = Camera(code: try CameraCode("c\(number)"), name: "camera \(number)", createdAt: at(-3600))
            if number % 8 != 0 {
                camera.position = corner.moved(
                    meters: .random(in: 0...600, using: &random), bearing: .random(in: 0..<360, using: &random))
            }
            camera.address = number % 3 == 0 ? "Qianjin Road" : "Daotou Road"
            camera.cameraClass = CameraClass.allCases.randomElement(using: &random) ?? .first
            camera.grid = ["g1", "g2", "g3", "g4", nil].randomElement(using: &random) ?? nil
            camera.owner = ["shop", "school", ""].randomElement(using: &random) ?? ""
            cameras.append(camera)
            let (start, end) = (Int64.random(in: -600...900, using: &random), Int64.random(in: 1000...2400, using: &random))
            let run = Run(
                id: .random(), camera: camera.code, origin: .feed, startedAt: at(start), endedAt: at(end),
                stream: StreamMetadata(container: "rtsp"))
            for place in scope.holds(camera) ? [whole, part] : [whole] {
                try await place.records.addCamera(camera, credentials: nil)
                if number % 10 == 9 { try await place.records.removeCamera(camera.code, at: at(600)) }
                try await place.index.apply([.run(run), .segment(Self.segment(of: run))])
                try await place.note(.feedLost, camera.code, end, end + 500, "lost")
            }
        }
        return World(cameras: cameras, whole: whole, part: part)
    }

    private static func segment(of run: Run) -> Segment {
        Segment(
            id: SegmentID(run: run.id, sequence: 0), camera: run.camera, span: TimeSpan(start: run.startedAt, end: run.endedAt ?? at(0)),
            policy: .full, byteCount: 1, initializationByteCount: 1, sha256: nil, endReason: .feedLost, audio: nil, keyframes: .empty,
            activity: ActivityTable(bytesPerSecond: [1, 2, 900, 3]))
    }

    private func question(_ random: inout SeededGenerator) -> ClipQuery {
        let center = corner.moved(meters: .random(in: 0...400, using: &random), bearing: .random(in: 0..<360, using: &random))
        let places: [ClipPlace] = [
            .shape(.circle(center: center, radiusMeters: .random(in: 30...500, using: &random))), .grid("g1"), .grid("g2"),
            .address("Qianjin"), .address("camera 1"),
        ]
        let start = Int64.random(in: -300...1200, using: &random)
        var query = ClipQuery(place: places.randomElement(using: &random) ?? places[0], span: span(start, start + 900))
        query.limit = [3, 50].randomElement(using: &random) ?? 50
        query.includesActivity = Bool.random(using: &random)
        if Bool.random(using: &random) { query.filter.cameraClass = .third }
        return query
    }

    @Test func everyAnswerIsThatOfAnInstallationWithoutTheOthers() async throws {
        let seed: UInt64 = 81
        var random = SeededGenerator(seed: seed)
        let world = try await world(&random)
        var (narrowed, found) = (0, 0)
        for round in 0..<80 {
            let query = question(&random)
            var scoped = query
            scoped.filter.scope = scope
            var plain = query
            while true {
                var (asked, expected) = (try await world.whole.search.clips(scoped), try await world.part.search.clips(plain))
                // They belong to different questions, and so name different ones.
                #expect((asked.nextCursor == nil) == (expected.nextCursor == nil))
                (scoped.cursor, plain.cursor) = (asked.nextCursor, expected.nextCursor)
                (asked.nextCursor, expected.nextCursor) = (nil, nil)
                #expect(asked == expected, "seed \(seed), round \(round)")
                found += asked.clips.count
                if scoped.cursor == nil { break }
            }
            let all = try await world.whole.search.clips(query).statement.camerasInRange
            scoped.cursor = nil
            narrowed += try await world.whole.search.clips(scoped).statement.camerasInRange < all ? 1 : 0
        }
        #expect(narrowed > 40 && found > 200, "else the scope made no difference")
    }

    @Test func aCameraOutsideIsNotFoundInTheWordsForOneThatIsNot() async throws {
        var random = SeededGenerator(seed: 82)
        let world = try await world(&random)
        let asked = span(0, 900)
        for camera in world.cameras.prefix(40) {
            let (whole, code, known) = (world.whole.search, camera.code, scope.holds(camera))
            let coverage = await answer { try await whole.coverage(of: code, in: asked, scope: scope) }
            #expect(coverage == (await answer { try await world.part.search.coverage(of: code, in: asked) }))
            let activity = await answer { try await whole.activity(of: code, in: asked, scope: scope) }
            #expect(activity == (await answer { try await world.part.search.activity(of: code, in: asked) }))
            let keyframes = await answer { try await whole.keyframes(of: code, in: asked, scope: scope) }
            #expect(keyframes == (await answer { try await world.part.search.keyframes(of: code, in: asked) }))
            let segments = await answer { try await whole.segments(of: code, in: asked, scope: scope) }
            if known {
                #expect(segments == (await answer { try await world.part.search.segments(of: code, in: asked) }))
            } else {
                guard case .failure(let error) = segments else {
                    Issue.record("segments of '\(code)' were given")
                    continue
                }
                #expect(error.code == .notFound)
            }
        }
    }

    private func answer<Value>(_ body: () async throws -> Value) async -> Result<Value, CaselightError> {
        do { return .success(try await body()) } catch let error as CaselightError { return .failure(error) } catch {
            return .failure(CaselightError(.internalFailure, "ask", because: "\(error)"))
        }
    }

    @Test func anIncidentsLinksAndGridsTellNothingOfOtherCameras() async throws {
        let place = try Installation()
        let mine = try await place.register("mine", at: corner) { $0.grid = "g1" }
        let other = try await place.register("other", at: corner) { $0.grid = "g9" }
        var incident = Incident(number: try IncidentNumber("A-1"), category: "theft", span: span(0, 60), postedAt: at(100))
        incident.position = corner
        try await place.records.addIncident(incident)
        for camera in [mine, other] {
            _ = try await place.records.addLink(ClipLink(
                id: 0, incident: incident.number, camera: camera, span: span(0, 30), role: .event, note: "", linkedAt: at(200)))
        }
        let options = CandidateOptions(filter: CameraFilter(scope: scope))
        let candidates = try await place.search.candidates(of: incident.number, options)
        #expect(candidates.links.map(\.camera) == [mine] && candidates.answer.clips.map(\.camera) == [mine])
        #expect(try await place.search.links(of: incident.number, in: .all).count == 2)
        #expect(try await place.search.links(of: incident.number, in: .groups([])).isEmpty)

        // A grid that only a foreign camera names is one that nobody names.
        var query = ClipQuery(place: .grid("g9"), span: span(0, 60), filter: CameraFilter(scope: scope))
        let foreign = await answer { try await place.search.clips(query) }
        query.place = .grid("g8")
        let unknown = await answer { try await place.search.clips(query) }
        guard case .failure(let one) = foreign, case .failure(let two) = unknown else {
            Issue.record("a grid was found")
            return
        }
        #expect(one.description.replacing("g9", with: "g8") == two.description)
    }

    @Test func aCursorBelongsToItsScope() async throws {
        let place = try Installation()
        for number in 0..<5 { try await place.register("c\(number)", at: corner) { $0.grid = "g1" } }
        var query = around(span(0, 60)) { $0.limit = 2 }
        query.filter.scope = scope
        let cursor: String = try #require(try await place.search.clips(query).nextCursor)
        query.cursor = cursor
        #expect(try await place.search.clips(query).clips.count == 2)
        for other in [CameraScope.all, .groups([]), .groups(Self.groups.reversed())] {
            query.filter.scope = other
            let error = await #expect(throws: CaselightError.self) { try await place.search.clips(query) }
            #expect(error?.code == .invalidValue)
        }
    }
}
