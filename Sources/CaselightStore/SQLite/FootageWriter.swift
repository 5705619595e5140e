import CaselightModel
import Foundation
import GRDB

/// Applies changes to the index, inside a transaction of the writing connection.
///
/// Remembers the cameras and the runs it has seen, so that a progress report costs five statements. Used on the writing
/// connection's queue alone, which is why it may be shared without a lock.
final class FootageWriter: @unchecked Sendable {
    /// Runs remembered before all are forgotten; far above the feeds of one machine.
    private static let runLimit = 20_000

    private(set) var cameras: [CameraCode: IndexedCamera] = [:]
    /// What readers must be told once the transaction holds.
    private(set) var news = News()
    private var codes: [Int64: CameraCode] = [:]
    private var runs: [RunID: Int64] = [:]
    private var isLoaded = false
    private var (segmentChange, byteChange): (Int, Int64) = (0, 0)
    /// Ids of cameras whose newest clock sample may be another now.
    private var clockChanges: Set<Int64> = []

    /// What a transaction changed of that which readers keep in memory.
    struct News {
        var cameras: [CameraCode: IndexedCamera] = [:]
        /// The newest clock samples of cameras by their ids; `nil` of a camera that has none any more.
        var clocks: [Int64: ClockSample?] = [:]
    }

    func apply(_ changes: [IndexChange], _ db: Database) throws {
        if !isLoaded { try load(db) }
        (segmentChange, byteChange) = (0, 0)
        (news, clockChanges) = (News(), [])
        for change in changes { try apply(change, db) }
        news.clocks = try SQLiteFootageIndex.latestClocks(of: Array(clockChanges), db)
        guard segmentChange != 0 || byteChange != 0 else { return }
        try db.run(
            "UPDATE totals SET segment_count = segment_count + ?, byte_count = byte_count + ? WHERE id = 1", [segmentChange, byteChange])
    }

    /// What was remembered may be of a transaction that came to nothing.
    func forget() {
        isLoaded = false
        runs = [:]
    }

    private func load(_ db: Database) throws {
        cameras = try Self.allCameras(db)
        codes = [:]
        for (code, camera) in cameras { codes[camera.id] = code }
        isLoaded = true
    }

    static func allCameras(_ db: Database) throws -> [CameraCode: IndexedCamera] {
        let rows = try db.all("SELECT code, id, longest_segment_us, policies FROM cameras") { row in
            (try row.code(0), IndexedCamera(id: row[1], longestSegmentUs: row[2], policies: row[3]))
        }
        return Dictionary(rows) { _, last in last }
    }

    private func apply(_ change: IndexChange, _ db: Database) throws {
        switch change {
        case .run(let run): try put(run, db)
        case .runEnded(let id, let time):
            try db.run("UPDATE runs SET ended_at_us = ? WHERE run_id = ?", [time.microseconds, id.stored])
        case .segment(let segment): try put(segment, db)
        case .progress(let id, let end, let byteCount, let audioByteCount, let keyframes, let activity):
            try grow(id, to: end.microseconds, byteCount, audioByteCount, keyframes, activity, db)
        case .deleting(let id): try markDeleting(id, db)
        case .deleted(let id): try delete(id, db)
        case .clockSample(let run, let sample):
            guard let key = try key(of: run, db) else { throw Self.unknownRun(run, "index a clock sample") }
            try db.run(
                "INSERT OR REPLACE INTO clock_samples (run_key, at_us, offset_us, uncertainty_us) VALUES (?, ?, ?, ?)",
                [key, sample.at.microseconds, sample.offsetUs.value, sample.uncertaintyUs.value])
            if let camera = try db.first("SELECT camera_id FROM runs WHERE key = ?", [key], { $0[0] as Int64 }) { noteClock(camera) }
        }
    }
}

// MARK: - Cameras and runs

extension FootageWriter {
    func camera(_ code: CameraCode, _ db: Database) throws -> IndexedCamera {
        if let camera = cameras[code] { return camera }
        let least = IndexedCamera.leastLongestSegmentUs
        try db.run("INSERT INTO cameras (code, longest_segment_us, policies) VALUES (?, ?, 0)", [code.text, least])
        let camera = IndexedCamera(id: db.lastInsertedRowID, longestSegmentUs: least, policies: 0)
        remember(code, camera)
        codes[camera.id] = code
        return camera
    }

    /// Notes that a camera has segments this long, under this policy, before one is stored.
    func note(_ cameraID: Int64, lengthUs: Int64, policy: Int, _ db: Database) throws {
        guard let code = codes[cameraID], var camera = cameras[code] else { return }
        while camera.longestSegmentUs < lengthUs { camera.longestSegmentUs *= 2 }
        camera.policies |= 1 << policy
        guard camera != cameras[code] else { return }
        try db.run(
            "UPDATE cameras SET longest_segment_us = ?, policies = ? WHERE id = ?", [camera.longestSegmentUs, camera.policies, cameraID])
        remember(code, camera)
    }

    private func noteImport(_ code: CameraCode, _ db: Database) throws {
        var camera = try camera(code, db)
        guard !camera.hasImports else { return }
        camera.policies |= IndexedCamera.importBit
        try db.run("UPDATE cameras SET policies = ? WHERE id = ?", [camera.policies, camera.id])
        remember(code, camera)
    }

    private func remember(_ code: CameraCode, _ camera: IndexedCamera) {
        cameras[code] = camera
        news.cameras[code] = camera
    }

    func noteClock(_ cameraID: Int64) { clockChanges.insert(cameraID) }

    func longestSegmentUs(of cameraID: Int64) -> Int64 {
        codes[cameraID].flatMap { cameras[$0]?.longestSegmentUs } ?? IndexedCamera.leastLongestSegmentUs
    }

    func key(of run: RunID, _ db: Database) throws -> Int64? {
        if let key = runs[run] { return key }
        guard let key = try db.first("SELECT key FROM runs WHERE run_id = ?", [run.stored], { $0[0] as Int64 }) else { return nil }
        if runs.count >= Self.runLimit { runs = [:] }
        runs[run] = key
        return key
    }

    func forget(_ run: RunID) { runs[run] = nil }

    static func unknownRun(_ run: RunID, _ operation: String) -> CaselightError {
        CaselightError(.notFound, operation, because: "its run \(run) is not in the index")
    }

    /// A run that has ended stays ended, so that its beginning may be told again.
    private func put(_ run: Run, _ db: Database) throws {
        var file: (name: String?, sha256: String?)
        if case .file(let name, let sha256) = run.origin { file = (name, sha256) }
        if run.origin.followsForeignClock { try noteImport(run.camera, db) }
        if let old = try db.first("SELECT camera_id FROM runs WHERE run_id = ?", [run.id.stored], { $0[0] as Int64 }) { noteClock(old) }
        let cameraID = try camera(run.camera, db).id
        noteClock(cameraID)
        try checkText(file.name, file.sha256, operation: "index run \(run.id)")
        let stream = String(decoding: try JSONEncoder().encode(run.stream), as: UTF8.self)
        try db.run(
            """
            INSERT INTO runs (run_id, camera_id, file_name, file_sha256, started_at_us, ended_at_us, stream) VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run_id) DO UPDATE SET camera_id = excluded.camera_id, file_name = excluded.file_name,
              file_sha256 = excluded.file_sha256, started_at_us = excluded.started_at_us,
              ended_at_us = ifnull(excluded.ended_at_us, ended_at_us), stream = excluded.stream
            """,
            [
                run.id.stored, cameraID, file.name, file.sha256, run.startedAt.microseconds,
                run.endedAt?.microseconds, stream,
            ])
    }

    func count(segments: Int, bytes: Int64) {
        segmentChange += segments
        byteChange += bytes
    }
}
