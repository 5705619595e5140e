import CaselightModel
import CaselightQuery
import CaselightStore
import Testing

/// Where a lead went on: which cameras, in which order, and when.
@Suite struct NextCameraTests {
    private let place: Installation

    init() throws { place = try Installation() }

    /// Seen at the corner at the morning's begin, on the way east.
    private func lead(bearing: Double? = 90, toward: String = "") throws -> Lead {
        Lead(
            id: 1, incident: try IncidentNumber("A"), camera: try CameraCode("here"), seenAt: at(0), position: corner, bearingDegrees: bearing,
            toward: toward, by: nil, at: at(60))
    }

    private func register(_ code: String, meters: Double, bearing: Double, range: Double = 50) async throws {
        try await place.register(code, at: corner.moved(meters: meters, bearing: bearing)) { $0.rangeMeters = range }
    }

    @Test func whatLiesOnTheWayComesFirst() async throws {
        try await register("here", meters: 5, bearing: 0)
        try await register("back", meters: 100, bearing: 270)
        try await register("side", meters: 150, bearing: 150)
        try await register("ahead", meters: 300, bearing: 85)
        try await register("far", meters: 900, bearing: 90)
        let found = try await place.search.nextCameras(after: try lead())
        #expect(found.cameras.map(\.camera.text) == ["ahead", "side", "back"], "not the one that saw it, and none beyond the radius")
        #expect(found.cameras.compactMap(\.offDegrees).map { Int($0.rounded()) } == [5, 60, 180])
        let unknown = try await place.search.nextCameras(after: try lead(bearing: nil))
        #expect(unknown.cameras.map(\.camera.text) == ["back", "side", "ahead"], "the nearest, where nobody knows the way")
        #expect(unknown.cameras.allSatisfy { $0.offDegrees == nil })
    }

    @Test func aStreetThatIsNamedCountsDouble() async throws {
        try await register("near", meters: 100, bearing: 90)
        try await place.register("named", at: corner.moved(meters: 150, bearing: 90)) { $0.name = "Daotou Road 12" }
        let found = try await place.search.nextCameras(after: try lead(toward: "Daotou Road"))
        #expect(found.cameras.map(\.camera.text) == ["named", "near"] && found.cameras.map(\.isOnTheWay) == [true, false])
    }

    /// Fastest straight to the nearest edge of the view, slowest by streets to its farthest.
    @Test func arrivalsLieBetweenTheFastestAndTheSlowestWay() async throws {
        try await register("ahead", meters: 300, bearing: 90, range: 50)
        let camera = try #require(try await place.search.nextCameras(after: try lead()).cameras.first)
        for window in camera.windows {
            let speeds = window.mode.speedRangeMetersPerSecond
            #expect(abs((window.startsAt - at(0)).seconds - 250 / speeds.upperBound) < 0.5, "\(window)")
            #expect(abs((window.endsAt - at(0)).seconds - 350 * FootageSearch.detourFactor / speeds.lowerBound) < 1, "\(window)")
        }
        #expect(camera.windows.map(\.mode) == TravelMode.allCases)
        #expect(camera.footage == .absent)
        try await place.record(camera.camera, -60, 1200)
        #expect(try await place.search.nextCameras(after: try lead()).cameras.first?.footage == .full)
    }

    @Test func knowsOnlyWhatTheAskerMayKnow() async throws {
        try await place.register("ours", at: corner.moved(meters: 100, bearing: 90)) { $0.owner = "us" }
        try await place.register("theirs", at: corner.moved(meters: 90, bearing: 90)) { $0.owner = "them" }
        let scope = CameraScope.groups([CameraGroup(code: "g", name: "g", owners: ["us"])])
        let options = NextCameraOptions(filter: CameraFilter(scope: scope))
        #expect(try await place.search.nextCameras(after: try lead(), options).cameras.map(\.camera.text) == ["ours"])
    }

    @Test func refusesAPlaceThatIsNone() async throws {
        let error = await #expect(throws: CaselightError.self) {
            try await place.search.nextCameras(after: try lead(), NextCameraOptions(radiusMeters: 0))
        }
        #expect(error?.code == .invalidShape)
    }
}
