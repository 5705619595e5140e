import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import CaselightServer

@Suite struct ImportRouteTests {
    private func cameras(_ text: String, _ query: String = "", type: String = "text/csv") async throws -> (Answer, [Camera]) {
        try await Installation.run { installation, client in
            let answer = try await client.send(.post, "/api/v1/cameras/import?" + query, text, type: type)
            return (answer, try await installation.records.cameras(CameraFilter(), after: nil, limit: 1000))
        }
    }

    /// Rows slip, and then a password stands where a code should.
    @Test func repeatsNoLoginOfARowThatCannotBeUsed() async throws {
        try await Installation.run { _, client in
            for (row, code) in [("p@ss word,viewer,rtsp://a/x,30,120", "invalidCode"), ("a,viewer,p@ss word,p@ss-word-that-is-long-enough-to-be-cut,1", "invalidCoordinates")] {
                let list = "code,user,url,lat,lon\n\(row)\n"
                let answer = try await client.send(.post, "/api/v1/cameras/import?strict=false", list, type: "text/csv")
                #expect(answer.status == 200 && answer.text.contains(code) && !answer.text.contains("p@ss") && answer.text.contains("'***'"), "\(answer.text)")
            }
            // A list without logins is told what is wrong with it.
            let plain = try await client.send(.post, "/api/v1/cameras/import?strict=false", "code,lat,lon\na b,30,120\n", type: "text/csv")
            #expect(plain.text.contains("'a b'"), "\(plain.text)")
        }
    }

    @Test func readsCommaSemicolonAndTab() async throws {
        for delimiter in [",", ";", "\t"] {
            let text = "code,name,lat,lon,bearing\r\ng1,\"North, \"\"old\"\" gate\r\nsecond line\",29.8683,121.544,NE\r\n".replacing(",", with: delimiter)
            let (answer, cameras) = try await cameras(text)
            #expect(try answer.json["added"].int == 1, "\(answer.text)")
            #expect(cameras.first?.name == "North\(delimiter) \"old\" gate\r\nsecond line")
            #expect(cameras.first?.position == GeoPoint(unchecked: 29.8683, 121.544) && cameras.first?.bearingDegrees == 45)
        }
    }

    @Test func readsArraysLinesFeaturesAndItsOwnLists() async throws {
        let texts = [
            #"[{"code":"g1","position":{"latitude":29.8683,"longitude":121.544}}]"#,
            "{\"code\":\"g1\",\"lat\":29.8683,\"lon\":\"121.544\"}\n\n{\"code\":\"g2\"}\n",
            #"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"g1"},"geometry":{"type":"Point","coordinates":[121.544,29.8683]}}]}"#,
            #"{"cameras":[{"code":"g1","lat":29.8683,"lon":121.544,"tags":["a"]}],"nextCursor":null}"#,
        ]
        for text in texts {
            let (answer, cameras) = try await cameras(text, type: "application/json")
            #expect(answer.status == 200, "\(answer.text)")
            #expect(cameras.first?.position == GeoPoint(unchecked: 29.8683, 121.544), "\(text)")
        }
    }

    @Test func itsOwnListComesBackAsItWas() async throws {
        try await Installation.run { installation, client in
            _ = try await client.post("/api/v1/cameras", #"{"code":"g1","name":"北门","lat":29.8683,"lon":121.544,"datum":"gcj02","bearingDegrees":45,"class":1,"kind":"dome","tags":["a","b"],"retentionDays":30,"isEnabled":false}"#)
            let before = try await installation.records.cameras(CameraFilter(), after: nil, limit: 10)
            let list = try await client.get("/api/v1/cameras").text
            let answer = try await client.send(.post, "/api/v1/cameras/import?replace=true", list)
            #expect(try answer.json["updated"].int == 1, "\(answer.text)")
            #expect(try await installation.records.cameras(CameraFilter(), after: nil, limit: 10) == before)
        }
    }

    @Test func mapsColumnsAndDerivesCodes() async throws {
        let text = "CAM,PLACE,Y,X\na,Gate,29.8683,121.544\n"
        let (_, mapped) = try await cameras(text, "map=code:CAM,name:PLACE,lat:Y,lon:X&datum=gcj02")
        #expect(mapped.first?.name == "Gate" && mapped.first?.givenPosition?.datum == .gcj02)
        let twins = "name,lat,lon\nGate,29.8683,121.544\nGate,29.8683,121.544\n"
        let (first, one) = try await cameras(twins, "codePrefix=shop")
        let (_, two) = try await cameras(twins, "codePrefix=shop")
        #expect(try first.json["added"].int == 2)
        #expect(one.map(\.code) == two.map(\.code) && one.allSatisfy { $0.code.text.hasPrefix("shop-") })
        let (refused, none) = try await cameras(twins)
        #expect(refused.refusal == "422 importRefused" && none.isEmpty)
        #expect(try refused.json["errors"][0]["row"].int == 2 && refused.json["errorCount"].int == 2)
    }

    @Test func writesNothingWhereARowIsWrongUnlessToldTo() async throws {
        let text = "code,lat,lon,bearing,class\na,29.8,121.5,,\nb,129.8,121.5,,\nc,x,121.5,,\nd,29.8,,,\ne,,,sideways,\nf,,,,7\na,,,,\n..,,,,\n"
        let (refused, none) = try await cameras(text)
        #expect(refused.status == 422 && none.isEmpty)
        let errors = try refused.json["errors"]
        let found = (0..<errors.count).map { "\(errors[$0]["row"].int ?? 0) \(errors[$0]["code"].text ?? "")" }
        #expect(found == [
            "3 invalidCoordinates", "4 invalidCoordinates", "5 invalidCoordinates", "6 invalidValue", "7 invalidValue", "8 duplicate", "9 invalidCode",
        ])
        let (taken, cameras) = try await cameras(text, "strict=false")
        #expect(try taken.json["added"].int == 1 && taken.json["errorCount"].int == 7 && cameras.map(\.code.text) == ["a"])
    }

    @Test func leavesOrChangesWhatExists() async throws {
        try await Installation.run { installation, client in
            _ = try await client.send(.post, "/api/v1/cameras/import", "code,name\na,one\n", type: "text/csv")
            let left = try await client.send(.post, "/api/v1/cameras/import", "code,name\na,two\nb,three\n", type: "text/csv").json
            #expect(left["added"].int == 1 && left["skipped"].int == 1)
            let changed = try await client.send(.post, "/api/v1/cameras/import?replace=true", "code,name\na,two\n", type: "text/csv").json
            #expect(changed["updated"].int == 1)
            #expect(try await installation.records.camera(try CameraCode("a"))?.name == "two")
        }
    }

    @Test func splitsCredentialsOffImportedAddresses() async throws {
        try await Installation.run { installation, client in
            let text = "code,url\na,rtsp://viewer:secret@10.0.4.14/1\n"
            _ = try await client.send(.post, "/api/v1/cameras/import", text, type: "text/csv")
            let code = try CameraCode("a")
            #expect(try await installation.records.credentials(of: code) == FeedCredentials(user: "viewer", password: "secret"))
            #expect(try await installation.records.camera(code)?.feed?.url.text == "rtsp://10.0.4.14/1")
            #expect(installation.feeds.script.withLock { $0.changed } == [code])
        }
    }

    @Test func boundsTheErrorsItReports() async throws {
        let text = "code\n" + String(repeating: "a b\n", count: 500)
        let (answer, _) = try await cameras(text)
        #expect(try answer.json["errorCount"].int == 500 && answer.json["errors"].count == 100)
    }

    @Test(arguments: [
        ("map=colour:X", "400 invalidValue"), ("map=code", "400 invalidValue"), ("datum=nad27", "400 unknownDatum"),
        ("codePrefix=a/b", "400 invalidCode"), ("strict=maybe", "400 invalidValue"), ("format=xml", "400 invalidValue"),
        ("encoding=latin1", "400 invalidValue"), ("zone=UTC", "400 invalidValue"),
    ])
    func refusesOptionsItDoesNotKnow(query: String, expected: String) async throws {
        #expect(try await cameras("code\na\n", query).0.refusal == expected)
    }

    @Test func placesWhatStandsInAnImportedArea() async throws {
        try await Installation.run { installation, client in
            let square = #"[[121.54,29.86],[121.55,29.86],[121.55,29.87],[121.54,29.87],[121.54,29.86]]"#
            let area = #"{"type":"Feature","properties":{"adcode":330206,"name":"北仑区"},"geometry":{"type":"Polygon","coordinates":[\#(square)]}}"#
            let added = try await client.post("/api/v1/areas/import", "[\(area)]").json["added"].int
            #expect(added == 1)
            let cameraGrid = try await client.post("/api/v1/cameras", #"{"code":"a","lat":29.865,"lon":121.545}"#).json["grid"].text
            #expect(cameraGrid == "330206")
            let incident = #"{"number":"A1","startedAt":"2026-03-02T07:00:00Z","lat":29.865,"lon":121.545}"#
            let incidentGrid = try await client.post("/api/v1/incidents", incident).json["grid"].text
            #expect(incidentGrid == "330206")
            for broken in [#"[{"type":"Feature","properties":{"code":"x"},"geometry":null}]"#, "[1]", #"[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"code":"x"}}]"#] {
                let refusal = try await client.post("/api/v1/areas/import", broken).refusal
                #expect(refusal == "422 importRefused", "\(broken)")
            }
            let empty = try await client.post("/api/v1/areas/import", "[]").refusal
            #expect(empty == "400 invalidValue")
        }
    }

    @Test func takesIncidentsWithLocalTimes() async throws {
        try await Installation.run { installation, client in
            let text = "number,date,lat,lon\nA1,03/02/2026 03:00:00 PM,29.8,121.5\nA2,2026-03,,\nA3,2026-03-02T07:00:00Z,,\n"
            let path = "/api/v1/incidents/import"
            let refused = try await client.send(.post, path, text, type: "text/csv")
            #expect(try refused.status == 422 && refused.json["errorCount"].int == 2)
            #expect(try await client.send(.post, path + "?zone=%2B08:00", text, type: "text/csv").json["added"].int == 3)
            let moment = try #require(try await installation.records.incident(try IncidentNumber("A1")))
            #expect(moment.span == TimeSpan(start: Installation.start, end: Installation.start + .seconds(60)))
            let month = try #require(try await installation.records.incident(try IncidentNumber("A2")))
            #expect(month.span.description == "2026-02-28T16:00:00Z/2026-03-31T16:00:00Z")
        }
    }
}
