import CaselightModel
import GRDB
import Synchronization
import TestSupport
import Testing

@testable import CaselightStore

/// What the stores keep in memory says what the tables say, whatever happens to them.
@Suite struct MemoryTests {
    @Test func theMapOfViewpointsFollowsEveryChange() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("records.db")
        var store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
        var random = SeededGenerator(seed: 61)
        for round in 0..<60 {
            try await change(store, &random)
            if round % 20 == 19 {
                try store.close()
                store = try SQLiteRecordStore.open(path: path, sealer: .forTests)
            }
            for _ in 0..<8 { try await compare(store, Self.box(&random)) }
            try await compare(store, .everywhere)
        }
        #expect(store.viewpointMap.withLock { $0.count } > 50)
        try store.close()
    }

    @Test func aFailedChangeLeavesTheMapAsItWas() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteRecordStore.open(path: folder.file("records.db"), sealer: .forTests)
        try await store.addCamera(try camera("a", at: point(30, 104)), credentials: nil)
        await expect(.duplicate) { try await store.addCamera(try camera("a", at: point(31, 105)), credentials: nil) }
        await expect(.invalidValue) {
            var broken = try camera("broken", at: point(30, 104))
            broken.name = "\u{0}"
            _ = try await store.importCameras([(try camera("b", at: point(30, 104)), nil), (broken, nil)], replacing: false)
        }
        let found = try await store.viewpoints(meeting: .everywhere, filter: CameraFilter())
        #expect(found.map(\.code.text) == ["a"] && found.first?.fieldOfView.position == point(30, 104))
        try store.close()
    }

    private func change(_ store: SQLiteRecordStore, _ random: inout SeededGenerator) async throws {
        let code = try code("c\(Int.random(in: 0..<90, using: &random))")
        var changed = try await store.camera(code) ?? Camera(code: code, name: "n\(code)", createdAt: at(0))
        changed.position = Int.random(in: 0..<8, using: &random) == 0 ? nil : Self.place(&random)
        changed.bearingDegrees = Bool.random(using: &random) ? .random(in: 0..<360, using: &random) : nil
        changed.kind = CameraKind.allCases.randomElement(using: &random) ?? .fixed
        changed.cameraClass = CameraClass.allCases.randomElement(using: &random) ?? .first
        changed.owner = ["shop", "school"].randomElement(using: &random) ?? ""
        changed.grid = ["g1", "g2", nil].randomElement(using: &random) ?? nil
        // Some look so far that they stand in a great many squares of the map.
        changed.rangeMeters = [50, 500, 30_000].randomElement(using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0 where try await store.camera(code) != nil: try await store.removeCamera(code, at: at(1))
        case 1 where try await store.camera(code) != nil: try await store.updateCamera(changed, credentials: .keep)
        default:
            var others = [(changed, FeedCredentials?.none)]
            for number in 0..<5 { others.append((try camera("d\(Int.random(in: 0..<90, using: &random))-\(number)", at: Self.place(&random)), nil)) }
            _ = try await store.importCameras(others, replacing: true)
        }
    }

    private func compare(_ store: SQLiteRecordStore, _ box: GeoBox) async throws {
        for cameraClass in [nil, CameraClass.first] {
            let filter = CameraFilter(cameraClass: cameraClass)
            let found = try await store.viewpoints(meeting: box, filter: filter)
            var conditions = Conditions(
                "v.south_deg <= ? AND v.north_deg >= ? AND v.west_deg <= ? AND v.east_deg >= ?", box.north, box.south, box.east, box.west)
            conditions.add(filter)
            let (sql, arguments) = (SQLiteRecordStore.viewpointSQL(conditions), StatementArguments(conditions.arguments))
            let rows = try await store.file.read("compare") { db in try Row.fetchAll(db, sql: sql, arguments: arguments).map { $0[0] as String } }
            #expect(found.map(\.code.text).sorted() == rows.sorted())
            let scope = CameraScope.groups([
                CameraGroup(code: "a", name: "", classes: [.first], owners: ["shop"]),
                CameraGroup(code: "b", name: "", grids: ["g1"]),
            ])
            let scoped = CameraFilter(cameraClass: cameraClass, scope: scope)
            let known = try await store.viewpoints(meeting: box, filter: scoped)
            conditions = Conditions(
                "v.south_deg <= ? AND v.north_deg >= ? AND v.west_deg <= ? AND v.east_deg >= ?", box.north, box.south, box.east, box.west)
            conditions.add(scoped)
            let (scopedSQL, values) = (SQLiteRecordStore.viewpointSQL(conditions), StatementArguments(conditions.arguments))
            let inScope = try await store.file.read("compare") { db in
                try Row.fetchAll(db, sql: scopedSQL, arguments: values).map { $0[0] as String }
            }
            #expect(known.map(\.code.text).sorted() == inScope.sorted())
            // One of a kind that only the table's own filter can tell.
            let named = try await store.viewpoints(meeting: box, filter: CameraFilter(cameraClass: cameraClass, text: "n"))
            #expect(Set(named).isSubset(of: found))
        }
    }

    private static func place(_ random: inout SeededGenerator) -> GeoPoint {
        // Around a corner of four squares, and beside the 180th meridian.
        let east = Bool.random(using: &random) ? 104 : 179.99
        return point(30 + .random(in: -0.03...0.03, using: &random), east + .random(in: -0.03...0.0099, using: &random))
    }

    private static func box(_ random: inout SeededGenerator) -> GeoBox {
        let center = place(&random)
        return (GeoBox(around: [center]) ?? .everywhere).grown(byMeters: [1, 200, 2000, 90_000].randomElement(using: &random) ?? 1)
    }

    @Test func theNewestClockSamplesFollowEveryChange() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("index.db")
        let index = try SQLiteFootageIndex.open(path: path)
        var random = SeededGenerator(seed: 62)
        let names = ["a", "b", "c"]
        for round in 0..<300 {
            let number = UInt64.random(in: 1...12, using: &random)
            let (name, start) = (names[Int(number) % 3], Double(number * 100))
            let footage = try segment(number, 0, name, start, start + 60)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: try await index.apply([.run(try run(number, name, from: start, to: start + 60)), .segment(footage)])
            case 1: try await index.apply([.deleting(footage.id), .deleted(footage.id)])
            default:
                guard try await index.run(RunID(number)) != nil else { continue }
                let sample = ClockSample(
                    at: at(start + .random(in: -200...200, using: &random)), offsetUs: Microseconds(Int64(round)), uncertaintyUs: .zero)
                try await index.apply([.clockSample(RunID(number), sample)])
                // One that comes to nothing changes nothing.
                try? await index.apply([.clockSample(RunID(number), sample), .clockSample(RunID(99), sample)])
            }
            let asked = try names.shuffled(using: &random).prefix(2).map(code)
            let fresh = try SQLiteFootageIndex.open(path: path)
            #expect(try await index.latestClockSamples(of: asked) == fresh.latestClockSamples(of: asked))
            try fresh.close()
        }
        try index.close()
    }

    @Test func outagesOfAnyLengthAreThoseThatOverlap() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteRecordStore.open(path: folder.file("records.db"), sealer: .forTests)
        var random = SeededGenerator(seed: 63)
        var all: [Outage] = []
        let lengths: [Double] = [1, 899, 900, 901, 86_400, 86_401, 900_000]
        for camera in try ["a", "b", "c"].map(code) {
            var start = 0.0
            for number in 0..<60 {
                let length = lengths.randomElement(using: &random) ?? 1
                all.append(Outage(
                    camera: camera, startedAt: at(start), endedAt: number == 59 ? nil : at(start + length),
                    cause: GapCause.allCases[number % 3], detail: "\(number)"))
                start += length + .random(in: 1...2000, using: &random)
            }
        }
        for outage in all.shuffled(using: &random) { try await store.addOutage(outage) }
        for _ in 0..<300 {
            let start = Double.random(in: -1000...9_000_000, using: &random)
            let asked = span(start, start + .random(in: 1...200_000, using: &random))
            let cameras = try ["c", "a", "a", "none"].map(code)
            let expected = all.filter { $0.camera.text != "b" && $0.startedAt < asked.end && $0.endedAt ?? .distantFuture > asked.start }
                .sorted { ($0.startedAt, $0.camera) < ($1.startedAt, $1.camera) }
            #expect(try await store.outages(of: cameras, overlapping: asked) == expected)
        }
        try store.close()
    }
}
