import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import SwiftCSV
import Synchronization
import Testing

@testable import CaselightServer

/// Lists as cities publish them.
@Suite(.enabled(if: SharedData.isThere, "\(SharedData.absence)")) struct RealListTests {
    private func imported(_ file: String, _ path: String) async throws -> (Answer, Installation) {
        try await Installation.run { installation, client in
            (try await client.send(.post, path, bytes: try SharedData.bytes(file)), installation)
        }
    }

    /// Rows, those with a position, those with a bearing and those refused, as counted by another program.
    @Test(arguments: [
        ("chicago_speed_cameras_2022.csv", "codePrefix=chi-speed&map=name:ADDRESS", [157, 157, 90, 0]),
        ("chicago_red_light_cameras.csv", "codePrefix=chi-red", [149, 149, 2, 0]),
        ("london_tfl_jamcams.geojson", "codePrefix=tfl", [900, 900, 0, 0]), ("taiwan_speed_cameras.geojson", "", [2512, 2512, 1624, 0]),
        ("nl_camera_spotting.geojson", "codePrefix=rtm", [187, 187, 0, 0]),
        // Nine directions are negative, or a range.
        ("osm_switzerland_surveillance.csv", "codePrefix=osm&strict=false", [2134, 2134, 517, 9]),
    ])
    func camerasOf(file: String, query: String, expected: [Int]) async throws {
        let (answer, installation) = try await imported("camera-locations/\(file)", "/api/v1/cameras/import?" + query)
        let errorCount = try #require(try answer.json["errorCount"].int, "\(answer.text.prefix(500))")
        let cameras = try await installation.records.cameras(CameraFilter(), after: nil, limit: 100_000)
        let found = [cameras.count, cameras.count { $0.position != nil }, cameras.count { $0.bearingDegrees != nil }, errorCount]
        #expect(found == expected, "\(answer.text.prefix(500))")
    }

    /// Rows, those with a position, and those refused since their number stands in the list already.
    @Test(arguments: [
        ("chicago_crimes_2012_10k.csv", "zone=America/Chicago", [9999, 9912, 1]),
        ("2021-01-city-of-london-street.csv", "zone=Europe/London&codePrefix=city", [245, 212, 2]),
        ("2021-06-city-of-london-street.csv", "zone=Europe/London&codePrefix=city", [567, 517, 3]),
    ])
    func incidentsOf(file: String, query: String, expected: [Int]) async throws {
        let (answer, installation) = try await imported("incidents/\(file)", "/api/v1/incidents/import?strict=false&" + query)
        let errorCount = try #require(try answer.json["errorCount"].int, "\(answer.text.prefix(500))")
        let incidents = try await installation.records.incidents(IncidentFilter(), after: nil, limit: 100_000)
        #expect([incidents.count, incidents.count { $0.position != nil }, errorCount] == expected, "\(answer.text.prefix(500))")
    }

    @Test(arguments: [
        ("ningbo_330200_2015.json", "datum=gcj02", 11), ("jinhua_330700_2015.json", "datum=gcj02", 9), ("jiangbei_330205.json", "datum=gcj02", 1),
        ("beilun_330206.json", "datum=gcj02", 1), ("yinzhou_330212.json", "datum=gcj02", 1), ("chicago-community-areas.geojson", "", 77),
    ])
    func areasOf(file: String, query: String, count: Int) async throws {
        let (answer, _) = try await imported("boundaries/\(file)", "/api/v1/areas/import?" + query)
        #expect(try answer.json["added"].int == count, "\(answer.text.prefix(500))")
    }

    /// Another reader's opinion of the same files.
    @Test(arguments: ["camera-locations/chicago_speed_cameras_2022.csv", "incidents/2021-01-city-of-london-street.csv", "camera-locations/osm_switzerland_surveillance.csv"])
    func readsColumnsAsAnotherReaderDoes(file: String) throws {
        let text = try TextEncoding.decode(Data(try SharedData.bytes(file)), as: nil)
        let other = try CSV<Enumerated>(string: text, loadColumns: false)
        var reader = DelimitedText(text)
        var rows: [[String]] = []
        while let row = try reader.next() { rows.append(row.fields) }
        #expect(rows.first == other.header)
        #expect(Array(rows.dropFirst()) == other.rows)
    }

    @Test func everyMalformedListIsTakenRightOrRefusedInWords() async throws {
        let files = SharedData.files(in: "malformed")
        try #require(files.count > 150)
        try await Installation.run { _, client in
            for file in files {
                let bytes = try SharedData.bytes(file)
                for path in ["/api/v1/cameras/import?codePrefix=x&strict=false", "/api/v1/incidents/import?zone=UTC&codePrefix=x", "/api/v1/areas/import"] {
                    let answer = try await client.send(.post, path, bytes: bytes)
                    #expect([200, 400, 413, 422].contains(answer.status), "\(file): \(answer.status) \(answer.text.prefix(200))")
                    if answer.status != 200 { #expect(try !answer.problem.detail.isEmpty) }
                }
                // As a body where one object is asked for.
                let answer = try await client.send(.post, "/api/v1/cameras", bytes: bytes)
                #expect(answer.status == 400 || answer.status == 413, "\(file): \(answer.status) \(answer.text.prefix(200))")
            }
        }
    }

    @Test func naughtyNamesAreKeptAsTheyAreOrRefused() async throws {
        let names = try JSONValue.parse(Data(try SharedData.bytes("malformed/blns.json")), what: "names")
        try #require(names.count > 400)
        try await Installation.run { installation, client in
            for index in 0..<names.count {
                guard let name = names[index].text else { continue }
                let body = try #require(String(bytes: try JSONEncoder().encode(["code": "n\(index)", "name": name]), encoding: .utf8))
                let answer = try await client.post("/api/v1/cameras", body)
                if answer.status == 201 {
                    #expect(try await installation.records.camera(try CameraCode("n\(index)"))?.name == name)
                } else {
                    #expect(answer.refusal == "400 invalidValue", "\(name): \(answer.text)")
                }
                let query = "/api/v1/cameras?text=" + QueryText.encode(name)
                #expect([200, 400].contains(try await client.get(query).status))
                #expect([400, 404].contains(try await client.get("/api/v1/cameras/" + QueryText.encode(name.isEmpty ? " " : name)).status), "\(name)")
            }
        }
    }

    @Test func chineseListsMayBeGB18030() async throws {
        let bytes = try SharedData.bytes("malformed/csv/gb2260_civil_codes.gbk.csv")
        try await Installation.run { installation, client in
            let answer = try await client.send(.post, "/api/v1/cameras/import?map=code:" + QueryText.encode("编号") + "&strict=false", bytes: bytes)
            #expect(answer.status == 200, "\(answer.text.prefix(300))")
            #expect(try await installation.records.camera(try CameraCode("110101"))?.name == "东城区")
        }
    }
}
