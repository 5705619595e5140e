import CaselightModel
import CaselightQuery
import CaselightStore
import Foundation
import SwiftCSV
import Testing

/// Two cities' published cameras and incidents: who stands within 150 m of an incident, asked of the library and counted by brute force.
@Suite struct RealPlacesTests {
    /// Beside the package, where it is kept; not part of it.
    static let data = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/data")
    static var isThere: Bool { FileManager.default.fileExists(atPath: data.appending(path: "incidents").path) }
    static let absence: Comment = "the cities' published data is not kept beside this package"

    private struct Row {
        let text: String
        let position: GeoPoint?
    }

    private func rows(_ path: String, latitude: String, longitude: String, text: String) throws -> [Row] {
        let file = try String(contentsOf: Self.data.appending(path: path), encoding: .utf8)
        let table = try CSV<Named>(string: file.replacing("\u{FEFF}", with: ""))
        return table.rows.map { row in
            let numbers = [latitude, longitude].compactMap { Double(row[$0] ?? "") }
            let position = numbers.count == 2 ? try? GeoPoint(latitude: numbers[0], longitude: numbers[1]) : nil
            return Row(text: row[text] ?? "", position: position)
        }
    }

    private func londonCameras() throws -> [Row] {
        struct Collection: Decodable {
            struct Feature: Decodable {
                struct Geometry: Decodable { let coordinates: [Double] }
                struct Properties: Decodable { let view: String? }
                let geometry: Geometry
                let properties: Properties
            }
            let features: [Feature]
        }
        let file = try Data(contentsOf: Self.data.appending(path: "camera-locations/london_tfl_jamcams.geojson"))
        return try JSONDecoder().decode(Collection.self, from: file).features.map { feature in
            Row(
                text: feature.properties.view ?? "",
                position: try GeoPoint(latitude: feature.geometry.coordinates[1], longitude: feature.geometry.coordinates[0]))
        }
    }

    @Test(.enabled(if: RealPlacesTests.isThere, RealPlacesTests.absence)) func chicago() async throws {
        let cameras = try ["chicago_red_light_cameras.csv", "chicago_speed_cameras_2022.csv"].flatMap { file in
            try rows(
                "camera-locations/\(file)", latitude: "LATITUDE", longitude: "LONGITUDE",
                text: file.contains("red") ? "INTERSECTION" : "ADDRESS")
        }
        let incidents = try rows("incidents/chicago_crimes_2012_10k.csv", latitude: "latitude", longitude: "longitude", text: "block")
        #expect(cameras.count == 306 && incidents.count == 10_000)
        #expect(incidents.count { $0.position != nil } == 9913)
        try await compare(cameras, incidents)
    }

    @Test(.enabled(if: RealPlacesTests.isThere, RealPlacesTests.absence)) func london() async throws {
        let incidents = try (1...6).flatMap { month in
            try rows(
                "incidents/2021-0\(month)-city-of-london-street.csv", latitude: "Latitude", longitude: "Longitude", text: "Location")
        }
        let cameras = try londonCameras()
        #expect(cameras.count > 800 && incidents.count > 2000)
        try await compare(cameras, incidents)
    }

    private func compare(_ cameras: [Row], _ incidents: [Row]) async throws {
        let place = try Installation(now: at(1_000_000))
        let registered = try cameras.enumerated().map { number, row -> (Camera, FeedCredentials?) in
            var camera = Camera(code: try CameraCode("c\(number)"), name: row.text, createdAt: at(-3600))
            camera.position = row.position
            return (camera, nil)
        }
        #expect(try await place.records.importCameras(registered, replacing: false).added == cameras.count)
        let posted = try incidents.enumerated().map { number, row in
            var incident = Incident(number: try IncidentNumber("i\(number)"), category: "", span: span(0, 60), postedAt: at(100))
            (incident.position, incident.address) = (row.position, row.text)
            return incident
        }
        #expect(try await place.records.importIncidents(posted, replacing: false).added == incidents.count)

        var (watched, total) = (0, 0)
        for incident in posted where incident.position != nil {
            let answer = try await place.search.candidates(of: incident.number).answer
            let within = answer.clips.count { ($0.distanceMeters ?? .infinity) <= 150 }
            #expect(within == answer.statement.camerasInRange, "an unmeasured camera sees 60 m and so no farther than the circle")
            total += within
            if within > 0 { watched += 1 }
        }
        let expected = bruteForce(cameras.compactMap(\.position), incidents.compactMap(\.position))
        #expect(watched == expected.watched && total == expected.total && watched > 0)
        print("incidents with a camera within 150 m: \(watched) of \(incidents.count) (\(total) pairs); by brute force \(expected.watched)")
    }

    /// By the angle between directions from the Earth's centre, not by the product's formula.
    private func bruteForce(_ cameras: [GeoPoint], _ incidents: [GeoPoint]) -> (watched: Int, total: Int) {
        func direction(_ point: GeoPoint) -> SIMD3<Double> {
            let (latitude, longitude) = (point.latitude * .pi / 180, point.longitude * .pi / 180)
            return SIMD3(cos(latitude) * cos(longitude), cos(latitude) * sin(longitude), sin(latitude))
        }
        let directions = cameras.map(direction)
        let counts = incidents.map { incident in
            let here = direction(incident)
            return directions.count { there in
                let chord = ((here - there) * (here - there)).sum().squareRoot()
                return 2 * asin(chord / 2) * 6_371_008.8 <= 150
            }
        }
        return (counts.count { $0 > 0 }, counts.reduce(0, +))
    }
}
