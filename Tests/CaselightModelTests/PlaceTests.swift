import CaselightModel
import TestSupport
import Testing

@Suite struct DatumTests {
    /// The box where the shifts apply, its edges, Hong Kong and the corners of the country among the points.
    private static let points: [GeoPoint] = {
        var random = SeededGenerator(seed: 4)
        var points = (0..<4000).map { _ in
            GeoPoint(unchecked: .random(in: 0.8293...55.8271, using: &random), .random(in: 72.004...137.8347, using: &random))
        }
        points += [(22.3193, 114.1694), (53.56, 123.25), (18.16, 109.5), (39.2, 73.5), (48.3, 134.8), (29.8683, 121.544)].map {
            GeoPoint(unchecked: $0, $1)
        }
        for step in 0..<100 {
            let (latitude, longitude) = (0.83 + Double(step) * 0.5499, 72.01 + Double(step) * 0.658)
            points += [GeoPoint(unchecked: latitude, 72.0041), GeoPoint(unchecked: latitude, 137.8346)]
            points += [GeoPoint(unchecked: 0.8294, longitude), GeoPoint(unchecked: 55.827, longitude)]
        }
        return points
    }()

    @Test(arguments: [Datum.gcj02, .bd09]) func comesBackToWithinATenMillionthOfADegree(_ datum: Datum) {
        for point in Self.points {
            let back = datum.toWGS84(datum.fromWGS84(point))
            if abs(back.latitude - point.latitude) > 1e-7 || abs(back.longitude - point.longitude) > 1e-7 {
                Issue.record("\(datum) \(point) came back as \(back)")
            }
        }
    }

    @Test(arguments: Datum.allCases) func outsideTheBoxNothingIsShifted(_ datum: Datum) {
        for (latitude, longitude) in [(51.5, -0.12), (41.88, -87.63), (-33.86, 151.2), (60, 100), (0.0, 110), (40, 71.9), (40, 138)] {
            let point = GeoPoint(unchecked: latitude, longitude)
            #expect(datum.fromWGS84(point) == point)
            #expect(datum.toWGS84(point) == point)
        }
    }

    /// Pairs that public conversion tables give: Tiananmen and Shanghai.
    @Test func knownPairs() {
        let pairs = [
            ((39.908823, 116.397470), (39.910226, 116.403712)),
            ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ]
        for (wgs, gcj) in pairs {
            let shifted = Datum.gcj02.fromWGS84(GeoPoint(unchecked: wgs.0, wgs.1))
            #expect(abs(shifted.latitude - gcj.0) < 2e-5 && abs(shifted.longitude - gcj.1) < 2e-5, "\(shifted)")
        }
        let baidu = Datum.bd09.toWGS84(GeoPoint(unchecked: 39.915, 116.404))
        let amap = Datum.gcj02.fromWGS84(baidu)
        #expect(abs(amap.latitude - 39.908655) < 1e-5 && abs(amap.longitude - 116.397622) < 1e-5, "\(amap)")
    }

    @Test func theShiftIsHundredsOfMetres() {
        let station = GeoPoint(unchecked: 29.8683, 121.544)
        #expect((100...800).contains(station.distanceMeters(to: Datum.gcj02.fromWGS84(station))))
    }

    @Test func namesAreKnownInAnyCase() throws {
        #expect(try Datum(name: "GCJ02") == .gcj02)
        for name in ["", "wgs", "cgcs2000", "gcj-02", "\u{0}"] {
            #expect(#expect(throws: CaselightError.self) { try Datum(name: name) }?.code == .unknownDatum)
        }
    }
}

@Suite struct GeoPointTests {
    @Test(arguments: [
        (51.5, -0.1, 51.5, -0.1, 0.0),
        (0, 0, 0, 1, 111_195.08),
        (0, 0, 90, 0, 10_007_557.2),
        (48.8566, 2.3522, 51.5074, -0.1278, 343_556.5),
        (0, 179.5, 0, -179.5, 111_195.08),
        (36.12, -86.67, 33.94, -118.4, 2_886_448.4),
    ]) func distances(_ lat1: Double, _ lon1: Double, _ lat2: Double, _ lon2: Double, meters: Double) {
        let distance = GeoPoint(unchecked: lat1, lon1).distanceMeters(to: GeoPoint(unchecked: lat2, lon2))
        #expect(abs(distance - meters) <= max(0.1, meters * 2e-5), "\(distance)")
    }

    @Test(arguments: [
        (0, 0, 1, 0, 0.0), (0, 0, 0, 1, 90), (0, 0, -1, 0, 180), (0, 0, 0, -1, 270),
        (39.099912, -94.581213, 38.627089, -90.200203, 96.51), (0, 179.5, 0, -179.5, 90),
    ]) func bearings(_ lat1: Double, _ lon1: Double, _ lat2: Double, _ lon2: Double, degrees: Double) {
        let bearing = GeoPoint(unchecked: lat1, lon1).bearingDegrees(to: GeoPoint(unchecked: lat2, lon2))
        #expect(abs(bearing - degrees) < 0.01, "\(bearing)")
    }

    @Test func movedIsAsFarAndThatWay() {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<2000 {
            let start = GeoPoint(unchecked: .random(in: -85...85, using: &random), .random(in: -180...180, using: &random))
            let (meters, bearing) = (Double.random(in: 1...50_000, using: &random), Double.random(in: 0..<360, using: &random))
            let end = start.moved(meters: meters, bearing: bearing)
            #expect(abs(start.distanceMeters(to: end) - meters) < 0.001)
            #expect(abs(normalizedDegrees(start.bearingDegrees(to: end) - bearing + 180) - 180) < 0.001)
            #expect((-180...180).contains(end.longitude))
        }
    }

    @Test func polesAndEdgesAreNumbers() {
        for latitude in [-90.0, -89.9999999, 89.9999999, 90] {
            for bearing in stride(from: 0.0, to: 360, by: 7) {
                let end = GeoPoint(unchecked: latitude, 180).moved(meters: 10_000, bearing: bearing)
                #expect(end.latitude.isFinite && end.longitude.isFinite)
            }
        }
    }

    @Test(arguments: [
        (91, 0), (-90.0001, 0), (0, 180.5), (0, -181), (.nan, 0), (0, .nan), (.infinity, 0), (121.5, 29.8),
    ]) func refuses(_ latitude: Double, _ longitude: Double) {
        let error = #expect(throws: CaselightError.self) { try GeoPoint(latitude: latitude, longitude: longitude) }
        #expect(error?.code == .invalidCoordinates)
        #expect(error?.remedy.contains("swapped") == (latitude == 121.5 || latitude == 91 || latitude == -90.0001))
    }

    @Test(arguments: [(-90, -180), (90, 180), (0, 0), (29.8683, 121.544)]) func accepts(_ latitude: Double, _ longitude: Double) throws {
        #expect(try GeoPoint(latitude: latitude, longitude: longitude).longitude == longitude)
    }

    @Test func anglesAreBroughtIntoOneTurn() {
        #expect([-90, 0, 360, 450, -720].map(normalizedDegrees) == [270, 0, 0, 90, 0])
    }
}

@Suite struct FieldOfViewTests {
    private let place = GeoPoint(unchecked: 29.8683, 121.544)

    @Test func seesWhatLiesInItsSector() {
        let north = FieldOfView(position: place, bearingDegrees: 0, fieldDegrees: 80, rangeMeters: 100)
        for (meters, bearing, sees) in [
            (50.0, 0.0, true), (99, 39, true), (99, 321, true), (50, 41, false), (50, 319, false), (101, 0, false), (50, 180, false),
            (0.3, 180, true),
        ] {
            #expect(north.contains(place.moved(meters: meters, bearing: bearing)) == sees, "\(meters) m at \(bearing)°")
        }
    }

    @Test func aDiscSeesAllRound() {
        for field in [
            FieldOfView(position: place, bearingDegrees: nil, fieldDegrees: 80, rangeMeters: 100),
            FieldOfView(position: place, bearingDegrees: 90, fieldDegrees: 360, rangeMeters: 100),
        ] {
            for bearing in stride(from: 0.0, to: 360, by: 15) {
                #expect(field.contains(place.moved(meters: 99, bearing: bearing)))
                #expect(!field.contains(place.moved(meters: 101, bearing: bearing)))
            }
        }
    }

    @Test func theBoxHoldsEveryPointItSees() {
        var random = SeededGenerator(seed: 6)
        for round in 0..<1500 {
            let latitude = round % 10 == 0 ? Double.random(in: -90...90, using: &random) : .random(in: -70...70, using: &random)
            let longitude = round % 7 == 0 ? Double.random(in: 179.99...180, using: &random) : .random(in: -180...180, using: &random)
            let position = GeoPoint(unchecked: latitude, longitude)
            let range = round % 5 == 0 ? Double.random(in: 1...50_000, using: &random) : .random(in: 1...500, using: &random)
            let axis = round % 9 == 0 ? nil : Double.random(in: 0..<360, using: &random)
            let field = FieldOfView(
                position: position, bearingDegrees: axis, fieldDegrees: .random(in: 0.1...360, using: &random), rangeMeters: range)
            let box = field.boundingBox
            for _ in 0..<60 {
                let around = (axis ?? 0) + .random(in: -0.5...0.5, using: &random) * field.fieldDegrees
                let point = position.moved(meters: range * .random(in: 0...1, using: &random).squareRoot(), bearing: around)
                if field.contains(point), !box.contains(point) { Issue.record("\(field) sees \(point) outside of \(box)") }
            }
        }
    }

    @Test func theBoxIsHardlyLargerThanTheSector() {
        let north = FieldOfView(position: place, bearingDegrees: 0, fieldDegrees: 60, rangeMeters: 100).boundingBox
        let high = (north.north - north.south) * GeoPoint.metersPerDegree
        let wide = (north.east - north.west) * GeoPoint.metersPerDegree * 0.867
        #expect((100...103).contains(high))
        #expect((100...103).contains(wide))
    }

    @Test func oddValuesDoNotTrap() {
        for latitude in [-90.0, 0, 90] {
            for range in [0, -5, 1e9, .infinity, .nan] {
                for bearing in [nil, .nan, -720, 1e9] as [Double?] {
                    let field = FieldOfView(
                        position: GeoPoint(unchecked: latitude, 180), bearingDegrees: bearing, fieldDegrees: -3, rangeMeters: range)
                    _ = field.boundingBox.contains(field.position)
                    _ = field.contains(place)
                }
            }
        }
    }
}

@Suite struct GeoBoxTests {
    @Test func growsByMetres() {
        let box = GeoBox(south: 29.8683, west: 121.544, north: 29.8683, east: 121.544).grown(byMeters: 500)
        let center = GeoPoint(unchecked: 29.8683, 121.544)
        for bearing in stride(from: 0.0, to: 360, by: 10) { #expect(box.contains(center.moved(meters: 499.9, bearing: bearing))) }
        #expect(!box.contains(center.moved(meters: 501, bearing: 0)))
        #expect(!box.contains(center.moved(meters: 501, bearing: 90)))
    }

    @Test func acrossThe180thMeridianItTakesAllLongitudes() {
        let box = GeoBox(south: -17, west: 179.999, north: -17, east: 179.999).grown(byMeters: 500)
        #expect(box.contains(GeoPoint(unchecked: -17, -179.999)))
        #expect(GeoBox(south: 89.99, west: 5, north: 89.99, east: 5).grown(byMeters: 2000).contains(GeoPoint(unchecked: 89.995, -100)))
    }

    @Test func meetsWhatItTouches() {
        let box = GeoBox(south: 0, west: 0, north: 1, east: 1)
        #expect(box.intersects(GeoBox(south: 1, west: 1, north: 2, east: 2)))
        #expect(!box.intersects(GeoBox(south: 1.01, west: 0, north: 2, east: 2)))
        #expect(GeoBox(around: []) == nil)
        #expect(!GeoBox(south: 1, west: 0, north: 0, east: 1).contains(GeoPoint(unchecked: 0.5, 0.5)))
    }
}

@Suite struct GeoShapeTests {
    private let point = GeoPoint(unchecked: 1, 1)

    @Test func refusesShapesOutOfRange() {
        let shapes: [GeoShape] = [
            .circle(center: point, radiusMeters: 0), .circle(center: point, radiusMeters: -1), .circle(center: point, radiusMeters: .nan),
            .circle(center: point, radiusMeters: .infinity), .circle(center: point, radiusMeters: 50_001), .polygon([]),
            .polygon([point, point]), .polygon(Array(repeating: point, count: 10_001)), .corridor(line: [point], halfWidthMeters: 5),
            .corridor(line: [point, point], halfWidthMeters: 0),
        ]
        for shape in shapes { #expect(#expect(throws: CaselightError.self) { try shape.checked() }?.code == .invalidShape) }
    }

    @Test func acceptsShapesInRange() throws {
        for shape in [
            GeoShape.circle(center: point, radiusMeters: 50_000), .polygon([point, point, point]),
            .corridor(line: [point, point], halfWidthMeters: 0.1),
        ] { #expect(try shape.checked() == shape) }
    }
}
