import CaselightModel
import Testing

@Suite struct PointInPolygonTests {
    let square = [(0.0, 0.0), (0.0, 2.0), (2.0, 2.0), (2.0, 0.0)].map { GeoPoint(unchecked: $0.0, $0.1) }

    @Test func holdsTheInsideAndNotTheOutside() {
        #expect(GeoPoint(unchecked: 1, 1).isInside(ring: square))
        for outside in [(-0.1, 1.0), (2.1, 1), (1, -0.1), (1, 2.1), (3, 3), (0, 5), (2, 5), (0, -5), (2, -5)] {
            #expect(!GeoPoint(unchecked: outside.0, outside.1).isInside(ring: square), "\(outside)")
        }
    }

    @Test func holdsItsEdgesAndCornersAndWhatIsWithinTheTolerance() {
        let fourCentimeters = 0.04 / GeoPoint.metersPerDegree
        for edge in [(0.0, 1.0), (2, 1), (1, 0), (1, 2), (0, 0), (2, 2), (1, 2 + fourCentimeters), (-fourCentimeters, 1)] {
            #expect(GeoPoint(unchecked: edge.0, edge.1).isInside(ring: square), "\(edge)")
        }
        #expect(!GeoPoint(unchecked: 1, 2 + 3 * fourCentimeters).isInside(ring: square))
    }

    @Test func aRepeatedFirstCornerAndTheDirectionDoNotMatter() {
        for ring in [square + [square[0]], square.reversed()] {
            #expect(GeoPoint(unchecked: 1, 1).isInside(ring: ring))
            #expect(!GeoPoint(unchecked: 1, 3).isInside(ring: ring))
        }
    }

    @Test func aNotchIsOutside() {
        let notched = [(0.0, 0.0), (0, 4), (4, 4), (4, 3), (1, 2), (4, 1), (4, 0)].map { GeoPoint(unchecked: $0.0, $0.1) }
        #expect(!GeoPoint(unchecked: 3, 2).isInside(ring: notched))
        #expect(GeoPoint(unchecked: 0.5, 2).isInside(ring: notched))
        #expect(GeoPoint(unchecked: 3, 3.5).isInside(ring: notched))
    }

    @Test func aRingThatCrossesItselfFollowsTheEvenOddRule() {
        let bowTie = [(0.0, 0.0), (2, 2), (2, 0), (0, 2)].map { GeoPoint(unchecked: $0.0, $0.1) }
        #expect(GeoPoint(unchecked: 1, 0.1).isInside(ring: bowTie) == false)
        #expect(GeoPoint(unchecked: 0.1, 1).isInside(ring: bowTie))
        #expect(GeoPoint(unchecked: 1.9, 1).isInside(ring: bowTie))
    }

    @Test func fewerThanThreeCornersHoldNothing() {
        for count in 0...2 { #expect(!square[0].isInside(ring: Array(square.prefix(count)))) }
    }

    @Test func anAreaIsItsRingsTogether() {
        let far = square.map { GeoPoint(unchecked: $0.latitude + 10, $0.longitude) }
        let area = Area(code: "a", name: "", rings: [square, far])
        #expect(area.contains(GeoPoint(unchecked: 1, 1)) && area.contains(GeoPoint(unchecked: 11, 1)))
        #expect(!area.contains(GeoPoint(unchecked: 5, 1)))
        #expect(area.boundingBox == GeoBox(south: 0, west: 0, north: 12, east: 2))
        #expect(Area(code: "e", name: "", rings: []).boundingBox == nil)
        let one = Area(code: "1", name: "", rings: [square]).squareMeters
        #expect(abs(one / (4 * GeoPoint.metersPerDegree * GeoPoint.metersPerDegree) - 1) < 1e-9)
    }

    @Test func aCorridorHoldsWhatIsNearItsLine() {
        let line = [GeoPoint(unchecked: 51.5, -0.1), GeoPoint(unchecked: 51.5, -0.09), GeoPoint(unchecked: 51.51, -0.09)]
        let road = GeoShape.corridor(line: line, halfWidthMeters: 20)
        #expect(road.contains(line[1].moved(meters: 19, bearing: 135)))
        #expect(!road.contains(line[1].moved(meters: 21, bearing: 135)))
        #expect(!road.contains(line[0].moved(meters: 21, bearing: 270)))
        #expect(road.contains(line[2].moved(meters: 19.9, bearing: 0)))
    }
}
