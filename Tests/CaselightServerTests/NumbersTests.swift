import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import Testing

@testable import CaselightQuery
@testable import CaselightServer

/// The numbers as programs and as people get them.
@Suite struct NumbersTests {
    private static let browser: HTTPFields = [.accept: "text/html"]
    private static let time = "from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z"

    /// Three of one unit, claimed after 3, 5 and 40 minutes, the first of them solved; and one of another unit in another grid.
    private func furnish(_ installation: Installation, unit: String = "Daotou") async throws {
        let everybody = try AccountName("everybody")
        for (number, minutes) in [3, 5, 40, 9].enumerated() {
            let posted = Installation.start + .seconds(Int64(number) * 600)
            var incident = Incident(
                number: try IncidentNumber("N\(number)"), category: number < 3 ? "theft" : "fraud", span: TimeSpan(start: Installation.start, end: posted + .seconds(1)),
                postedAt: posted)
            (incident.unit, incident.grid) = (number < 3 ? unit : "other", number < 3 ? "g1" : "g2")
            try await installation.records.addIncident(incident)
            _ = try await installation.records.claim(incident.number, by: everybody, takingOver: false, at: posted + .seconds(Int64(minutes) * 60))
        }
        _ = try await installation.records.closeIncident(
            try IncidentNumber("N0"), Outcome(result: .solved), by: everybody, at: Installation.start + .seconds(7200))
    }

    @Test func tellsMinutesByMonthUnitAndCategory() async throws {
        try await Installation.run { installation, client in
            try await furnish(installation)
            let json = try await client.get("/api/v1/numbers/minutes?\(Self.time)").json
            #expect(json["total"]["cases"].int == 4 && json["total"]["toClaim"]["count"].int == 4)
            #expect(json["byUnit"][0]["group"].text == "Daotou" && json["byUnit"][0]["toClaim"]["medianMinutes"].double == 5)
            #expect(json["byUnit"][0]["toClaim"]["p90Minutes"].double == 40 && json["byUnit"][0]["toFirstLead"].names == ["count"])
            #expect(json["byMonth"][0]["group"].text == "2026-03" && json["byCategory"].count == 2)
            let one = try await client.get("/api/v1/numbers/minutes?\(Self.time)&unit=other").json
            #expect(one["total"]["cases"].int == 1 && one["byCategory"][0]["group"].text == "fraud")
            #expect(try await client.get("/api/v1/numbers/minutes?\(Self.time)&grid=g1").json["total"]["cases"].int == 3)
            let solved = try await client.get("/api/v1/numbers/solved?\(Self.time)").json
            #expect(solved["months"][0]["solved"].int == 1 && solved["months"].count == 1)
            #expect(try await client.get("/api/v1/numbers/minutes?from=1990-01-01T00:00:00Z").refusal == "413 tooLarge")
        }
    }

    @Test func whoIsLimitedCountsHisOwnAlone() async throws {
        try await Installation.run { installation, client in
            try await furnish(installation)
            try await installation.records.putGroup(CameraGroup(code: "g1", name: "own", grids: ["g1"]))
            let token = try await installation.addAccount("li", [.investigator], groups: ["g1"])
            let answer = try await client.send(.get, "/api/v1/numbers/minutes?\(Self.time)", token: token)
            #expect(try answer.json["total"]["cases"].int == 3 && !answer.text.contains("other") && !answer.text.contains("fraud"))
            let page = try await client.send(.get, "/numbers", headers: Self.browser, token: token)
            #expect(page.status == 200 && page.text.contains("Daotou") && !page.text.contains("fraud"))
        }
    }

    @Test func eachRoleSeesItsOwnPart() async throws {
        try await Installation.run { installation, client in
            for (role, hasCases, hasCompleteness) in [
                (Role.investigator, true, true), (.dispatcher, true, false), (.cameraAdmin, false, true), (.auditor, true, true), (.admin, true, true),
            ] {
                let token = try await installation.addAccount("a-\(role.rawValue)", [role])
                let page = try await client.send(.get, "/numbers", headers: Self.browser, token: token)
                #expect(page.status == 200 && page.text.contains("id=\"cameras-now\""), "\(role)")
                #expect(page.text.contains("id=\"minutes\"") == hasCases && page.text.contains("id=\"completeness\"") == hasCompleteness, "\(role)")
                let part = try await client.send(.get, "/numbers?fragment=numbers-completeness", headers: Self.browser, token: token)
                #expect(part.status == (hasCompleteness ? 200 : 403), "\(role)")
                #expect(try await client.send(.get, "/api/v1/numbers/minutes", token: token).status == (hasCases ? 200 : 403), "\(role)")
            }
        }
    }

    @Test func howCompleteCamerasAreIsASearchThatTheLogKeeps() async throws {
        try await Installation.run { installation, client in
            var camera = try await installation.addCamera("gate-1", at: GeoPoint(unchecked: 29.8683, 121.544))
            camera.feed = Feed(url: try FeedURL.parse("rtsp://10.0.4.14/1").url, transport: .automatic)
            try await installation.records.updateCamera(camera, credentials: .keep)
            _ = try await installation.addCamera("shop-1")
            try await installation.addSegment("gate-1")
            let span = "from=2026-03-02T00:00:00Z&to=2026-03-02T23:00:00Z"
            let json = try await client.get("/api/v1/numbers/completeness?\(span)").json
            #expect(json["cameras"].count == 1 && json["cameras"][0]["recorded"][0]["recordedUs"].int == 60_000_000)
            #expect(try await installation.entries().last?.act.detail == "completeness of 1 cameras")
            let table = try await client.get("/api/v1/numbers/completeness.csv?\(span)").text
            #expect(table.hasPrefix("camera,name,day,wantedSeconds,recordedSeconds,share\r\ngate-1,gate-1,2026-03-02,"), "\(table)")
            #expect(try await client.get("/api/v1/numbers/completeness?from=2025-01-01T00:00:00Z&to=2026-01-01T00:00:00Z").refusal == "413 tooLarge")
            let page = try await client.send(.get, "/numbers?fragment=numbers-completeness", headers: Self.browser)
            #expect(page.text.contains("gate-1") && !page.text.contains("<html"))
        }
    }

    @Test func onlineAreThoseThatRecord() async throws {
        try await Installation.run { installation, client in
            installation.feeds.script.withLock { script in
                script.statuses = [FeedStatus.State.recording, .recording, .waiting].enumerated().compactMap { number, state in
                    (try? CameraCode("c-\(number)")).map { FeedStatus(camera: $0, state: state, since: Installation.start) }
                }
            }
            let json = try await client.get("/api/v1/numbers/cameras").json
            #expect(json["cameraCount"].int == 3 && json["online"].int == 2 && json["counts"]["waiting"].int == 1)
            #expect(try await client.get("/api/v1/numbers/cameras.csv").text.contains("Z,waiting,1\r\n"))
            #expect(try await client.send(.get, "/numbers", headers: Self.browser).text.contains("2 of 3 feeds are recording."))
        }
    }

    // MARK: Tables

    @Test func aTableIsNoFormulaAndKeepsItsColumns() async throws {
        try await Installation.run { installation, client in
            try await furnish(installation, unit: "=HYPERLINK(\"http://x\",\"a\")")
            let answer = try await client.get("/api/v1/numbers/minutes.csv?\(Self.time)")
            #expect(answer.headers[.contentType] == "text/csv; charset=utf-8")
            let lines = answer.text.split(separator: "\r\n", omittingEmptySubsequences: false)
            #expect(lines.first == "grouping,group,cases,claimed,claimMedianMinutes,claimP90Minutes,withLead,leadMedianMinutes,leadP90Minutes,closed,outcomeMedianMinutes,outcomeP90Minutes")
            #expect(lines.contains("unit,\"'=HYPERLINK(\"\"http://x\"\",\"\"a\"\")\",3,3,5.00,40.00,0,,,1,120.00,120.00"), "\(answer.text)")
            #expect(lines.last == "")
        }
    }

    @Test(arguments: [
        ("a", "a"), ("", ""), ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\r\nb", "\"a\r\nb\""), ("=1", "'=1"), ("+1", "'+1"), ("-1", "'-1"), ("@a", "'@a"),
        ("\t=1", "'\t=1"), ("\r\n=1", "\"'\r\n=1\""), ("=\u{301}1", "'=\u{301}1"), ("＝1", "'＝1"), (" =1", " =1"),
    ])
    func aFieldIsWrittenAsText(field: String, written: String) { #expect(DelimitedTable.quoted(field) == written) }

    // MARK: Months and days

    @Test func monthsAndDaysAreThoseOfTheZone() throws {
        let shanghai = try LocalZone("Asia/Shanghai"), berlin = try LocalZone("Europe/Berlin")
        func time(_ text: String) throws -> WallTime { try WallTime(rfc3339: text) }
        // The last hours of February in UTC are March in Shanghai.
        let late = TimeSpan(start: try time("2026-02-28T17:00:00Z"), end: try time("2026-02-28T18:00:00Z"))
        #expect(shanghai.months(late).map(\.name) == ["2026-03"])
        let year = TimeSpan(start: try time("2025-11-15T00:00:00Z"), end: try time("2026-02-01T00:00:00Z"))
        #expect(shanghai.months(year).map(\.name) == ["2025-11", "2025-12", "2026-01", "2026-02"])
        #expect(shanghai.months(year)[1].span.start == (try time("2025-11-30T16:00:00Z")))
        #expect(shanghai.startOfMonth(11, before: try time("2026-03-02T00:00:00Z")) == (try time("2025-03-31T16:00:00Z")))
        #expect(shanghai.startOfMonth(0, before: try time("2026-03-02T00:00:00Z")) == (try time("2026-02-28T16:00:00Z")))
        // A day of 23 hours, where clocks are put forward.
        let march = berlin.days(TimeSpan(start: try time("2026-03-28T12:00:00Z"), end: try time("2026-03-30T12:00:00Z")))
        #expect(march.map(\.name) == ["2026-03-28", "2026-03-29", "2026-03-30"])
        #expect(march[1].span.duration == .seconds(23 * 3600) && march[0].span.end == march[1].span.start)
        let turn = shanghai.days(TimeSpan(start: try time("2025-12-31T00:00:00Z"), end: try time("2026-01-01T00:00:00Z")))
        #expect(turn.map(\.name) == ["2025-12-31", "2026-01-01"])
    }

    // MARK: Pictures

    private var viewer: Viewer { Viewer(Request(head: HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/"), body: RequestBody(buffer: ByteBuffer())), nil) }

    @Test func ofNothingThereIsNoPictureButWords() async throws {
        try await Installation.run { _, client in
            let page = try await client.send(.get, "/numbers", headers: Self.browser)
            #expect(page.text.contains("No incident was posted here in this time.") && page.text.contains("No incident was closed in this time."))
            #expect(page.text.contains("0 of 0 feeds are recording.") && !page.text.contains("{{"))
            let part = try await client.send(.get, "/numbers?fragment=numbers-completeness", headers: Self.browser)
            #expect(part.text.contains("No camera was to record in these days."))
        }
    }

    @Test func aPictureSaysHowManyItCounts() async throws {
        try await Installation.run { installation, client in
            try await furnish(installation)
            installation.clock.step(.days(1))
            let page = try await client.send(.get, "/numbers", headers: Self.browser).text
            #expect(page.contains("n=3") && page.contains("Daotou: n=3, median 5 min, 90th percentile 40 min"), "\(page)")
            #expect(page.contains("class=\"median few\"") && page.contains("2026-03: 1 solved of 1 closed"))
        }
    }

    /// Months and units in numbers that a page may meet: within its frame, and nothing over the edge.
    @Test(arguments: [1, 2, 12, 24, 120], [0.001, 1, 59, 90, 4000, 500_000]) func everythingStaysInItsFrame(count: Int, largest: Double) {
        let rank = { (share: Double) in NearestRank([Microseconds(Int64(largest * share * 60_000_000))]) }
        let rows = (0..<count).map { number in
            CaseMinutes(
                group: "2026-\(number % 12 + 1)", cases: number, toClaim: rank(1), toFirstLead: rank(0.5), toOutcome: rank(Double(number) / Double(count)))
        }
        for chart in rows.isEmpty ? [] : [MinutesCharts(numbers(rows), viewer)] {
            for picture in chart.byMonth + chart.byUnit {
                let (width, height) = (Double(picture.width) ?? 0, Double(picture.height) ?? 0)
                for dot in picture.dots { #expect((0...width).contains(Double(dot.x) ?? -1) && (0...height).contains(Double(dot.y) ?? -1)) }
                for label in picture.labels { #expect((0...width).contains(Double(label.x) ?? -1) && (0...height).contains(Double(label.y) ?? -1)) }
                #expect(picture.lines.count { $0.kind == "grid" } <= 6)
            }
            #expect(chart.byUnit[0].dots.count == min(count, MinutesCharts.groupCount) && chart.unitsLeftOut == max(0, count - MinutesCharts.groupCount))
        }
    }

    private func numbers(_ rows: [CaseMinutes]) -> CaseNumbers {
        var numbers = CaseNumbers([], months: [])
        (numbers.byMonth, numbers.byUnit) = (rows, rows)
        return numbers
    }

    @Test func namesAreCutByTheirWidth() {
        #expect(Chart.short("Daotou", columns: 8) == "Daotou" && Chart.short("城关派出所刑侦队", columns: 8) == "城关派出…" && Chart.short("abcdefghij", columns: 8) == "abcdefgh…")
        #expect([5, 999, 1234, 9999, 12_345].map(RangeChart.short) == ["5", "999", "1.2k", "9.9k", "12k"])
    }
}
