public import CaselightModel
import GRDB

extension SQLiteFootageIndex {
    public func coverage(of cameras: [CameraCode], overlapping span: TimeSpan) async throws -> [CameraCode: [Coverage]] {
        let known = indexed(cameras).filter { $0.camera.policies & IndexedCamera.policyBits != 0 }
        guard !known.isEmpty else { return [:] }
        return try await file.readOnce("read coverage") { db in
            try db.onOneSnapshot {
                try db.quickly(Self.coverageSQL) { statement in
                    var result = [CameraCode: [Coverage]](minimumCapacity: known.count)
                    for (code, camera) in known {
                        let found = try Self.coverage(of: camera, overlapping: span, statement)
                        if !found.isEmpty { result[code] = found }
                    }
                    return result
                }
            }
        }
    }

    private static func coverage(
        of camera: IndexedCamera, overlapping span: TimeSpan, _ statement: QuickStatement
    ) throws -> [Coverage] {
        var found: [Coverage] = []
        try statement.bind(camera.id, at: 1)
        try statement.bind(span.end.microseconds, at: 3)
        for policy in RecordingPolicy.allCases where camera.policies & 1 << policy.number != 0 {
            try statement.bind(Int64(policy.number), at: 2)
            while try statement.step() {
                let stretch = try statement.span(0)
                guard stretch.end > span.start else { break }
                found.append(Coverage(span: stretch, policy: policy))
            }
            statement.reset()
        }
        if found.count > 1 { found.sort { ($0.span.start, $0.policy.number) < ($1.span.start, $1.policy.number) } }
        return found
    }

    /// A camera's rows under one policy from ?3 downward. They do not touch, so the first that ends before the span is the last to be read.
    static let coverageSQL = """
        SELECT started_at_us, ended_at_us FROM coverage
        WHERE camera_id = ?1 AND policy = ?2 AND started_at_us < ?3 ORDER BY started_at_us DESC
        """
}
