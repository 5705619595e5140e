import CaselightModel
import CaselightStore
import TestSupport
import Testing

/// A camera outside the scope is as if it were not registered, whichever way it is asked for.
extension RecordStoreContract {
    static let scopes: [Clause] = [
        Clause("finds and counts the cameras of a scope and no others, whatever the scope") { store async throws in
            let seed: UInt64 = 71
            var random = SeededGenerator(seed: seed)
            let cameras = try (0..<200).map { try scopedCamera($0, &random) }
            _ = try await store.importCameras(cameras.map { ($0, nil) }, replacing: false)
            for camera in cameras where Int(camera.code.text.dropFirst()).map({ $0 % 9 == 0 }) == true {
                try await store.removeCamera(camera.code, at: at(5))
            }
            let removed = Set(cameras.map(\.code)).subtracting(try await store.cameras(CameraFilter(), after: nil, limit: 999).map(\.code))
            for round in 0..<60 {
                let filter = CameraFilter(
                    cameraClass: round % 4 == 0 ? .first : nil, grid: round % 7 == 0 ? "g1" : nil, scope: scope(&random))
                func passes(_ camera: Camera) -> Bool {
                    (filter.cameraClass == nil || camera.cameraClass == filter.cameraClass)
                        && (filter.grid == nil || camera.grid == filter.grid) && filter.scope.holds(camera)
                }
                let wanted = cameras.filter(passes)
                let note = Comment(rawValue: "seed \(seed), round \(round)")
                let inService = wanted.filter { !removed.contains($0.code) }
                #expect(
                    try await store.cameras(filter, after: nil, limit: 999).map(\.code) == inService.map(\.code).sorted(), note)
                #expect(try await store.unlocatedCameraCount(filter) == inService.count { $0.position == nil }, note)
                let located = wanted.filter { $0.position != nil }.map(\.code).sorted()
                #expect(try await store.viewpoints(filter: filter).map(\.code).sorted() == located, note)
                #expect(try await store.viewpoints(meeting: everywhere, filter: filter).map(\.code).sorted() == located, note)
                for camera in cameras.prefix(20) {
                    #expect(try await store.isCamera(camera.code, in: filter.scope) == filter.scope.holds(camera), note)
                }
            }
        },
        Clause("follows a camera that changes, and areas that change its grid") { store async throws in
            var moved = try camera("a", at: point(30.05, 104.05))
            moved.owner = "school"
            try await store.addCamera(moved, credentials: nil)
            try await store.addCamera(try camera("nowhere"), credentials: nil)
            func isFound(_ group: CameraGroup) async throws -> Bool {
                let filter = CameraFilter(scope: .groups([group]))
                let found = try await store.viewpoints(meeting: everywhere, filter: filter).map(\.code) == [moved.code]
                #expect(try await store.viewpoints(filter: filter).map(\.code) == (found ? [moved.code] : []))
                #expect(try await store.isCamera(moved.code, in: filter.scope) == found)
                return found
            }
            let (bySchool, byGrid) = (CameraGroup(code: "s", name: "", owners: ["school"]), CameraGroup(code: "g", name: "", grids: ["g1"]))
            #expect(try await isFound(bySchool))
            #expect(try await !isFound(byGrid))
            moved.owner = "shop"
            try await store.updateCamera(moved, credentials: .keep)
            #expect(try await !isFound(bySchool))
            _ = try await store.importAreas([square("g1", south: 30, west: 104, size: 0.1)])
            #expect(try await isFound(byGrid))
            _ = try await store.importAreas([square("g1", south: 40, west: 104, size: 0.1)])
            #expect(try await !isFound(byGrid))
        },
        Clause("knows a code registered anew only where every registration is in the scope") { store async throws in
            var (first, second) = (try camera("a", at: point(30, 104)), try camera("a", at: point(30, 104)))
            (first.owner, second.owner) = ("school", "shop")
            let scopes = ["school", "shop"].map { CameraScope.groups([CameraGroup(code: $0, name: "", owners: [$0])]) }
            let both = CameraScope.groups([CameraGroup(code: "b", name: "", owners: ["school", "shop"])])
            try await store.addCamera(first, credentials: nil)
            try await store.removeCamera(first.code, at: at(5))
            #expect(try await store.isCamera(first.code, in: scopes[0]))
            // Even where the new one stands nowhere, and so in no map.
            second.position = nil
            try await store.addCamera(second, credentials: nil)
            for _ in 0..<2 {
                for scope in scopes {
                    let filter = CameraFilter(scope: scope)
                    #expect(try await store.viewpoints(meeting: everywhere, filter: filter).isEmpty)
                    #expect(try await store.viewpoints(filter: filter).isEmpty)
                    #expect(try await store.cameras(filter, after: nil, limit: 9).isEmpty)
                    #expect(try await store.unlocatedCameraCount(filter) == 0)
                    #expect(try await !store.isCamera(first.code, in: scope))
                }
                let filter = CameraFilter(scope: both)
                let count = try await store.viewpoints(meeting: everywhere, filter: CameraFilter()).count
                #expect(try await store.viewpoints(meeting: everywhere, filter: filter).count == count)
                #expect(try await store.viewpoints(filter: filter).count == count)
                #expect(try await store.isCamera(first.code, in: both))
                second.position = point(30, 104)
                try await store.updateCamera(second, credentials: .keep)
            }
            // Once they agree, whoever may know of one knows of both.
            second.owner = "school"
            try await store.updateCamera(second, credentials: .keep)
            #expect(try await store.viewpoints(meeting: everywhere, filter: CameraFilter(scope: scopes[0])).count == 2)
            #expect(try await store.isCamera(first.code, in: scopes[0]))
        },
        Clause("knows no code that nobody registered, but to who sees all") { store async throws in
            let none = try code("none")
            #expect(try await !store.isCamera(none, in: .groups([CameraGroup(code: "all", name: "")])))
            #expect(try await !store.isCamera(none, in: .groups([])))
            #expect(try await store.isCamera(none, in: .all))
        },
        Clause("lists the incidents of a scope, and those that the asker posted") { store async throws in
            let seed: UInt64 = 72
            var random = SeededGenerator(seed: seed)
            let (mine, other) = (try AccountName("mine"), try AccountName("other"))
            var incidents: [Incident] = []
            for index in 0..<60 {
                var incident = try incident("A\(index)", posted: Double(index))
                incident.grid = ["g0", "g1", "g2", nil].randomElement(using: &random) ?? nil
                incident.postedBy = [mine, other, nil].randomElement(using: &random) ?? nil
                incidents.append(incident)
                try await store.addIncident(incident)
            }
            for round in 0..<40 {
                let filter = IncidentFilter(
                    grid: round % 5 == 0 ? "g1" : nil, scope: round % 6 == 0 ? .all : scope(&random), postedBy: round % 2 == 0 ? mine : nil)
                let wanted = incidents.filter { incident in
                    (filter.grid == nil || incident.grid == filter.grid)
                        && (filter.scope.holds(incident) || filter.postedBy != nil && incident.postedBy == filter.postedBy)
                }
                #expect(
                    try await store.incidents(filter, after: nil, limit: 99) == wanted.reversed(), "seed \(seed), round \(round)")
            }
        },
        Clause("keeps who posted an incident, whoever changes it") { store async throws in
            var incident = try incident("A")
            incident.postedBy = try AccountName("wang")
            try await store.addIncident(incident)
            var changed = incident
            changed.postedBy = try AccountName("li")
            changed.text = "new"
            try await store.updateIncident(changed, by: try AccountName("li"))
            #expect(try await store.incident(incident.number)?.postedBy == incident.postedBy)
            _ = try await store.importIncidents([changed], replacing: true)
            #expect(try await store.incident(incident.number)?.postedBy == incident.postedBy)
            #expect(try await store.incident(incident.number)?.text == "new")
        },
    ]

    private static let owners = ["", "school", "Лавка 'Ромашка'"]

    private static func scopedCamera(_ index: Int, _ random: inout SeededGenerator) throws -> Camera {
        var camera = try camera("c\(index)", at: index % 6 == 0 ? nil : point(.random(in: 29...31, using: &random), 104))
        camera.cameraClass = CameraClass.allCases.randomElement(using: &random) ?? .first
        camera.grid = [nil, "g0", "g1", "g\"2"].randomElement(using: &random) ?? nil
        camera.owner = owners.randomElement(using: &random) ?? ""
        return camera
    }

    /// From nobody to everybody.
    private static func scope(_ random: inout SeededGenerator) -> CameraScope {
        .groups((0..<Int.random(in: 0...3, using: &random)).map { index in
            CameraGroup(
                code: "\(index)", name: "", classes: some(CameraClass.allCases, &random), grids: some(["g0", "g1", "g\"2", "none"], &random),
                owners: some(owners, &random))
        })
    }

    private static func some<Value>(_ values: [Value], _ random: inout SeededGenerator) -> [Value] {
        Bool.random(using: &random) ? [] : values.filter { _ in Bool.random(using: &random) }
    }
}
