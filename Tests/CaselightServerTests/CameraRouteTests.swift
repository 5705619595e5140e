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

@Suite struct CameraRouteTests {
    private static let gate = """
        {"code":"gate-3","name":"North gate","url":"rtsp://viewer:s%3Acret@10.0.4.14:554/stream1","lat":29.8683,"lon":121.544,
         "bearingDegrees":45,"class":1,"tags":["gate","road"]}
        """

    @Test func registersACameraAndSplitsItsCredentialsOff() async throws {
        try await Installation.run { installation, client in
            let answer = try await client.post("/api/v1/cameras", Self.gate)
            #expect(answer.status == 201)
            #expect(answer.headers[.location] == "/api/v1/cameras/gate-3")
            let json = try answer.json
            #expect(json["feed"]["url"].text == "rtsp://10.0.4.14:554/stream1")
            #expect(json["feed"]["hasCredentials"] == .bool(true))
            #expect(!answer.text.contains("cret") && !installation.log.text.contains("cret"))
            let code = try CameraCode("gate-3")
            #expect(try await installation.records.credentials(of: code) == FeedCredentials(user: "viewer", password: "s:cret"))
            #expect(installation.feeds.script.withLock { $0.changed } == [code])
            #expect(try await client.post("/api/v1/cameras", Self.gate).refusal == "409 duplicate")
        }
    }

    @Test func showsAFeedsStateStreamAndClocks() async throws {
        try await Installation.run { installation, client in
            let camera = try await installation.addCamera("gate-3")
            try await installation.addSegment("gate-3")
            var status = FeedStatus(camera: camera.code, state: .recording, since: Installation.start)
            status.run = RunID(1)
            status.stream = Installation.stream
            status.lastClock = ClockSample(at: Installation.start, offsetUs: .milliseconds(320), uncertaintyUs: .milliseconds(8))
            installation.feeds.script.withLock { $0.statuses = [status] }
            let statement = #"{"offsetSeconds":452.5,"uncertaintySeconds":2,"note":"checked by phone"}"#
            #expect(try await client.post("/api/v1/cameras/gate-3/clock", statement).status == 201)
            let json = try await client.get("/api/v1/cameras/gate-3").json
            #expect(json["status"]["state"].text == "recording")
            #expect(json["stream"]["video"]["codec"].text == "h264")
            #expect(json["run"]["id"].text == "0000000000000001")
            #expect(json["lastClockSample"]["offsetUs"].int == 320_000)
            #expect(json["clockCorrections"][0]["offsetUs"].int == 452_500_000)
            #expect(json["clockCorrections"][0]["statedAt"].text == installation.clock.now().rfc3339())
        }
    }

    @Test func changesWhatIsGivenAndNullClears() async throws {
        try await Installation.run { installation, client in
            _ = try await client.post("/api/v1/cameras", Self.gate)
            let path = "/api/v1/cameras/gate-3"
            let renamed = try await client.send(.patch, path, #"{"name":"South gate","bearingDegrees":null,"lat":null,"lon":null}"#)
            #expect(renamed.status == 200)
            let camera = try #require(try await installation.records.camera(try CameraCode("gate-3")))
            #expect(camera.name == "South gate" && camera.bearingDegrees == nil && camera.position == nil && camera.givenPosition == nil)
            #expect(camera.cameraClass == .first && camera.tags == ["gate", "road"] && camera.feed != nil)
            #expect(try await installation.records.credentials(of: camera.code) != nil)

            _ = try await client.send(.patch, path, #"{"url":null,"tags":null,"class":null}"#)
            let bare = try #require(try await installation.records.camera(camera.code))
            #expect(bare.feed == nil && bare.tags.isEmpty && bare.cameraClass == .other)
            #expect(try await installation.records.credentials(of: camera.code) == nil)
        }
    }

    @Test func forgetsAPasswordWhenTheHostChanges() async throws {
        try await Installation.run { installation, client in
            _ = try await client.post("/api/v1/cameras", Self.gate)
            let code = try CameraCode("gate-3")
            _ = try await client.send(.patch, "/api/v1/cameras/gate-3", #"{"url":"rtsp://10.0.4.14:554/stream2"}"#)
            #expect(try await installation.records.credentials(of: code) != nil)
            _ = try await client.send(.patch, "/api/v1/cameras/gate-3", #"{"url":"rtsp://198.51.100.7/stream1"}"#)
            #expect(try await installation.records.credentials(of: code) == nil)
            #expect(try await installation.records.camera(code)?.feed?.hasCredentials == false)
        }
    }

    @Test func listsPageByPageAndFilters() async throws {
        try await Installation.run { _, client in
            for number in 1...5 {
                let tag = number.isMultiple(of: 2) ? "even" : "odd"
                _ = try await client.post("/api/v1/cameras", #"{"code":"c\#(number)","tags":["\#(tag)"],"class":\#(number == 5 ? 3 : 1)}"#)
            }
            var (codes, path): ([String?], String?) = ([], "/api/v1/cameras?limit=2")
            while let next = path {
                let page = try await client.get(next).json
                codes += (0..<page["cameras"].count).map { page["cameras"][$0]["code"].text }
                path = page["nextCursor"].text.map { "/api/v1/cameras?limit=2&cursor=\($0)" }
            }
            #expect(codes == ["c1", "c2", "c3", "c4", "c5"])
            #expect(try await client.get("/api/v1/cameras?tag=even").json["cameras"].count == 2)
            #expect(try await client.get("/api/v1/cameras?class=3").json["cameras"][0]["code"].text == "c5")
        }
    }

    @Test func removesACameraButKeepsItsFootage() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            try await installation.addSegment("gate-3")
            #expect(try await client.send(.delete, "/api/v1/cameras/gate-3").status == 204)
            #expect(try await client.get("/api/v1/cameras/gate-3").refusal == "404 notFound")
            #expect(try await client.send(.delete, "/api/v1/cameras/gate-3").refusal == "404 notFound")
            #expect(try await client.get("/api/v1/cameras/gate-3/keyframes?from=2026-03-02T07:00:00Z&to=2026-03-02T07:01:00Z").status == 200)
        }
    }

    @Test func keepsWhatWasGivenBesideWhatWasDerived() async throws {
        try await Installation.run { _, client in
            let json = try await client.post("/api/v1/cameras", #"{"code":"a","lat":29.8683,"lon":121.544,"datum":"gcj02"}"#).json
            #expect(json["givenPosition"]["datum"].text == "gcj02")
            let latitude = try #require(json["position"]["latitude"].double)
            #expect(abs(latitude - 29.8683) > 0.001 && abs(latitude - 29.8683) < 0.01)
            #expect(try await client.post("/api/v1/cameras", #"{"code":"b","lat":0,"lon":0}"#).json["position"] == .null)
            let whole = #"{"code":"c","position":{"latitude":29.8683,"longitude":121.544}}"#
            #expect(try await client.post("/api/v1/cameras", whole).json["position"]["longitude"].double == 121.544)
        }
    }

    @Test(arguments: [
        (#"{"name":"no code"}"#, "400 invalidValue"), (#"{"code":"a b"}"#, "400 invalidCode"), (#"{"code":".."}"#, "400 invalidCode"),
        (#"{"code":"a","lat":91,"lon":0}"#, "400 invalidCoordinates"), (#"{"code":"a","lat":31}"#, "400 invalidValue"),
        (#"{"code":"a","lat":31,"lon":121,"datum":"nad27"}"#, "400 unknownDatum"), (#"{"code":"a","datum":"wgs84"}"#, "400 invalidValue"),
        (#"{"code":"a","bearingDegrees":361}"#, "400 invalidValue"), (#"{"code":"a","fieldDegrees":0}"#, "400 invalidValue"),
        (#"{"code":"a","rangeMeters":-1}"#, "400 invalidValue"), (#"{"code":"a","class":4}"#, "400 invalidValue"),
        (#"{"code":"a","kind":"round"}"#, "400 invalidValue"), (#"{"code":"a","colour":"red"}"#, "400 invalidValue"),
        (#"{"code":"a","tags":"gate"}"#, "400 invalidValue"), (#"{"code":"a","isEnabled":"yes"}"#, "400 invalidValue"),
        (#"{"code":"a","retentionDays":0}"#, "400 invalidValue"), (#"{"code":"a","retentionDays":1.5}"#, "400 invalidValue"),
        (#"{"code":"a","url":"ftp://10.0.4.14/x"}"#, "400 unknownScheme"), (#"{"code":"a","url":"10.0.4.14"}"#, "400 invalidURL"),
        (#"{"code":"a","url":"http://10.0.4.14/live.m3u8"}"#, "400 playlistRefused"), (#"{"code":"a","user":"x"}"#, "400 invalidValue"),
        (#"{"code":"a","url":"rtsp://10.0.4.14/1","password":"x"}"#, "400 invalidValue"), (#"{"code":7}"#, "400 invalidValue"),
        (#"{"code":"a","name":"\u0000"}"#, "400 invalidValue"), (#"[]"#, "400 invalidValue"), (#"{"code":"a""#, "400 invalidValue"),
        ("", "400 invalidValue"), ("null", "400 invalidValue"),
    ])
    func refusesWhatCannotBeUsedAndWritesNothing(body: String, expected: String) async throws {
        try await Installation.run { installation, client in
            let refusal = try await client.post("/api/v1/cameras", body).refusal
            #expect(refusal == expected)
            let count = try await installation.records.cameraCount()
            #expect(count == 0)
        }
    }

    @Test func namesTheUnknownFieldAndTheKnownOnes() async throws {
        try await Installation.run { _, client in
            let detail = try await client.post("/api/v1/cameras", #"{"code":"a","bearing":3}"#).problem.detail
            #expect(detail.contains("'bearing'") && detail.contains("bearingDegrees"))
            let place = try await client.post("/api/v1/cameras", "{\n  \"code\": oops\n}").problem.detail
            #expect(place.contains("line 2"), "the detail is \(place)")
        }
    }

    @Test func probesWithTheCredentialsGiven() async throws {
        try await Installation.run { installation, client in
            let answer = try await client.post("/api/v1/cameras/probe", #"{"url":"rtsp://10.0.4.14/1","user":"viewer","password":"x","transport":"udp"}"#)
            #expect(try answer.json["stream"]["video"]["widthPixels"].int == 1280)
            let probe = try #require(installation.feeds.script.withLock { $0.probes.first })
            #expect(probe.1 == FeedCredentials(user: "viewer", password: "x") && probe.2 == .udp)
            for code: CaselightError.Code in [.unauthorized, .unreachable, .endOfStream, .timedOut, .unsupportedMedia, .damagedMedia] {
                installation.feeds.script.withLock { $0.probeError = CaselightError(code, "open rtsp://10.0.4.14", because: "it is so") }
                #expect(try await client.post("/api/v1/cameras/probe", #"{"url":"rtsp://10.0.4.14/1"}"#).refusal == "422 \(code.rawValue)")
            }
            installation.feeds.script.withLock { $0.probeError = CaselightError(.workerFailed, "open rtsp://10.0.4.14", because: "it ended") }
            #expect(try await client.post("/api/v1/cameras/probe", #"{"url":"rtsp://10.0.4.14/1"}"#).refusal == "503 workerFailed")
            #expect(try await client.post("/api/v1/cameras/probe", "{}").refusal == "400 invalidValue")
        }
    }

    @Test(arguments: [
        ("rtsp://10.0.4.14/user=admin&password=abc&channel=1", "rtsp://10.0.4.14/user=***&password=***&channel=1"),
        ("http://10.0.4.14/v?pwd=ab/c&ch=2/1", "http://10.0.4.14/v?pwd=***&ch=2/1"),
        ("http://10.0.4.14/token=a?ch=2", "http://10.0.4.14/token=***?ch=2"), ("http://10.0.4.14/v?pwd=abc&ch=2", "http://10.0.4.14/v?pwd=***&ch=2"), ("rtsp://10.0.4.14/a/b?x=1", "rtsp://10.0.4.14/a/b?x=1"),
        ("http://10.0.4.14/v?session_token=a", "http://10.0.4.14/v?session_token=***"),
    ])
    func hidesPasswordsWithinAnAddress(given: String, shown: String) throws {
        #expect(try FeedURL.parse(given).url.masked.text == shown)
    }
}
