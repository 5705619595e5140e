import CaselightModel
import CaselightQuery
import CaselightStore
import Foundation
import TestSupport
import Testing

/// R*Tree and exact test together, against looking at every camera with formulas of the test's own.
@Suite struct RandomPlacesTests {
    private static let cameraCount = 2000
    /// Answers may differ where a camera stands or looks this close to the edge.
    private static let tolerance = 0.2

    private let place: Installation
    private let cameras: [Camera]

    init() async throws {
        place = try Installation()
        var random = SeededGenerator(seed: 41)
        var cameras: [Camera] = []
        for number in 0..<Self.cameraCount {
            var camera = Camera(code: try CameraCode("c\(number)"), name: "", createdAt: at(-3600))
            camera.position = GeoPoint(
                unchecked: corner.latitude + .random(in: -0.03...0.03, using: &random),
                corner.longitude + .random(in: -0.035...0.035, using: &random))
            camera.kind = CameraKind.allCases.randomElement(using: &random) ?? .fixed
            if number % 4 != 0 { camera.bearingDegrees = .random(in: 0..<360, using: &random) }
            camera.fieldDegrees = .random(in: 20...180, using: &random)
            camera.rangeMeters = .random(in: 20...120, using: &random)
            cameras.append(camera)
        }
        self.cameras = cameras
        _ = try await place.records.importCameras(cameras.map { ($0, nil) }, replacing: false)
    }

    private func found(_ shape: GeoShape) async throws -> Set<CameraCode> {
        var query = ClipQuery(place: .shape(shape), span: span(0, 60))
        query.limit = ClipQuery.limitMaximum
        let answer = try await place.search.clips(query)
        #expect(answer.nextCursor == nil)
        return Set(answer.clips.map(\.camera))
    }

    /// Cameras that must be found, and those that may be: what lies between is too close to tell.
    private func compare(_ shape: GeoShape, _ inRange: (Camera, _ slack: Double) -> Bool) async throws -> Int {
        let found = try await found(shape)
        let surely = Set(cameras.filter { inRange($0, -Self.tolerance) }.map(\.code))
        let others = cameras.filter { found.contains($0.code) && !surely.contains($0.code) }
        #expect(surely.subtracting(found) == [], "missed")
        #expect(others.filter { !inRange($0, Self.tolerance) } == [], "too many")
        return found.count
    }

    @Test func circles() async throws {
        var random = SeededGenerator(seed: 42)
        var count = 0
        for _ in 0..<40 {
            let center = randomPoint(&random)
            let radius = Double.random(in: 20...900, using: &random)
            count += try await compare(.circle(center: center, radiusMeters: radius)) { camera, slack in
                let sector = Flat(camera)
                let target = sector.flat(center)
                return Flat.length(target) <= radius + slack || sector.sees(target, slack: slack)
            }
        }
        #expect(count > 500)
    }

    @Test func polygons() async throws {
        var random = SeededGenerator(seed: 43)
        var count = 0
        for _ in 0..<8 {
            // A star with bays, so that no box and no hull is the answer.
            let center = randomPoint(&random)
            let corners = stride(from: 0.0, to: 360, by: 40).map {
                center.moved(meters: .random(in: 60...600, using: &random), bearing: $0)
            }
            count += try await compare(.polygon(corners)) { camera, slack in
                let sector = Flat(camera)
                return sector.touches(corners.map(sector.flat) + corners.prefix(1).map(sector.flat), halfWidth: 0, slack: slack, isArea: true)
            }
        }
        #expect(count > 50)
    }

    @Test func corridors() async throws {
        var random = SeededGenerator(seed: 44)
        var count = 0
        for _ in 0..<8 {
            var line = [randomPoint(&random)]
            for _ in 0..<4 {
                line.append(line[line.count - 1].moved(
                    meters: .random(in: 50...500, using: &random), bearing: .random(in: 0..<360, using: &random)))
            }
            let halfWidth = Double.random(in: 5...60, using: &random)
            count += try await compare(.corridor(line: line, halfWidthMeters: halfWidth)) { camera, slack in
                let sector = Flat(camera)
                return sector.touches(line.map(sector.flat), halfWidth: halfWidth, slack: slack, isArea: false)
            }
        }
        #expect(count > 50)
    }

    private func randomPoint(_ random: inout SeededGenerator) -> GeoPoint {
        GeoPoint(
            unchecked: corner.latitude + .random(in: -0.025...0.025, using: &random),
            corner.longitude + .random(in: -0.03...0.03, using: &random))
    }
}

/// A camera on a plane of its own: everything by sampling its sector densely, nothing by the product's formulas.
private struct Flat {
    typealias Point = (east: Double, north: Double)

    private let origin: GeoPoint
    private let axis: Double?
    private let field, range: Double

    init(_ camera: Camera) {
        origin = camera.position ?? corner
        axis = camera.kind == .fixed ? camera.bearingDegrees : nil
        field = camera.fieldDegrees ?? 80
        range = camera.rangeMeters ?? 60
    }

    func flat(_ point: GeoPoint) -> Point {
        let degree = 6_371_008.8 * Double.pi / 180
        // The cosine halfway between, which is what the sphere has over such distances.
        let middle = (point.latitude + origin.latitude) / 2 * Double.pi / 180
        return ((point.longitude - origin.longitude) * degree * cos(middle), (point.latitude - origin.latitude) * degree)
    }

    static func length(_ point: Point) -> Double { (point.east * point.east + point.north * point.north).squareRoot() }

    func sees(_ target: Point, slack: Double) -> Bool {
        let distance = Self.length(target)
        guard distance <= range + slack else { return false }
        guard let axis else { return true }
        let bearing = atan2(target.east, target.north) * 180 / Double.pi
        let off = abs((bearing - axis).remainder(dividingBy: 360))
        let slackDegrees = distance < abs(slack) ? 180 : slack / distance * 180 / Double.pi
        return off <= field / 2 + (slack < 0 ? -abs(slackDegrees) : slackDegrees)
    }

    /// Whether a sample of the sector lies in the place, by samples 2 m apart.
    ///
    /// For what must be found (`slack` below 0) the samples keep inside of the sector; for what may be, they and the place reach out
    /// by more than a point of the sector can be from the nearest sample.
    func touches(_ corners: [Point], halfWidth: Double, slack: Double, isArea: Bool) -> Bool {
        let mustBe = slack < 0
        let nearest = Self.distance((0, 0), to: corners)
        if isArea, Self.isInside((0, 0), corners), !mustBe || nearest > 0.5 { return true }
        let reach = mustBe ? range - 0.5 : range + 1
        guard nearest <= reach + halfWidth + 2.5 else { return false }
        let margin = mustBe ? halfWidth - 0.5 : halfWidth + 2.5
        let half = mustBe ? field / 2 - 0.5 : field / 2 + 0.5
        let (start, end) = axis.map { ($0 - half, $0 + half) } ?? (0, 360)
        for meters in stride(from: 0.0, through: reach, by: 2) {
            for bearing in stride(from: start, through: end, by: min(20, 115 / max(1, meters))) {
                let sample = (meters * sin(bearing * Double.pi / 180), meters * cos(bearing * Double.pi / 180))
                if !isArea || !mustBe, Self.distance(sample, to: corners) <= margin { return true }
                if isArea, Self.isInside(sample, corners) { return true }
            }
        }
        return false
    }

    private static func distance(_ point: Point, to corners: [Point]) -> Double {
        zip(corners, corners.dropFirst()).map { start, end in
            let (dx, dy) = (end.east - start.east, end.north - start.north)
            let share = ((point.east - start.east) * dx + (point.north - start.north) * dy) / max(1e-9, dx * dx + dy * dy)
            let held = min(1, max(0, share))
            return length((start.east + dx * held - point.east, start.north + dy * held - point.north))
        }.min() ?? .infinity
    }

    /// By the winding number.
    private static func isInside(_ point: Point, _ corners: [Point]) -> Bool {
        var turns = 0.0
        for (start, end) in zip(corners, corners.dropFirst()) {
            let one = atan2(start.north - point.north, start.east - point.east)
            let two = atan2(end.north - point.north, end.east - point.east)
            turns += (two - one).remainder(dividingBy: 2 * Double.pi)
        }
        return abs(turns) > Double.pi
    }
}
