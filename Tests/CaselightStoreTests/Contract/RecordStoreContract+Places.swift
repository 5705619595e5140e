import CaselightModel
import CaselightStore
import Testing

extension RecordStoreContract {
    static let areas: [Clause] = [
        Clause("returns an area as it was imported, and replaces it") { store async throws in
            var area = square("district", south: 30, west: 104, size: 1)
            area.rings.append([])
            area.rings.append([point(1.5, -2.25), point(-90, 180), point(0.1, 0.2)])
            #expect(try await store.importAreas([area, square("b", south: 0, west: 0, size: 1)]) == ImportCount(added: 2))
            #expect(try await store.area("district") == area)
            area.rings = []
            area.name = ""
            #expect(try await store.importAreas([area]) == ImportCount(updated: 1))
            #expect(try await store.areas(limit: 10).map(\.code) == [area.code, "b"].sorted())
            #expect(try await store.areas(limit: 1).count == 1)
            #expect(try await store.area("district") == area)
            #expect(try await store.area("none") == nil)
            #expect(try await store.areas(containing: point(30.5, 104.5)).isEmpty)
        },
        Clause("names the areas around a point, smallest first") { store async throws in
            _ = try await store.importAreas([
                square("city", south: 30, west: 104, size: 1), square("grid", south: 30.4, west: 104.4, size: 0.1),
                square("district", south: 30.2, west: 104.2, size: 0.5), square("elsewhere", south: 31.5, west: 104, size: 1),
            ])
            #expect(try await store.areas(containing: point(30.45, 104.45)) == ["grid", "district", "city"])
            #expect(try await store.areas(containing: point(30.9, 104.9)) == ["city"])
            #expect(try await store.areas(containing: point(30.4, 104.45)) == ["grid", "district", "city"], "an edge is in it")
            #expect(try await store.areas(containing: point(29, 104)).isEmpty)
        },
        Clause("gives cameras and incidents the grid they lie in, unless one is stated") { store async throws in
            _ = try await store.importAreas([square("g1", south: 30, west: 104, size: 0.1)])
            try await store.addCamera(try camera("in", at: point(30.05, 104.05)), credentials: nil)
            try await store.addCamera(try camera("out", at: point(30.15, 104.05)), credentials: nil)
            var stated = try camera("stated", at: point(30.05, 104.05))
            stated.grid = "mine"
            _ = try await store.importCameras([(stated, nil)], replacing: false)
            var theft = try incident("A")
            theft.position = point(30.15, 104.05)
            try await store.addIncident(theft)
            func grids() async throws -> [String?] {
                var grids: [String?] = []
                for name in ["in", "out", "stated"] { grids.append(try await store.camera(try code(name))?.grid) }
                return grids + [try await store.incident(theft.number)?.grid]
            }
            #expect(try await grids() == ["g1", nil, "mine", nil])
            _ = try await store.importAreas([square("g2", south: 30.1, west: 104, size: 0.1)])
            #expect(try await grids() == ["g1", "g2", "mine", "g2"])
            #expect(try await store.cameras(CameraFilter(grid: "g2"), after: nil, limit: 9).map(\.code.text) == ["out"])
            #expect(try await store.incidents(IncidentFilter(grid: "g2"), after: nil, limit: 9).map(\.number.text) == ["A"])
        },
        Clause("derives the grid anew when a camera or an incident moves") { store async throws in
            _ = try await store.importAreas([
                square("g1", south: 30, west: 104, size: 0.1), square("g2", south: 30.1, west: 104, size: 0.1),
            ])
            try await store.addCamera(try camera("a", at: point(30.05, 104.05)), credentials: nil)
            var moved = try #require(try await store.camera(try code("a")))
            #expect(moved.grid == "g1")
            moved.position = point(30.15, 104.05)
            try await store.updateCamera(moved, credentials: .keep)
            #expect(try await store.camera(moved.code)?.grid == "g2")
            moved.position = nil
            moved.grid = "g2"
            try await store.updateCamera(moved, credentials: .keep)
            #expect(try await store.camera(moved.code)?.grid == nil)
            moved.grid = "stated"
            try await store.updateCamera(moved, credentials: .keep)
            #expect(try await store.camera(moved.code)?.grid == "stated")
            var theft = try incident("A")
            theft.position = point(30.05, 104.05)
            try await store.addIncident(theft)
            theft = try #require(try await store.incident(theft.number))
            theft.position = point(30.15, 104.05)
            try await store.updateIncident(theft, by: nil)
            #expect(try await store.incident(theft.number)?.grid == "g2")
        },
    ]

    static let incidents: [Clause] = [
        Clause("returns an incident as it was added") { store async throws in
            for incident in [try fullIncident("2026-0302.7"), try incident("bare")] {
                try await store.addIncident(incident)
                #expect(try await store.incident(incident.number) == incident)
            }
            #expect(try await store.incident(try number("none")) == nil)
            #expect(try await store.incidentCount() == 2)
            await expect(.duplicate) { try await store.addIncident(try incident("bare")) }
            await expect(.invalidValue) {
                var broken = try incident("broken")
                broken.text = "\u{0}"
                try await store.addIncident(broken)
            }
        },
        Clause("changes an incident, but not when it was posted") { store async throws in
            var theft = try incident("A", posted: 5)
            await expect(.notFound) { [theft] in try await store.updateIncident(theft, by: nil) }
            try await store.addIncident(theft)
            theft.text = "solved"
            theft.unit = "Daotou"
            theft.updatedAt = at(600)
            theft.postedAt = at(500)
            try await store.updateIncident(theft, by: nil)
            theft.postedAt = at(5)
            theft.steppedAt = at(600)
            #expect(try await store.incident(theft.number) == theft)
        },
        Clause("imports incidents all or none, and never sets the board back") { store async throws in
            var claimed = try incident("A", posted: 5)
            claimed.state = .claimed
            try await store.addIncident(claimed)
            var again = try incident("A", posted: 99)
            again.text = "register"
            #expect(try await store.importIncidents([again, try incident("B")], replacing: false) == ImportCount(added: 1, skipped: 1))
            #expect(try await store.incident(again.number) == claimed)
            #expect(try await store.importIncidents([again], replacing: true) == ImportCount(updated: 1))
            (claimed.text, claimed.updatedAt) = ("register", again.updatedAt)
            #expect(try await store.incident(again.number) == claimed)
            await expect(.invalidValue) {
                var broken = try incident("D")
                broken.address = "\u{0}"
                _ = try await store.importIncidents([try incident("C"), broken], replacing: true)
            }
            #expect(try await store.incidentCount() == 2)
        },
        Clause("pages newest post first, without loss where posts share a time") { store async throws in
            let posts = [("a", 1.0), ("b", 3), ("c", 2), ("d", 3), ("e", 3), ("f", 0)]
            _ = try await store.importIncidents(try posts.map { try incident($0.0, posted: $0.1) }, replacing: false)
            var (seen, after): ([String], IncidentNumber?) = ([], nil)
            while true {
                let page = try await store.incidents(IncidentFilter(), after: after, limit: 2)
                guard let last = page.last else { break }
                seen += page.map(\.number.text)
                after = last.number
            }
            #expect(Set(seen.prefix(3)) == ["b", "d", "e"])
            #expect(seen.dropFirst(3) == ["c", "a", "f"])
            await expect(.notFound) { _ = try await store.incidents(IncidentFilter(), after: try number("none"), limit: 2) }
        },
        Clause("filters incidents by every condition given") { store async throws in
            var one = try incident("one", posted: 1, span: span(100, 200))
            (one.category, one.state, one.address, one.grid) = ("fraud", .lead, "269 Qianjin Road", "g")
            var two = try incident("two", posted: 2, span: span(200, 300))
            two.text = "大道路 50%"
            try await store.addIncident(one)
            try await store.addIncident(two)
            func numbers(_ filter: IncidentFilter) async throws -> [String] {
                try await store.incidents(filter, after: nil, limit: 10).map(\.number.text)
            }
            #expect(try await numbers(IncidentFilter()) == ["two", "one"])
            #expect(try await numbers(IncidentFilter(state: .lead, category: "fraud", grid: "g")) == ["one"])
            #expect(try await numbers(IncidentFilter(state: .lead, category: "theft")).isEmpty)
            #expect(try await numbers(IncidentFilter(span: span(199, 200))) == ["one"], "intervals are half-open")
            #expect(try await numbers(IncidentFilter(span: span(200, 201))) == ["two"])
            #expect(try await numbers(IncidentFilter(span: span(150, 250))) == ["two", "one"])
            #expect(try await numbers(IncidentFilter(text: "qianjin")) == ["one"])
            #expect(try await numbers(IncidentFilter(text: "道路")) == ["two"])
            #expect(try await numbers(IncidentFilter(text: "0%")) == ["two"])
        },
    ]
}
