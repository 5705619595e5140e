import CaselightModel
import CaselightQuery
import CaselightStore
import Foundation

/// Records and a footage index in real files, gone with the test.
final class Installation: Sendable {
    let folder: URL
    let records: SQLiteRecordStore
    let index: SQLiteFootageIndex
    let search: FootageSearch

    /// - Parameter now: what the clock shows; a day after the morning the tests are about, unless told otherwise.
    init(now: WallTime = at(86_400)) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "caselight-query-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        records = try SQLiteRecordStore.open(path: folder.appending(path: "records.db").path, sealer: SecretSealer(.random()))
        index = try SQLiteFootageIndex.open(path: folder.appending(path: "index.db").path)
        search = FootageSearch(records: records, index: index, clock: StoppedClock(time: now))
    }

    deinit {
        try? records.close()
        try? index.close()
        try? FileManager.default.removeItem(at: folder)
    }

    /// Registers a camera an hour before the morning.
    @discardableResult
    func register(
        _ code: String, at position: GeoPoint? = nil, looking bearing: Double? = nil, since: Int64 = -3600,
        _ change: (inout Camera) -> Void = { _ in }
    ) async throws -> CameraCode {
        var camera = Camera(code: try CameraCode(code), name: "camera \(code)", createdAt: morning + .seconds(since))
        camera.position = position
        camera.bearingDegrees = bearing
        change(&camera)
        try await records.addCamera(camera, credentials: nil)
        return camera.code
    }

    /// Makes a run of one-minute segments with a keyframe every 2 s.
    ///
    /// - Parameter activity: the bytes of a second after the morning, by the recording's clock.
    @discardableResult
    func record(
        _ camera: CameraCode, _ start: Int64, _ end: Int64, policy: RecordingPolicy = .full, origin: RunOrigin = .feed,
        activity: (Int64) -> Int = { _ in 1000 }
    ) async throws -> RunID {
        let run = Run(
            id: .random(), camera: camera, origin: origin, startedAt: at(start), endedAt: at(end), stream: StreamMetadata(container: "rtsp"))
        var changes = [IndexChange.run(run)]
        for (sequence, second) in stride(from: start, to: end, by: 60).enumerated() {
            let last = min(end, second + 60)
            let keyframes = stride(from: second, to: last, by: 2).map {
                Keyframe(time: at($0), offset: 1000 + ($0 - second) * 100_000, byteCount: 50_000)
            }
            changes.append(.segment(Segment(
                id: SegmentID(run: run.id, sequence: UInt32(sequence)), camera: camera, span: span(second, last), policy: policy,
                byteCount: 6_000_000, initializationByteCount: 900, sha256: String(repeating: "a", count: 64),
                endReason: last == end ? .feedLost : .full, audio: nil, keyframes: KeyframeTable(keyframes, from: at(second)),
                activity: ActivityTable(bytesPerSecond: (second..<last).map(activity)))))
        }
        try await index.apply(changes)
        return run.id
    }

    func note(_ cause: GapCause, _ camera: CameraCode, _ start: Int64, _ end: Int64, _ detail: String = "") async throws {
        try await records.addOutage(Outage(camera: camera, startedAt: at(start), endedAt: at(end), cause: cause, detail: detail))
    }

    func state(
        _ offset: Microseconds, _ uncertainty: Microseconds, of camera: CameraCode, run: RunID? = nil, at second: Int64 = 0
    ) async throws {
        try await records.addClockCorrection(ClockCorrection(
            camera: camera, run: run, offsetUs: offset, uncertaintyUs: uncertainty, note: "DVR beside a clock", statedAt: at(second)))
    }
}

/// A corner in Ningbo.
let corner = GeoPoint(unchecked: 29.8683, 121.544)

/// 150 m around the corner.
func around(
    _ asked: TimeSpan, _ change: (inout ClipQuery) -> Void = { _ in }
) -> ClipQuery {
    var query = ClipQuery(place: .shape(.circle(center: corner, radiusMeters: 150)), span: asked)
    change(&query)
    return query
}

/// What a recorder handed over.
let handedOver = RunOrigin.file(name: "shop.mp4", sha256: String(repeating: "b", count: 64))
