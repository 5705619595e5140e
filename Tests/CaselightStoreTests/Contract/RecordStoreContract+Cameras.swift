import CaselightModel
import CaselightStore
import TestSupport
import Testing

extension RecordStoreContract {
    static let cameras: [Clause] = [
        Clause("returns a camera as it was added") { store async throws in
            for camera in [try fullCamera("51010000001320000001"), try camera("bare", name: "")] {
                try await store.addCamera(camera, credentials: nil)
                #expect(try await store.camera(camera.code) == camera)
                #expect(try await store.credentials(of: camera.code) == nil)
            }
            #expect(try await store.camera(try code("none")) == nil)
        },
        Clause("refuses a code that is registered and changes nothing") { store async throws in
            try await store.addCamera(try camera("a", name: "first"), credentials: nil)
            await expect(.duplicate) { try await store.addCamera(try camera("a", name: "second"), credentials: nil) }
            #expect(try await store.camera(try code("a"))?.name == "first")
            #expect(try await store.cameraCount() == 1)
        },
        Clause("tells codes that differ in letters' case apart") { store async throws in
            try await store.addCamera(try camera("Gate"), credentials: nil)
            try await store.addCamera(try camera("gate"), credentials: nil)
            #expect(try await store.cameraCount() == 2)
        },
        Clause("keeps a text of a million characters") { store async throws in
            var long = try camera("long", name: String(repeating: "长", count: 1_000_000))
            long.tags = [String(repeating: "t", count: 100_000), ""]
            try await store.addCamera(long, credentials: nil)
            #expect(try await store.camera(long.code) == long)
        },
        Clause("refuses what it could not return: NUL in a text, a number that is not finite") { store async throws in
            await expect(.invalidValue) { try await store.addCamera(try camera("a", name: "a\u{0}b"), credentials: nil) }
            var broken = try camera("b")
            broken.bearingDegrees = .nan
            let unbearable = broken
            await expect(.invalidValue) { try await store.addCamera(unbearable, credentials: nil) }
            #expect(try await store.cameraCount() == 0)
        },
        Clause("imports all or none") { store async throws in
            try await store.addCamera(try camera("a", name: "old"), credentials: nil)
            let list: [(Camera, FeedCredentials?)] = [(try camera("a", name: "new"), nil), (try camera("b"), nil), (try camera("b"), nil)]
            #expect(try await store.importCameras(list, replacing: false) == ImportCount(added: 1, skipped: 2))
            #expect(try await store.camera(try code("a"))?.name == "old")
            #expect(try await store.importCameras(list, replacing: true) == ImportCount(updated: 3))
            #expect(try await store.camera(try code("a"))?.name == "new")
            await expect(.invalidValue) {
                _ = try await store.importCameras([(try camera("c"), nil), (try camera("d", name: "\u{0}"), nil)], replacing: true)
            }
            await expect(.invalidValue) {
                let credentials = FeedCredentials(user: "\u{0}", password: "")
                _ = try await store.importCameras([(try camera("c"), nil), (try camera("d"), credentials)], replacing: true)
            }
            #expect(try await store.camera(try code("c")) == nil)
            #expect(try await store.importCameras([], replacing: true) == ImportCount())
        },
        Clause("keeps the time of registration over changes and imports") { store async throws in
            try await store.addCamera(try camera("a"), credentials: nil)
            var later = Camera(code: try code("a"), name: "b", createdAt: at(100))
            try await store.updateCamera(later, credentials: .keep)
            _ = try await store.importCameras([(later, nil)], replacing: true)
            later.createdAt = at(0)
            #expect(try await store.camera(later.code) == later)
        },
        Clause("changes a camera, and its credentials as asked") { store async throws in
            var gate = try fullCamera("gate")
            try await store.addCamera(gate, credentials: FeedCredentials(user: "u", password: "1"))
            gate.name = "gate 2"
            gate.tags = ["only"]
            try await store.updateCamera(gate, credentials: .keep)
            #expect(try await store.credentials(of: gate.code)?.password == "1")
            try await store.updateCamera(gate, credentials: .set(FeedCredentials(user: "", password: "")))
            #expect(try await store.credentials(of: gate.code) == FeedCredentials(user: "", password: ""))
            try await store.updateCamera(gate, credentials: .remove)
            #expect(try await store.credentials(of: gate.code) == nil)
            #expect(try await store.camera(gate.code) == gate)
            await expect(.notFound) { try await store.updateCamera(try camera("none"), credentials: .keep) }
        },
        Clause("takes a camera out of service and lets its code be registered anew") { store async throws in
            let gate = try code("gate")
            await expect(.notFound) { try await store.removeCamera(gate, at: at(1)) }
            try await store.addCamera(try fullCamera("gate"), credentials: FeedCredentials(user: "u", password: "p"))
            try await store.removeCamera(gate, at: at(50))
            #expect(try await store.camera(gate) == nil)
            #expect(try await store.lastRegistration(of: gate)?.retentionDays == 90, "its footage is kept by what it was")
            #expect(try await store.lastRegistration(of: try code("none")) == nil)
            #expect(try await store.credentials(of: gate) == nil)
            #expect(try await store.cameras(CameraFilter(), after: nil, limit: 10).isEmpty)
            #expect(try await store.cameraCount() == 0)
            await expect(.notFound) { try await store.removeCamera(gate, at: at(51)) }
            await expect(.notFound) { try await store.updateCamera(try camera("gate"), credentials: .keep) }
            var again = Camera(code: gate, name: "again", createdAt: at(60))
            again.position = point(1, 1)
            try await store.addCamera(again, credentials: nil)
            #expect(try await store.camera(gate) == again)
            #expect(try await store.lastRegistration(of: gate) == again)
            let views = try await store.viewpoints(filter: CameraFilter()).sorted { $0.registeredAt < $1.registeredAt }
            #expect(views.map(\.registeredAt) == [at(0), at(60)])
            #expect(views.map(\.removedAt) == [at(50), nil])
        },
        Clause("pages in the order of codes") { store async throws in
            let codes = ["b", "a", "C", "a-1", "10", "9"]
            _ = try await store.importCameras(try codes.map { (try camera($0), nil) }, replacing: false)
            var (seen, after): ([String], CameraCode?) = ([], nil)
            while true {
                let page = try await store.cameras(CameraFilter(), after: after, limit: 2)
                guard let last = page.last else { break }
                seen += page.map(\.code.text)
                after = last.code
            }
            #expect(seen == ["10", "9", "C", "a", "a-1", "b"])
            #expect(try await store.cameras(CameraFilter(), after: nil, limit: 0).isEmpty)
        },
        Clause("filters by every condition given") { store async throws in
            var one = try camera("one", name: "Ворота Север")
            (one.tags, one.owner, one.cameraClass, one.grid) = (["x", "y"], "shop", .third, "g1")
            var two = try camera("two", name: "100% gate_2")
            (two.tags, two.address) = (["x"], "Daotou ROAD")
            try await store.addCamera(one, credentials: nil)
            try await store.addCamera(two, credentials: nil)
            func codes(_ filter: CameraFilter) async throws -> [String] {
                try await store.cameras(filter, after: nil, limit: 10).map(\.code.text)
            }
            #expect(try await codes(CameraFilter(tags: ["x"])) == ["one", "two"])
            #expect(try await codes(CameraFilter(tags: ["x", "y"])) == ["one"])
            #expect(try await codes(CameraFilter(tags: ["X"])).isEmpty)
            #expect(try await codes(CameraFilter(cameraClass: .third, grid: "g1", owner: "shop")) == ["one"])
            #expect(try await codes(CameraFilter(cameraClass: .third, owner: "other")).isEmpty)
            #expect(try await codes(CameraFilter(text: "воРОТА")) == ["one"])
            #expect(try await codes(CameraFilter(text: "daotou road")) == ["two"])
            #expect(try await codes(CameraFilter(text: "0%")) == ["two"])
            #expect(try await codes(CameraFilter(text: "e_2")) == ["two"])
            #expect(try await codes(CameraFilter(text: "TWO")) == ["two"])
            #expect(try await codes(CameraFilter(text: "")) == ["one", "two"])
        },
    ]

    static let viewpoints: [Clause] = [
        Clause("finds the cameras whose field of view's box meets a box, removed ones included") { store async throws in
            let near = try camera("near", at: point(30, 104))
            var far = try camera("far", at: point(30.01, 104))
            (far.bearingDegrees, far.rangeMeters) = (0, 100)
            try await store.addCamera(near, credentials: nil)
            try await store.addCamera(far, credentials: nil)
            try await store.addCamera(try camera("nowhere"), credentials: nil)
            try await store.addCamera(try camera("zero", at: point(0, 0)), credentials: nil)
            try await store.removeCamera(near.code, at: at(9))
            let box = GeoBox(south: 29.999, west: 103.999, north: 30.001, east: 104.001)
            let view = FieldOfView(position: point(30, 104), bearingDegrees: nil, fieldDegrees: nil, rangeMeters: nil)
            let expected = Viewpoint(
                code: near.code, name: "Gate", fieldOfView: view, kind: .fixed, cameraClass: .other, registeredAt: at(0), removedAt: at(9))
            #expect(try await store.viewpoints(meeting: box, filter: CameraFilter()) == [expected])
            // Far looks north: what lies 50 m north meets it, 50 m south does not.
            for (offset, isMet) in [(0.00045, true), (-0.00045, false)] {
                let spot = GeoBox(south: 30.01 + offset, west: 104, north: 30.01 + offset, east: 104)
                let met = try await store.viewpoints(meeting: spot, filter: CameraFilter()).map(\.code)
                #expect(met == (isMet ? [far.code] : []))
            }
            #expect(try await store.viewpoints(meeting: box, filter: CameraFilter(owner: "nobody")).isEmpty)
            let located = try await store.viewpoints(filter: CameraFilter()).map(\.code)
            #expect(located.sorted() == [far.code, near.code])
        },
        Clause("counts the cameras in service that have no position") { store async throws in
            for (name, position) in [("a", nil), ("b", point(0, 0)), ("c", point(0, 1)), ("gone", nil)] {
                try await store.addCamera(try camera(name, at: position), credentials: nil)
            }
            try await store.removeCamera(try code("gone"), at: at(1))
            #expect(try await store.unlocatedCameraCount(CameraFilter()) == 2)
            #expect(try await store.unlocatedCameraCount(CameraFilter(text: "B")) == 1)
        },
        Clause("moves a camera's field of view with it, and drops it with its position") { store async throws in
            var gate = try camera("gate", at: point(30, 104))
            try await store.addCamera(gate, credentials: nil)
            gate.position = point(31, 104)
            try await store.updateCamera(gate, credentials: .keep)
            let found = { (latitude: Double) async throws -> Int in
                let spot = GeoBox(south: latitude, west: 104, north: latitude, east: 104)
                return try await store.viewpoints(meeting: spot, filter: CameraFilter()).count
            }
            #expect(try await found(30) == 0)
            #expect(try await found(31) == 1)
            gate.position = nil
            try await store.updateCamera(gate, credentials: .keep)
            #expect(try await found(31) == 0)
            #expect(try await store.viewpoints(filter: CameraFilter()).isEmpty)
        },
        Clause("misses no field of view to rounding") { store async throws in
            var random = SeededGenerator(seed: 7)
            var cameras: [Camera] = []
            for index in 0..<300 {
                var one = try camera("c\(index)", at: point(.random(in: -60...60, using: &random), .random(in: -179...179, using: &random)))
                one.bearingDegrees = .random(in: 0..<360, using: &random)
                one.rangeMeters = .random(in: 1...200, using: &random)
                cameras.append(one)
            }
            _ = try await store.importCameras(cameras.map { ($0, nil) }, replacing: false)
            for one in cameras {
                // A box that touches the field's box in one corner.
                let box = try #require(one.fieldOfView?.boundingBox)
                let corner = GeoBox(south: box.north, west: box.east, north: box.north + 0.01, east: box.east + 0.01)
                #expect(try await store.viewpoints(meeting: corner, filter: CameraFilter()).contains { $0.code == one.code })
            }
        },
    ]
}
