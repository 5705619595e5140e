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

/// No picture, and no place of one for a case, without an incident or a purpose.
@Suite struct DisclosureTests {
    /// Every route that shows footage, as its table says, with what it needs beside the disclosure.
    static let footageRoutes = [
        "/api/v1/cameras/{code}/still.jpg": "/api/v1/cameras/gate-3/still.jpg?at=2026-03-02T07:00:30Z",
        "/api/v1/cameras/{code}/playlist.m3u8": "/api/v1/cameras/gate-3/playlist.m3u8?from=2026-03-02T07:00:00Z&to=2026-03-02T07:01:00Z",
        "/api/v1/cameras/{code}/segments/{file}": "/api/v1/cameras/gate-3/segments/0000000000000001-000000.mp4?",
        "/api/v1/clips": "/api/v1/clips?near=29.8683,121.5440&radius=200&from=2026-03-02T07:00:00Z&to=2026-03-02T07:01:00Z",
    ]
    /// Name their incident in their path.
    static let ofIncidents: Set = [
        "/api/v1/incidents/{number}/candidates", "/incidents/{number}/footage", "/api/v1/incidents/{number}/next", "/api/v1/incidents/{number}/screenshots/{id}",
    ]
    static let place = GeoPoint(unchecked: 29.8683, 121.5440)

    @Test func walksEveryFootageRoute() async throws {
        try await Installation.run { installation, client in
            let api = API(services: installation.services, settings: installation.settings, logger: .init(label: "test"))
            let shown = Set(api.routes.filter { $0.access.showsFootage }.map(\.path))
            #expect(shown == Set(Self.footageRoutes.keys).union(Self.ofIncidents), "a footage route is not walked here")
            _ = try await installation.addCamera("gate-3", at: Self.place)
            try await installation.addIncident("A1", at: Self.place)
            try await installation.addSegment("gate-3")
            for (pattern, path) in Self.footageRoutes.sorted(by: { $0.key < $1.key }) {
                for method in [HTTPRequest.Method.get, .head] {
                    #expect(try await client.send(method, path).status == 403, "\(method) \(pattern)")
                }
                #expect(try await client.get(path).refusal == "403 purposeRequired")
                #expect(try await client.get(path + "&incident=B9").refusal == "403 purposeRequired")
                #expect(try await client.get(path + "&purpose=x").refusal == "400 invalidValue")
                #expect(try await client.get(path + "&purpose=" + String(repeating: "x", count: 201)).refusal == "400 invalidValue")
                let refused = try #require(try await installation.entries().last { $0.act.outcome == .refused }?.act)
                #expect(refused.detail == "purposeRequired GET \(pattern)" && refused.actor.who == "everybody")
                #expect(try await client.get(path + "&incident=A1").status == 200)
                let action = try #require(api.routes.first { $0.path == pattern }?.act)
                // A playback is entered once for what its playlist and its segments show.
                let first = try await installation.entries().map(\.act).filter { $0.action == action && $0.outcome == .allowed }
                #expect(first.contains { $0.incident?.text == "A1" && $0.purpose == nil })
                #expect(try await client.get(path + "&purpose=missing%20child").status == 200)
                let entry = try #require(try await installation.entries().last { $0.act.action == action && $0.act.purpose != nil })
                #expect(entry.act.purpose == "missing child" && entry.act.actor.who == "everybody" && entry.operation == .consultation)
            }
        }
    }

    @Test func candidatesAreForTheIncidentInTheirPath() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3", at: Self.place)
            try await installation.addIncident("A1", at: Self.place)
            try await installation.addSegment("gate-3")
            let json = try await client.get("/api/v1/incidents/A1/candidates").json
            #expect(json["clips"][0]["camera"].text == "gate-3")
            #expect(json["incident"]["number"].text == "A1")
            #expect(json["statement"]["camerasInRange"].int == 1)
            #expect(try await installation.entries().last?.act.incident?.text == "A1")
            #expect(try await client.get("/api/v1/incidents/B9/candidates").refusal == "404 notFound")
        }
    }

    @Test func administrationNeedsNoPurpose() async throws {
        try await Installation.run { installation, client in
            _ = try await installation.addCamera("gate-3")
            try await installation.addSegment("gate-3")
            for what in ["coverage", "keyframes", "activity"] {
                #expect(try await client.get("/api/v1/cameras/gate-3/\(what)?from=2026-03-02T07:00:00Z&to=2026-03-02T07:01:00Z").status == 200)
            }
        }
    }

    @Test func anUnauthenticatedRequestForFootageIsOnlyThat() async throws {
        try await Installation.run { _, client in
            for path in Self.footageRoutes.values {
                let refusal = try await client.send(.get, path, token: nil).refusal
                #expect(refusal == "401 unauthenticated")
            }
        }
    }
}
