import CaselightModel
import CaselightStore
import Foundation
import HTTPTypes
import Testing

@testable import CaselightServer

/// The board: who works on what, where it went, how it ended, and everybody told as it happens.
@Suite struct BoardRouteTests {
    private static let place = GeoPoint(unchecked: 29.8683, 121.5440)
    private static let picture: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 7, count: 40)

    private static func furnish(_ installation: Installation) async throws {
        _ = try await installation.addCamera("gate-3", at: place)
        _ = try await installation.addCamera("daotou-1", at: place.moved(meters: 300, bearing: 90))
        try await installation.addIncident("A1", at: place)
        try await installation.addSegment("gate-3")
    }

    @Test func followsAnIncidentFromItsPostToItsOutcome() async throws {
        try await Installation.run { installation, client in
            try await Self.furnish(installation)
            installation.clock.step(.seconds(50))
            let claimed = try await client.post("/api/v1/incidents/A1/claim", "{}").json
            #expect(claimed["state"].text == "claimed" && claimed["claimedBy"].text == "everybody")
            installation.clock.step(.seconds(600))
            let lead = try await client.post(
                "/api/v1/incidents/A1/leads",
                #"{"camera":"gate-3","seenAt":"2026-03-02T07:09:00Z","bearingDegrees":90,"toward":"daotou"}"#).json
            #expect(lead["position"]["latitude"].double == Self.place.latitude, "the camera's place stands for the lead's")
            let next = try await client.get("/api/v1/incidents/A1/next?lead=\(lead["id"].int ?? 0)").json
            #expect(next["cameras"][0]["camera"].text == "daotou-1" && next["cameras"][1].kind == "null", "not the one that saw it")
            #expect(next["cameras"][0]["isOnTheWay"] == .bool(true))
            let review = #"{"camera":"gate-3","startedAt":"2026-03-02T07:00:00Z","endedAt":"2026-03-02T07:00:30Z"}"#
            #expect(try await client.post("/api/v1/incidents/A1/reviews", review).status == 201)
            #expect(try await client.get("/api/v1/incidents/A1/candidates").json["reviews"][0]["camera"].text == "gate-3")
            #expect(try await client.post("/api/v1/incidents/A1/notes", #"{"text":"黄色头盔"}"#).status == 201)
            installation.clock.step(.seconds(1200))
            let closed = try await client.post("/api/v1/incidents/A1/outcome", #"{"result":"solved","text":"met at the gate"}"#).json
            #expect(closed["state"].text == "closed" && closed["outcome"]["result"].text == "solved")
            let steps = try await client.get("/api/v1/incidents/A1/timeline").json["steps"]
            let kinds = (0..<6).map { steps[$0]["kind"].text }
            #expect(kinds == ["posted", "claimed", "leadFound", "reviewed", "noted", "closed"])
            #expect(try await client.send(.delete, "/api/v1/incidents/A1/outcome").json["state"].text == "lead")
            let acts = try await installation.entries().map(\.act).filter { $0.incident?.text == "A1" }.map(\.action)
            #expect(acts == [.claim, .lead, .search, .review, .search, .note, .incidentClosed, .incidentReopened])
        }
    }

    @Test(arguments: [
        ("leads", #"{"camera":"gate-3"}"#, "400 invalidValue"), ("leads", #"{"seenAt":"2026-03-02T07:09:00Z"}"#, "400 invalidValue"),
        ("leads", #"{"camera":"gone","seenAt":"2026-03-02T07:09:00Z"}"#, "404 notFound"),
        ("leads", #"{"camera":"gate-3","seenAt":"2026-03-02T07:09:00Z","bearingDegrees":361}"#, "400 invalidValue"),
        ("notes", #"{"text":"  "}"#, "400 invalidValue"), ("notes", #"{"text":"a","suspect":"x"}"#, "400 invalidValue"),
        ("outcome", #"{"result":"maybe"}"#, "400 invalidValue"), ("claim", #"{"takeOver":1}"#, "400 invalidValue"),
        ("reviews", #"{"camera":"gate-3","startedAt":"2026-03-02T07:09:00Z","endedAt":"2026-03-02T07:09:00Z"}"#, "400 reversedTimes"),
    ])
    func refusesWhatCannotBeUsed(part: String, body: String, expected: String) async throws {
        try await Installation.run { installation, client in
            try await Self.furnish(installation)
            #expect(try await client.post("/api/v1/incidents/A1/\(part)", body).refusal == expected)
            #expect(try await client.get("/api/v1/incidents/A1/timeline").json["steps"][1].kind == "null", "a step was made")
        }
    }

    @Test func oneIncidentIsOnesAtATime() async throws {
        try await Installation.run { installation, client in
            try await Self.furnish(installation)
            let li = try await installation.addAccount("li", [.investigator])
            #expect(try await client.send(.post, "/api/v1/incidents/A1/claim").status == 200, "a claim needs no body")
            let refused = try await client.send(.post, "/api/v1/incidents/A1/claim", token: li)
            #expect(refused.refusal == "409 conflict" && refused.text.contains("everybody has claimed it"))
            let taken = try await client.send(.post, "/api/v1/incidents/A1/claim", #"{"takeOver":true}"#, token: li).json
            #expect(taken["claimedBy"].text == "li")
            #expect(try await client.get("/api/v1/incidents?claimedBy=li").json["incidents"][0]["number"].text == "A1")
        }
    }

    @Test func keepsAPictureAsItCame() async throws {
        try await Installation.run { installation, client in
            try await Self.furnish(installation)
            let path = "/api/v1/incidents/A1/screenshots"
            let added = try await client.send(.post, path, bytes: Self.picture)
            let mediaType = try added.json["mediaType"].text
            #expect(added.status == 201 && mediaType == "image/jpeg", "told by its bytes, whatever it is called")
            let shown = try await client.get(path + "/1")
            #expect(shown.bytes == Self.picture && shown.headers[.contentType] == "image/jpeg")
            #expect(shown.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
            #expect(try await installation.entries().last?.act.object == "screenshot 1", "a look at it is logged")
            #expect(try await client.send(.post, path, bytes: Self.picture).refusal == "409 duplicate")
            #expect(try await client.send(.post, path, bytes: Array("<svg onload=alert(1)>".utf8)).refusal == "415 unsupportedMedia")
            #expect(try await client.send(.post, path, bytes: []).refusal == "415 unsupportedMedia")
            let read = #"{"cameraText":"gate","clockRead":"2026-03-02T15:09:12+08:00"}"#
            #expect(try await client.send(.patch, path + "/1", read).json["clockRead"].text == "2026-03-02T07:09:12Z")
            #expect(try await client.get(path + "/9").refusal == "404 notFound")
        }
    }

    @Test func whoPostedItLearnsOfTheLeadButNotOfFootage() async throws {
        try await Installation.run { installation, client in
            try await Self.furnish(installation)
            let officer = try await installation.addAccount("officer", [.dispatcher])
            let link = #"{"camera":"gate-3","startedAt":"2026-03-02T07:00:00Z","endedAt":"2026-03-02T07:00:30Z","role":"event"}"#
            #expect(try await client.post("/api/v1/incidents/A1/links", link).status == 201)
            let lead = #"{"camera":"gate-3","seenAt":"2026-03-02T07:09:00Z","toward":"Daotou Road"}"#
            #expect(try await client.post("/api/v1/incidents/A1/leads", lead).status == 201)
            let timeline = try await client.send(.get, "/api/v1/incidents/A1/timeline", token: officer)
            #expect(timeline.text.contains("Daotou Road") && timeline.text.contains("leadFound"))
            #expect(!timeline.text.contains("gate-3") && !timeline.text.contains("linked"))
            #expect(try await !client.send(.get, "/api/v1/incidents/A1/leads", token: officer).text.contains("gate-3"))
        }
    }

    // MARK: As it happens

    /// Listens from the step of this id until the right to it is taken away, and returns the ids and the data of what it heard.
    private func listen(
        after id: Int64, as token: TokenText, of account: String, _ client: Client, during act: () async throws -> Void
    ) async throws -> (ids: [Int64], text: String) {
        let headers: HTTPFields = [.lastEventID: "\(id)"]
        let heard = Task { try await client.send(.get, "/api/v1/events", headers: headers, token: token.text) }
        // What throws here must not leave somebody listening for ever.
        defer { heard.cancel() }
        try await act()
        try #require(try await client.send(.delete, "/api/v1/accounts/\(account)/tokens/\(token.id)").status == 204)
        // An error ends what is being sent; what was sent until then has arrived.
        let text = try await heard.value.text
        return (text.matches(of: #/(?m)^id: (\d+)\nevent/#).compactMap { Int64($0.output.1) }, text)
    }

    @Test(.timeLimit(.minutes(5))) func tellsWhatHappensAndWhatWasMissed() async throws {
        try await Installation.run { installation, client in
            try await Self.furnish(installation)
            let token = TokenText()
            _ = try await installation.addAccount("li", [.investigator], token: token)
            let before = try await installation.records.lastStepID()
            for index in 1...450 {
                _ = try await installation.records.addStep(
                    CaseStep(incident: try IncidentNumber("A1"), kind: .noted, at: installation.clock.now(), by: nil, text: "missed \(index)"))
            }
            let (ids, text) = try await listen(after: before, as: token, of: "li", client) {
                _ = try await client.post("/api/v1/incidents/A1/notes", #"{"text":"while it listens"}"#)
            }
            #expect(ids == Array(before + 1...before + 451), "each once, in their order")
            #expect(text.contains("missed 450") && text.contains("while it listens"))
        }
    }

    /// Past the limit one is told to come back; who leaves makes room.
    @Test(.timeLimit(.minutes(2)), arguments: [0, 1]) func listenersLeaveRoomForOthers(limit: Int) async throws {
        var limits = ServerLimits()
        limits.eventStreamCount = limit
        try await Installation.run(limits: limits) { installation, client in
            try await Self.furnish(installation)
            guard limit > 0 else {
                #expect(try await client.get("/api/v1/events").refusal == "503 busy")
                return
            }
            for name in ["li", "wu"] {
                let token = TokenText()
                _ = try await installation.addAccount(name, [.investigator], token: token)
                let (ids, _) = try await listen(after: 0, as: token, of: name, client) {
                    _ = try await client.post("/api/v1/incidents/A1/notes", #"{"text":"while it listens"}"#)
                }
                #expect(!ids.isEmpty, "\(name)")
            }
        }
    }

    @Test(.timeLimit(.minutes(5))) func tellsNobodyOfWhatIsForeign() async throws {
        try await Installation.run { installation, client in
            try await Self.furnish(installation)
            try await installation.records.putGroup(CameraGroup(code: "g1", name: "own", grids: ["g1"]))
            for (number, grid) in [("OWN", "g1"), ("FOREIGN", "g2")] {
                let span = TimeSpan(start: Installation.start, end: Installation.start + .seconds(60))
                var incident = Incident(number: try IncidentNumber(number), category: "theft", span: span, postedAt: installation.clock.now())
                incident.grid = grid
                try await installation.records.addIncident(incident)
            }
            let token = TokenText()
            _ = try await installation.addAccount("li", [.investigator], groups: ["g1"], token: token)
            let (ids, text) = try await listen(after: 0, as: token, of: "li", client) {
                for number in ["OWN", "FOREIGN", "A1"] {
                    _ = try await client.post("/api/v1/incidents/\(number)/notes", #"{"text":"note of \#(number)"}"#)
                }
            }
            #expect(ids.count == 2 && text.contains("note of OWN") && !text.contains("FOREIGN") && !text.contains("A1"))
        }
    }
}
