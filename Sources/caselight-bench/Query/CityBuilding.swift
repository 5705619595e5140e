import CaselightModel
import CaselightStore
import Foundation

/// Fills a state's databases with a city, through the stores themselves.
struct CityBuilding: Sendable {
    let city: City
    let state: String
    let incidentCount: Int

    /// Changes in one transaction of the index.
    private static let camerasPerTransaction = 50
    private static let camerasPerImport = 5000
    private static let incidentsPerImport = 20_000
    /// Where nothing has to reach a disk: the records' writes are durable one by one, which is not what is measured here.
    private static let memoryFolder = "/dev/shm"

    func build() async throws {
        async let footage: Void = recordFootage()
        async let records: Void = fillRecords()
        _ = try await (footage, records)
    }

    private func recordFootage() async throws {
        let index = try SQLiteFootageIndex.open(path: state + "/index.db")
        var changes: [IndexChange] = []
        for number in 0..<city.cameraCount {
            let code = try city.code(number)
            for span in city.footage(of: number) { changes += Self.run(of: code, span) }
            guard number % Self.camerasPerTransaction == Self.camerasPerTransaction - 1 || number == city.cameraCount - 1 else { continue }
            try await index.apply(changes)
            changes = []
        }
        try index.close()
    }

    /// One segment for all of a run: questions ask for coverage, which knows no segments.
    private static func run(of camera: CameraCode, _ span: TimeSpan) -> [IndexChange] {
        let run = Run(
            id: .random(), camera: camera, origin: .feed, startedAt: span.start, endedAt: span.end, stream: StreamMetadata(container: "rtsp"))
        let segment = Segment(
            id: SegmentID(run: run.id, sequence: 0), camera: camera, span: span, policy: .full, byteCount: 1, initializationByteCount: 1,
            sha256: nil, endReason: .feedLost, audio: nil, keyframes: .empty, activity: .empty)
        let sample = ClockSample(at: span.start, offsetUs: .milliseconds(300), uncertaintyUs: .milliseconds(40))
        return [.run(run), .segment(segment), .clockSample(run.id, sample), .runEnded(run.id, at: span.end)]
    }

    private func fillRecords() async throws {
        let final = state + "/records.db"
        let isMemoryThere = access(Self.memoryFolder, W_OK) == 0
        let path = isMemoryThere ? "\(Self.memoryFolder)/caselight-bench-\(UUID().uuidString).db" : final
        if isMemoryThere {
            Cleanup.add { for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) } }
            try Self.move(final, path)
        }
        let records = try SQLiteRecordStore.open(path: path, sealer: SecretSealer(.random()))
        for start in stride(from: 0, to: city.cameraCount, by: Self.camerasPerImport) {
            let cameras = try (start..<min(city.cameraCount, start + Self.camerasPerImport)).map { (try city.camera($0), FeedCredentials?.none) }
            _ = try await records.importCameras(cameras, replacing: false)
        }
        for number in 0..<city.cameraCount {
            let (code, footage) = (try city.code(number), city.footage(of: number))
            for (before, after) in zip(footage, footage.dropFirst()) {
                try await records.addOutage(
                    Outage(camera: code, startedAt: before.end, endedAt: after.start, cause: .feedLost, detail: "connection reset"))
            }
        }
        let incidents = try city.incidents(incidentCount)
        for start in stride(from: 0, to: incidents.count, by: Self.incidentsPerImport) {
            _ = try await records.importIncidents(Array(incidents[start..<min(incidents.count, start + Self.incidentsPerImport)]), replacing: false)
        }
        try records.close()
        if isMemoryThere { try Self.move(path, final) }
    }

    /// With its log, which closing need not have emptied.
    private static func move(_ source: String, _ target: String) throws {
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: source + suffix) {
            try FileManager.default.moveItem(atPath: source + suffix, toPath: target + suffix)
        }
        for path in [source, target] { unlink(path + "-shm") }
    }
}
