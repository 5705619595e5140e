import CaselightModel
import CaselightQuery
import CaselightStore

/// A city that never was: half of its cameras anywhere, half in clusters; days of footage with outages; incidents where cameras are.
///
/// As dense whatever its size: 2,000 cameras stand on 20 by 20 km, more on more. The same seed makes the same city.
struct City: Sendable {
    let cameraCount: Int
    let span: TimeSpan
    let positions: [GeoPoint]
    let extentMeters: Double

    /// Each camera's feed is lost so often, for seconds to minutes.
    static let outagesPerDay = 2.0
    static let clusterMeters = 1500.0
    /// The middle of Ningbo.
    private static let center = GeoPoint(unchecked: 29.8683, 121.544)

    init(cameraCount: Int, span: TimeSpan) {
        self.cameraCount = cameraCount
        self.span = span
        let extent = 20_000 * (Double(cameraCount) / 2000).squareRoot()
        extentMeters = extent
        var random = SeededGenerator(seed: 51)
        let clusters = (0..<max(1, cameraCount / 50)).map { _ in Self.somewhere(extent, around: Self.center, &random) }
        positions = (0..<cameraCount).map { _ in
            Bool.random(using: &random)
                ? Self.somewhere(extent, around: Self.center, &random)
                : Self.somewhere(Self.clusterMeters, around: clusters.randomElement(using: &random) ?? Self.center, &random)
        }
    }

    private static func somewhere(_ meters: Double, around center: GeoPoint, _ random: inout SeededGenerator) -> GeoPoint {
        center.moved(meters: .random(in: -0.5...0.5, using: &random) * meters, bearing: 0)
            .moved(meters: .random(in: -0.5...0.5, using: &random) * meters, bearing: 90)
    }

    func code(_ number: Int) throws -> CameraCode { try CameraCode("3302050000132\(1_000_000 + number)") }

    /// What a camera recorded, in order.
    func footage(of number: Int) -> [TimeSpan] {
        var random = SeededGenerator(seed: 1000 + UInt64(number))
        var (pieces, start) = ([TimeSpan](), span.start)
        while start < span.end {
            let end = min(span.end, start + Microseconds(Int64(.random(in: 0.1...1.9, using: &random) * 86_400e6 / Self.outagesPerDay)))
            pieces.append(TimeSpan(start: start, end: end))
            start = end + .milliseconds(.random(in: 2000...120_000, using: &random))
        }
        return pieces
    }

    func camera(_ number: Int) throws -> Camera {
        var random = SeededGenerator(seed: 2_000_000 + UInt64(number))
        var camera = Camera(code: try code(number), name: "junction \(number)", createdAt: span.start - .days(1))
        camera.position = positions[number]
        camera.address = "\(number) Qianjin Road"
        if number % 3 != 0 { camera.bearingDegrees = .random(in: 0..<360, using: &random) }
        camera.rangeMeters = .random(in: 40...150, using: &random)
        camera.cameraClass = CameraClass.allCases[number % CameraClass.allCases.count]
        camera.grid = Self.grid(of: positions[number])
        camera.owner = "owner \(number % 200)"
        return camera
    }

    /// Half a kilometre a side, as grids of a city are.
    private static func grid(of point: GeoPoint) -> String {
        "3302-\(Int((point.latitude * 200).rounded(.down)))-\(Int((point.longitude * 200).rounded(.down)))"
    }

    /// Somebody of half the city's grids, and of two classes and half the owners elsewhere.
    var scope: CameraScope {
        let grids = Set(positions.map(Self.grid)).sorted().enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        return .groups([
            CameraGroup(code: "district", name: "", grids: grids),
            CameraGroup(code: "public", name: "", classes: [.first, .second], owners: (0..<100).map { "owner \($0 * 2)" }),
        ])
    }

    func incidents(_ count: Int) throws -> [Incident] {
        var random = SeededGenerator(seed: 52)
        return try (0..<count).map { number in
            let question = question(&random)
            var incident = Incident(
                number: try IncidentNumber("A\(number)"), category: "theft", span: question.span, postedAt: question.span.end)
            incident.position = question.center
            return incident
        }
    }

    /// "500 m, 30 minutes": where cameras are, incidents are.
    struct Question: Sendable {
        let center: GeoPoint
        let span: TimeSpan

        static let radiusMeters = 500.0
        static let length = Microseconds.seconds(1800)

        var query: ClipQuery {
            ClipQuery(place: .shape(.circle(center: center, radiusMeters: Self.radiusMeters)), span: span)
        }

        func query(within scope: CameraScope) -> ClipQuery {
            var query = query
            query.filter.scope = scope
            return query
        }
    }

    private func question(_ random: inout SeededGenerator) -> Question {
        let start = span.start + .seconds(.random(in: 0...(span.duration.value / 1_000_000 - 1800), using: &random))
        return Question(
            center: Self.somewhere(400, around: positions.randomElement(using: &random) ?? Self.center, &random),
            span: TimeSpan(start: start, end: start + Question.length))
    }

    func questions(_ count: Int, seed: UInt64) -> [Question] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in question(&random) }
    }
}

/// Random numbers that come out the same each run (SplitMix64), so that a measurement can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
