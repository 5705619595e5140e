import CaselightModel
import CaselightQuery
import CaselightStore
import Foundation
import TestSupport

/// A city in files: cameras in clusters over 20 by 20 km, days of coverage with gaps and their causes, incidents.
struct City {
    let place: Installation
    let size: Size
    let positions: [GeoPoint]

    struct Size {
        var cameraCount: Int
        var dayCount: Int64
        var incidentCount: Int
        /// Each camera's feed is lost so often.
        var outagesPerDay: Double

        /// What every test run can afford.
        static let small = Size(cameraCount: 150, dayCount: 2, incidentCount: 500, outagesPerDay: 2)
        /// What the product is measured at.
        static let full = Size(cameraCount: 2000, dayCount: 30, incidentCount: 100_000, outagesPerDay: 2)
    }

    var span: TimeSpan { TimeSpan(start: at(0), end: at(0) + .days(size.dayCount)) }

    static func build(_ size: Size) async throws -> City {
        var random = SeededGenerator(seed: 51)
        let place = try Installation(now: at(0) + .days(size.dayCount + 1))
        let centers = (0..<40).map { _ in somewhere(20_000, &random) }
        let positions = (0..<size.cameraCount).map { _ in
            Bool.random(using: &random)
                ? somewhere(20_000, &random) : somewhere(1500, &random, around: centers.randomElement(using: &random) ?? corner)
        }
        let city = City(place: place, size: size, positions: positions)
        try await city.registerCameras(&random)
        try await city.record(&random)
        try await city.postIncidents(&random)
        return city
    }

    private static func somewhere(_ meters: Double, _ random: inout SeededGenerator, around center: GeoPoint = corner) -> GeoPoint {
        center.moved(meters: .random(in: -0.5...0.5, using: &random) * meters, bearing: 0)
            .moved(meters: .random(in: -0.5...0.5, using: &random) * meters, bearing: 90)
    }

    func code(_ number: Int) throws -> CameraCode { try CameraCode("3302050000132\(1_000_000 + number)") }

    private func registerCameras(_ random: inout SeededGenerator) async throws {
        var cameras: [(Camera, FeedCredentials?)] = []
        for (number, position) in positions.enumerated() {
            var camera = Camera(code: try code(number), name: "junction \(number)", createdAt: at(-3600))
            camera.position = position
            camera.address = "\(number) Qianjin Road"
            if number % 3 != 0 { camera.bearingDegrees = .random(in: 0..<360, using: &random) }
            camera.rangeMeters = .random(in: 40...150, using: &random)
            cameras.append((camera, nil))
        }
        _ = try await place.records.importCameras(cameras, replacing: false)
    }

    private func record(_ random: inout SeededGenerator) async throws {
        for number in positions.indices {
            let camera = try code(number)
            var changes: [IndexChange] = []
            var start = span.start
            while start < span.end {
                let length = Double.random(in: 0.1...1.9, using: &random) * 86_400_000_000 / size.outagesPerDay
                let end = min(span.end, start + Microseconds(Int64(length)))
                changes += run(of: camera, TimeSpan(start: start, end: end))
                guard end < span.end else { break }
                start = end + .milliseconds(.random(in: 2000...120_000, using: &random))
                try await place.records.addOutage(
                    Outage(camera: camera, startedAt: end, endedAt: start, cause: .feedLost, detail: "connection reset"))
            }
            try await place.index.apply(changes)
        }
    }

    /// One segment for all of a run: coverage is what is measured, and it knows no segments.
    private func run(of camera: CameraCode, _ span: TimeSpan) -> [IndexChange] {
        let run = Run(
            id: .random(), camera: camera, origin: .feed, startedAt: span.start, endedAt: span.end,
            stream: StreamMetadata(container: "rtsp"))
        let segment = Segment(
            id: SegmentID(run: run.id, sequence: 0), camera: camera, span: span, policy: .full, byteCount: 1, initializationByteCount: 1,
            sha256: nil, endReason: .feedLost, audio: nil, keyframes: .empty, activity: .empty)
        let sample = ClockSample(at: span.start, offsetUs: .milliseconds(300), uncertaintyUs: .milliseconds(40))
        return [.run(run), .segment(segment), .clockSample(run.id, sample)]
    }

    private func postIncidents(_ random: inout SeededGenerator) async throws {
        let incidents = try (0..<size.incidentCount).map { number in
            let start = randomTime(&random)
            var incident = Incident(
                number: try IncidentNumber("A\(number)"), category: "theft", span: TimeSpan(start: start, end: start + .seconds(300)),
                postedAt: start + .seconds(900))
            incident.position = randomPlace(&random)
            return incident
        }
        _ = try await place.records.importIncidents(incidents, replacing: false)
    }

    func randomTime(_ random: inout SeededGenerator) -> WallTime {
        at(.random(in: 3600...(size.dayCount * 86_400 - 7200), using: &random))
    }

    /// Where cameras are, incidents are.
    func randomPlace(_ random: inout SeededGenerator) -> GeoPoint {
        Self.somewhere(400, &random, around: positions.randomElement(using: &random) ?? corner)
    }
}
