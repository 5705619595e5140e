import CaselightModel
import Foundation
import GRDB
import TestSupport
import Testing

@testable import CaselightStore

/// What calls cost in CPU time, as built for release and run alone: `CASELIGHT_MEASURE=1 swift test -c release --filter StoreSpeedTests`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["CASELIGHT_MEASURE"] != nil)) struct StoreSpeedTests {
    /// CPU time a call, of the whole process: what is left of a measurement on a busy machine.
    private func microseconds(_ count: Int, _ body: () async throws -> Void) async throws -> Double {
        for _ in 0..<20 { try await body() }
        let start = cpuMicroseconds()
        for _ in 0..<count { try await body() }
        return ((cpuMicroseconds() - start) / Double(count) * 10).rounded() / 10
    }

    private func cpuMicroseconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }

    @Test func progressOfAHundredSegmentsInOneTransaction() async throws {
        let folder = try TemporaryFolder()
        let index = try SQLiteFootageIndex.open(path: folder.file("index.db"))
        try await index.apply(
            try (1...100).flatMap { number -> [IndexChange] in
                let name = "camera-\(number)"
                return [.run(try run(UInt64(number), name)), .segment(try segment(UInt64(number), 0, name, 0, 1, isOpen: true))]
            })
        let (rounds, cpu, start) = (200, cpuMicroseconds(), ContinuousClock.now)
        for round in 2..<(2 + rounds) {
            try await index.apply(
                (1...100).map {
                    .progress(
                        SegmentID(run: RunID($0), sequence: 0), endsAt: at(Double(round)), byteCount: Int64(round) * 1000,
                        audioByteCount: nil)
                })
        }
        let taken = ContinuousClock.now - start
        let perChange = (cpuMicroseconds() - cpu) / Double(rounds) / 100
        print("progress: \(perChange) µs of CPU a change, \(taken / rounds) a transaction of 100")
        #expect(perChange < 40)
        try index.close()
    }

    @Test func coverageOfThirtyCamerasWithAThousandRowsEach() async throws {
        let folder = try TemporaryFolder()
        let index = try SQLiteFootageIndex.open(path: folder.file("index.db"))
        let cameras = try (1...30).map { try code("5101000000132000\(1000 + $0)") }
        for (number, camera) in cameras.enumerated() {
            let id = UInt64(number + 1)
            try await index.apply([.run(try run(id, camera.text))] + (try (0..<1000).map { sequence in
                // A month with a gap every 43 minutes.
                let start = Double(sequence) * 2592
                return .segment(try segment(id, UInt32(sequence), camera.text, start, start + 2590))
            }))
        }
        var random = SeededGenerator(seed: 3)
        let hop = try await microseconds(2000) { _ = try await index.file.readOnce("nothing") { _ in 0 } }
        let taken = try await microseconds(2000) {
            let start = Double.random(in: 0...2_590_000, using: &random)
            let found = try await index.coverage(of: cameras, overlapping: span(start, start + 1800))
            #expect(found.count == 30)
        }
        print("coverage of 30 cameras: \(taken) µs, of which \(hop) µs to reach the database's queue and back")
        #expect(taken - hop < 200)
        try index.close()
    }

    private func residentBytes() throws -> Int {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        return (Int(text.split(separator: " ")[1]) ?? 0) * Int(getpagesize())
    }

    @Test func theMapOfViewpointsTakesSome400BytesACamera() throws {
        let count = 100_000
        var random = SeededGenerator(seed: 64)
        let before = try residentBytes()
        var map = ViewpointMap()
        for number in 0..<count {
            // As dense as a city: 2,000 cameras on 20 by 20 km.
            let position = point(.random(in: 29...30.3, using: &random), .random(in: 103...104.5, using: &random))
            let view = FieldOfView(position: position, bearingDegrees: 90, fieldDegrees: 80, rangeMeters: 60)
            let viewpoint = Viewpoint(
                code: try code("51010000001320\(100_000 + number)"), name: "前进路 \(number) 号路口", fieldOfView: view, kind: .fixed,
                cameraClass: .first, registeredAt: at(0), removedAt: nil)
            let marks = CameraMarks(cameraClass: .first, grid: "510100-07-\(number % 400)-grid", owner: "前进路派出所 \(number % 300)")
            map.replace(
                Int64(number),
                with: ViewpointMap.Entry(id: Int64(number), viewpoint: viewpoint, marks: marks, box: view.boundingBox))
        }
        let bytes = (try residentBytes() - before) / count
        print("the map of viewpoints: \(bytes) bytes a camera")
        #expect(map.count == count && bytes < 500)
    }

    @Test func viewpointsAndOutagesOfAPlace() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteRecordStore.open(path: folder.file("records.db"), sealer: .forTests)
        // 2,000 cameras 100 m apart; a box of 500 m holds about 30.
        let cameras = try (0..<2000).map { index in
            try camera("5101000000132000\(1000 + index)", at: point(30 + Double(index / 45) * 0.0009, 104 + Double(index % 45) * 0.00104))
        }
        _ = try await store.importCameras(cameras.map { ($0, nil) }, replacing: false)
        let box = GeoBox(south: 30.018, west: 104.02, north: 30.0222, east: 104.0248)
        let found = try await store.viewpoints(meeting: box, filter: CameraFilter())
        let hop = try await microseconds(2000) { _ = try await store.file.readOnce("nothing") { _ in 0 } }
        let taken = try await microseconds(2000) { _ = try await store.viewpoints(meeting: box, filter: CameraFilter()) }
        print("viewpoints: \(found.count) in \(taken) µs, of which \(hop) µs to reach the database's queue and back")
        try await store.file.write("fill") { db in
            for camera in found {
                for index in 0..<1000 {
                    try db.run(
                        """
                        INSERT INTO outages (camera_code, length_class, started_at_us, ended_at_us, cause, detail)
                        VALUES (?, 0, ?, ?, 'feedLost', '')
                        """,
                        [camera.code.text, at(Double(index) * 100).microseconds, at(Double(index) * 100 + 5).microseconds])
                }
            }
        }
        let codes = found.map(\.code)
        let outages = try await microseconds(1000) { _ = try await store.outages(of: codes, overlapping: span(50_000, 50_100)) }
        let durable = try await microseconds(100) { try await store.addVolume("v", path: "/", at: at(0)) }
        print("outages of \(codes.count) cameras: \(outages) µs; a durable write: \(durable) µs")
        #expect(taken - hop < 150 && outages - hop < 300)
        try store.close()
    }
}
