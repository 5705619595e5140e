import CaselightArchive
import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Testing

@testable import CaselightServer

@Suite struct IncidentRouteTests {
    private static let fridge = """
        {"number":"A1","category":"theft","startedAt":"2026-03-02T14:58:00+08:00","endedAt":"2026-03-02T15:03:00+08:00",
         "lat":29.8683,"lon":121.544,"address":"269 Qianjin Road","text":"A fridge was stolen off a tricycle."}
        """

    @Test func postsShowsAndChangesAnIncident() async throws {
        try await Installation.run { installation, client in
            let posted = try await client.post("/api/v1/incidents", Self.fridge)
            #expect(posted.status == 201)
            #expect(try posted.json["span"]["startedAt"].text == "2026-03-02T06:58:00Z")
            #expect(try posted.json["state"].text == "posted")
            #expect(try await client.post("/api/v1/incidents", Self.fridge).refusal == "409 duplicate")
            installation.clock.step(.seconds(60))
            let changed = try await client.send(.patch, "/api/v1/incidents/A1", #"{"unit":"Daotou","address":null,"endedAt":"2026-03-02T07:10:00Z"}"#)
            #expect(changed.status == 200)
            let json = try await client.get("/api/v1/incidents/A1").json
            #expect(json["unit"].text == "Daotou" && json["address"].text == "" && json["category"].text == "theft")
            #expect(json["span"]["endedAt"].text == "2026-03-02T07:10:00Z" && json["span"]["startedAt"].text == "2026-03-02T06:58:00Z")
            #expect(json["updatedAt"].text == installation.clock.now().rfc3339())
        }
    }

    @Test(arguments: [
        (#"{"category":"theft"}"#, "400 invalidValue"), (#"{"number":"A1"}"#, "400 invalidValue"),
        (#"{"number":"A1","startedAt":"2026-13-02T00:00:00Z"}"#, "400 invalidTime"),
        (#"{"number":"A1","startedAt":"2026-03-02 07:00:00"}"#, "400 invalidTime"),
        (#"{"number":"A1","startedAt":"2026-03-02T07:00:00Z","endedAt":"2026-03-02T06:00:00Z"}"#, "400 reversedTimes"),
        (#"{"number":"../x","startedAt":"2026-03-02T07:00:00Z"}"#, "400 invalidCode"),
        (#"{"number":"A1","startedAt":"2026-03-02T07:00:00Z","lat":121.5,"lon":29.8}"#, "400 invalidCoordinates"),
        (#"{"number":"A1","startedAt":"2026-03-02T07:00:00Z","state":"closed"}"#, "400 invalidValue"),
        (#"{"number":"A1","startedAt":1772434800}"#, "400 invalidValue"),
        (#"{"number":"A1","startedAt":"2026-03-02T07:00:00Z","suspect":"x"}"#, "400 invalidValue"),
    ])
    func refusesWhatCannotBeUsed(body: String, expected: String) async throws {
        try await Installation.run { installation, client in
            let refusal = try await client.post("/api/v1/incidents", body).refusal
            #expect(refusal == expected)
            let count = try await installation.records.incidentCount()
            #expect(count == 0)
        }
    }

    @Test func listsTheNewestFirstAndFilters() async throws {
        try await Installation.run { installation, client in
            for number in 1...3 {
                installation.clock.step(.seconds(1))
                let category = number == 2 ? "fraud" : "theft"
                _ = try await client.post(
                    "/api/v1/incidents", #"{"number":"A\#(number)","category":"\#(category)","startedAt":"2026-03-0\#(number)T07:00:00Z"}"#)
            }
            let first = try await client.get("/api/v1/incidents?limit=2").json
            #expect(first["incidents"][0]["number"].text == "A3" && first["nextCursor"].text == "A2")
            #expect(try await client.get("/api/v1/incidents?limit=2&cursor=A2").json["incidents"][0]["number"].text == "A1")
            #expect(try await client.get("/api/v1/incidents?category=fraud").json["incidents"].count == 1)
            // An unescaped plus is the offset's sign.
            let day = try await client.get("/api/v1/incidents?from=2026-03-03T00:00:00+08:00&to=2026-03-04T00:00:00+08:00").json
            #expect(day["incidents"].count == 1 && day["incidents"][0]["number"].text == "A3")
        }
    }

    @Test func tiesAndUntiesClips() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            try await installation.addIncident("A1")
            try await installation.addIncident("A2")
            let link = #"{"camera":"gate-3","startedAt":"2026-03-02T07:00:00Z","endedAt":"2026-03-02T07:01:00Z","role":"nothingSeen"}"#
            let added = try await client.post("/api/v1/incidents/A1/links", link)
            let id = try #require(try added.json["id"].int)
            #expect(added.status == 201 && added.headers[.location] == "/api/v1/incidents/A1/links/\(id)")
            #expect(try await client.get("/api/v1/incidents/A1/links").json["links"][0]["role"].text == "nothingSeen")
            #expect(try await client.send(.delete, "/api/v1/incidents/A2/links/\(id)").refusal == "404 notFound")
            #expect(try await client.send(.delete, "/api/v1/incidents/A1/links/x").refusal == "400 invalidCode")
            #expect(try await client.send(.delete, "/api/v1/incidents/A1/links/\(id)").status == 204)
            #expect(try await client.get("/api/v1/incidents/A1/links").json["links"].count == 0)
            #expect(try await client.post("/api/v1/incidents/B9/links", link).refusal == "404 notFound")
            #expect(try await client.post("/api/v1/incidents/A1/links", link.replacing("gate-3", with: "gate-9")).refusal == "404 notFound")
            #expect(try await client.post("/api/v1/incidents/A1/links", link.replacing("nothingSeen", with: "seen")).refusal == "400 invalidValue")
            #expect(try await client.post("/api/v1/incidents/A1/links", link.replacing("07:01", with: "06:01")).refusal == "400 reversedTimes")
        }
    }

    @Test(arguments: [
        ("radius=100", "400 invalidShape"), ("near=29.8,121.5&grid=x", "400 invalidShape"), ("near=91,0", "400 invalidCoordinates"),
        ("near=x", "400 invalidCoordinates"), ("near=29.8,121.5&radius=-1", "400 invalidShape"), ("near=29.8,121.5&radius=60000", "400 invalidShape"),
        ("polygon=29.8,121.5;29.9,121.5", "400 invalidShape"), ("corridor=29.8,121.5", "400 invalidShape"), ("", "400 invalidShape"),
        ("near=29.8,121.5&halfWidth=3", "400 invalidValue"), ("grid=nowhere", "404 notFound"),
    ])
    func refusesAPlaceThatIsNone(place: String, expected: String) async throws {
        try await Installation.run { _, client in
            let path = "/api/v1/clips?purpose=test&from=2026-03-02T07:00:00Z&to=2026-03-02T08:00:00Z&" + place
            let refusal = try await client.get(path).refusal
            #expect(refusal == expected)
        }
    }

    @Test(arguments: [
        "near=29.8683,121.5440&radius=200", "polygon=29.86,121.54;29.86,121.55;29.87,121.55;29.87,121.54",
        "corridor=29.86,121.544;29.87,121.544&halfWidth=50", "address=gate", "grid=330206", "near=29.8683,121.5440&radius=200&activity=true&class=9",
    ])
    func findsTheClipsOfAPlace(place: String) async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3", at: DisclosureTests.place)
            try await installation.addSegment("gate-3")
            let corners = [(29.86, 121.54), (29.86, 121.55), (29.87, 121.55), (29.87, 121.54)].map { GeoPoint(unchecked: $0.0, $0.1) }
            _ = try await installation.records.importAreas([Area(code: "330206", name: "Beilun", rings: [corners])])
            let json = try await client.get("/api/v1/clips?purpose=test&from=2026-03-02T07:00:00Z&to=2026-03-02T07:01:00Z&" + place).json
            #expect(json["clips"][0]["camera"].text == "gate-3")
            #expect(json["clips"][0]["spans"][0]["span"]["startedAt"].text == "2026-03-02T07:00:00Z")
            #expect(json["statement"]["camerasInRange"].int == 1)
        }
    }

    @Test func tellsWhatWasRecordedAndWhatNot() async throws {
        try await Installation.run { installation, client in
            let camera = try await installation.addCamera("gate-3")
            try await installation.addSegment("gate-3")
            let lost = Installation.start + .seconds(60)
            try await installation.records.addOutage(
                Outage(camera: camera.code, startedAt: lost, endedAt: lost + .seconds(60), cause: .feedLost, detail: "connection refused"))
            let json = try await client.get("/api/v1/cameras/gate-3/coverage?from=2026-03-02T07:00:00Z&to=2026-03-02T07:02:00Z").json
            #expect(json["coverage"][0]["endedAt"].text == "2026-03-02T07:01:00Z")
            #expect(json["gaps"][0]["cause"].text == "feedLost" && json["gaps"][0]["startedAt"].text == "2026-03-02T07:01:00Z")
            let keyframes = try await client.get("/api/v1/cameras/gate-3/keyframes?from=2026-03-02T07:00:20Z&to=2026-03-02T07:00:40Z").json
            #expect((0..<keyframes["keyframes"].count).map { keyframes["keyframes"][$0]["offset"].int } == [3000, 4000])
            let activity = try await client.get("/api/v1/cameras/gate-3/activity?from=2026-03-02T07:00:20Z&to=2026-03-02T07:00:40Z").json
            #expect(activity["activity"][0]["perSecond"].count == 3)
            #expect(activity["activity"][0]["measure"].text == "bytes")
            // The segment's table ends before what is asked about.
            #expect(activity["stretches"].count == 0 && activity["untold"][0]["startedAt"].text == "2026-03-02T07:00:20Z")
            let told = try await client.get("/api/v1/cameras/gate-3/activity?from=2026-03-02T07:00:00Z&to=2026-03-02T07:00:03Z").json
            #expect(told["stretches"][0]["startedAt"].text == "2026-03-02T07:00:00Z" && told["stretches"][0]["endedAt"].text == "2026-03-02T07:00:03Z")
        }
    }

    @Test func countsWhatThereIs() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            try await installation.addSegment("gate-3")
            installation.feeds.script.withLock { $0.statuses = [FeedStatus(camera: (try? CameraCode("gate-3"))!, state: .waiting, since: Installation.start)] }
            let json = try await client.get("/api/v1/status").json
            #expect(json["cameraCount"].int == 1 && json["feedCounts"]["waiting"].int == 1 && json["feedCounts"]["recording"].int == 0)
            #expect(json["version"].text == "1.2.3" && json["footage"]["segmentCount"].int == 1)
            #expect(json["archive"]["volume"].text == installation.archive.volumeID && (json["archive"]["freeBytes"].int ?? 0) > 0)
        }
    }
}
