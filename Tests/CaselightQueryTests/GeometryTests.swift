import CaselightModel
import CaselightStore
import TestSupport
import Testing

@testable import CaselightQuery

@Suite struct GeometryTests {
    private let corner = GeoPoint(unchecked: 29.8683, 121.544)

    private func camera(
        meters: Double, from bearing: Double, looking axis: Double?, kind: CameraKind = .fixed, field: Double = 80, range: Double = 60
    ) throws -> Viewpoint {
        Viewpoint(
            code: try CameraCode("a"), name: "",
            fieldOfView: FieldOfView(
                position: corner.moved(meters: meters, bearing: bearing), bearingDegrees: axis, fieldDegrees: field, rangeMeters: range),
            kind: kind, cameraClass: .other, registeredAt: .distantPast, removedAt: nil)
    }

    private func sight(_ viewpoint: Viewpoint, radius: Double = 150) -> Sight? {
        PlaceGeometry.circle(center: corner, radiusMeters: radius).cameraInRange(viewpoint)?.sees
    }

    @Test func seesTheCentreOfACircle() throws {
        #expect(try sight(camera(meters: 50, from: 90, looking: 270)) == .yes)
        #expect(try sight(camera(meters: 50, from: 90, looking: 90)) == .no)
        #expect(try sight(camera(meters: 80, from: 90, looking: 270)) == .partly, "20 m short of it")
        #expect(try sight(camera(meters: 90, from: 90, looking: 270)) == .no, "30 m short of it")
        #expect(try sight(camera(meters: 50, from: 90, looking: 215)) == .partly, "its edge passes it at 13 m")
        #expect(try sight(camera(meters: 50, from: 90, looking: nil)) == .unknown)
        #expect(try sight(camera(meters: 100, from: 90, looking: nil)) == .no, "not that far")
        #expect(try sight(camera(meters: 50, from: 90, looking: nil, kind: .dome)) == .yes)
        #expect(try sight(camera(meters: 50, from: 90, looking: nil, kind: .panorama)) == .yes)
        #expect(try sight(camera(meters: 50, from: 90, looking: nil, kind: .panTilt)) == .partly)
        #expect(try sight(camera(meters: 50, from: 90, looking: 0, field: 360)) == .yes)
        #expect(try sight(camera(meters: 0, from: 0, looking: 0)) == .yes)
    }

    @Test func isInRangeByPositionOrBySight() throws {
        #expect(try sight(camera(meters: 149, from: 10, looking: 10)) == .no)
        #expect(try sight(camera(meters: 151, from: 10, looking: 10)) == nil)
        #expect(try sight(camera(meters: 400, from: 10, looking: 190, range: 500)) == .yes)
        #expect(try sight(camera(meters: 400, from: 10, looking: 190, range: 390)) == nil)
    }

    @Test func tellsDistanceAndBearingTowardThePlace() throws {
        let found = PlaceGeometry.circle(center: corner, radiusMeters: 150)
            .cameraInRange(try camera(meters: 100, from: 90, looking: nil))
        #expect(abs((found?.distanceMeters ?? 0) - 100) < 0.01)
        #expect(abs((found?.bearingDegrees ?? 0) - 270) < 0.01)
        let square = PlaceGeometry(.polygon(square(around: corner, halfMeters: 30)))
        let outside = square.cameraInRange(try camera(meters: 50, from: 0, looking: 180))
        #expect(abs((outside?.distanceMeters ?? 0) - 20) < 0.1)
        #expect(abs((outside?.bearingDegrees ?? 0) - 180) < 0.1)
        let inside = square.cameraInRange(try camera(meters: 5, from: 0, looking: 180))
        #expect(inside?.distanceMeters == 0 && inside?.bearingDegrees == nil)
    }

    @Test func seesMostOfAPolygonOrPart() throws {
        let square = PlaceGeometry(.polygon(square(around: corner, halfMeters: 10)))
        #expect(square.cameraInRange(try camera(meters: 40, from: 180, looking: 0))?.sees == .yes)
        #expect(square.cameraInRange(try camera(meters: 65, from: 180, looking: 0))?.sees == .partly)
        #expect(square.cameraInRange(try camera(meters: 75, from: 180, looking: 0))?.sees == nil)
        #expect(square.cameraInRange(try camera(meters: 40, from: 180, looking: 180))?.sees == nil)
        #expect(square.cameraInRange(try camera(meters: 40, from: 180, looking: nil))?.sees == .unknown)
        #expect(square.cameraInRange(try camera(meters: 40, from: 180, looking: nil, kind: .panTilt))?.sees == .partly)
        #expect(square.cameraInRange(try camera(meters: 40, from: 180, looking: nil, kind: .dome))?.sees == .yes)
    }

    @Test func seesACorridor() throws {
        let road = [corner.moved(meters: 100, bearing: 270), corner.moved(meters: 100, bearing: 90)]
        let place = PlaceGeometry(.corridor(line: road, halfWidthMeters: 10))
        #expect(place.cameraInRange(try camera(meters: 60, from: 0, looking: 180))?.sees == .partly)
        #expect(place.cameraInRange(try camera(meters: 75, from: 0, looking: 180))?.sees == nil)
        #expect(place.cameraInRange(try camera(meters: 5, from: 0, looking: 0))?.distanceMeters == 0)
        #expect(place.cameraInRange(try camera(meters: 90, from: 0, looking: 180, field: 120, range: 250))?.sees == .yes)
    }

    @Test func aSectorThatPassesThroughAThinPolygonMeetsIt() throws {
        // No corner of either lies in the other.
        let left = corner.moved(meters: 200, bearing: 270)
        let right = corner.moved(meters: 200, bearing: 90)
        let strip = PlaceGeometry(.polygon([left, right, right.moved(meters: 1, bearing: 0), left.moved(meters: 1, bearing: 0)]))
        #expect(strip.cameraInRange(try camera(meters: 30, from: 180, looking: 0, field: 4))?.sees == .partly)
    }

    @Test func holdsAcrossThe180thMeridian() throws {
        let edge = GeoPoint(unchecked: -17, 179.9999)
        let place = PlaceGeometry(.polygon(square(around: edge, halfMeters: 100)))
        let beyond = edge.moved(meters: 50, bearing: 90)
        #expect(beyond.longitude < 0 && place.box.contains(beyond))
        let viewpoint = Viewpoint(
            code: try CameraCode("a"), name: "", fieldOfView: FieldOfView(
                position: beyond, bearingDegrees: nil, fieldDegrees: nil, rangeMeters: nil),
            kind: .dome, cameraClass: .other, registeredAt: .distantPast, removedAt: nil)
        #expect(place.cameraInRange(viewpoint)?.distanceMeters == 0)
    }

    @Test func shapesWithoutExtentDoNotTrap() throws {
        let viewpoint = try camera(meters: 10, from: 0, looking: 180)
        for shape in [
            GeoShape.polygon([corner, corner, corner]), .corridor(line: [corner, corner], halfWidthMeters: 1),
            .polygon([corner, corner.moved(meters: 10, bearing: 0), corner]),
        ] { #expect(PlaceGeometry(shape).cameraInRange(viewpoint)?.sees != .no) }
        #expect(PlaceGeometry(Area(code: "x", name: "", rings: [[corner]])) == nil)
    }

    @Test func distanceToASectorAgreesWithLookingEverywhereInIt() throws {
        var random = SeededGenerator(seed: 31)
        for _ in 0..<60 {
            let field = try camera(
                meters: 0, from: 0, looking: .random(in: 0..<360, using: &random), field: .random(in: 5...350, using: &random)
            ).fieldOfView
            let point = corner.moved(meters: .random(in: 0...150, using: &random), bearing: .random(in: 0..<360, using: &random))
            var nearest = Double.infinity
            for step in 0...120 {
                let bearing = (field.bearingDegrees ?? 0) + field.fieldDegrees * (Double(step) / 120 - 0.5)
                for meters in stride(from: 0.0, through: 60, by: 1) {
                    nearest = min(nearest, corner.moved(meters: meters, bearing: bearing).distanceMeters(to: point))
                }
            }
            #expect(abs(field.distanceMeters(to: point) - nearest) < 1.7)
        }
    }
}

/// The corners of a square with sides to the four winds.
func square(around center: GeoPoint, halfMeters: Double) -> [GeoPoint] {
    [45.0, 135, 225, 315].map { center.moved(meters: halfMeters * 2.0.squareRoot(), bearing: $0) }
}
