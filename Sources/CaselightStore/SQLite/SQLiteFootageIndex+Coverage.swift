public import CaselightModel
import GRDB

extension SQLiteFootageIndex {
    public func coverage(of cameras: [CameraCode], overlapping span: TimeSpan) async throws -> [CameraCode: [Coverage]] {
        let known = indexed(cameras)
        let keys = known.indices.flatMap { index in
            (0..<3).filter { known[index].camera.policies & 1 << $0 != 0 }.map { known[index].camera.id << 2 | $0 }
        }
        guard !keys.isEmpty else { return [:] }
        let codes = Dictionary(uniqueKeysWithValues: known.map { ($0.camera.id, $0.code) })
        let list = "[" + keys.map(String.init).joined(separator: ",") + "]"
        return try await file.readOnce("read coverage") { db in
            let cursor = try Row.fetchCursor(
                db.cachedStatement(sql: Self.coverageSQL), arguments: [list, span.start.microseconds, span.end.microseconds])
            var result: [CameraCode: [Coverage]] = [:]
            result.reserveCapacity(codes.count)
            while let row = try cursor.next() {
                guard let code = codes[row[0]] else { continue }
                result[code, default: []].append(Coverage(span: try row.span(2), policy: try RecordingPolicy(number: row[1])))
            }
            for (code, intervals) in result where !intervals.adjacentPairsAreOrdered {
                result[code] = intervals.sorted { $0.span.start < $1.span.start }
            }
            return result
        }
    }

    /// ?1 lists camera and policy as one number, `id << 2 | policy`. Rows of one policy do not touch, so of those that start before
    /// ?2 the last one alone can reach it: one step down the key, then forward to ?3.
    static let coverageSQL = """
        SELECT v.camera_id, v.policy, v.started_at_us, v.ended_at_us
        FROM json_each(?1) k CROSS JOIN coverage v ON v.camera_id = k.value >> 2 AND v.policy = k.value & 3
          AND v.started_at_us >= ifnull((
            SELECT p.started_at_us FROM coverage p
            WHERE p.camera_id = k.value >> 2 AND p.policy = k.value & 3 AND p.started_at_us <= ?2
            ORDER BY p.started_at_us DESC LIMIT 1), ?2)
          AND v.started_at_us < ?3
        WHERE v.ended_at_us > ?2
        """
}

extension [Coverage] {
    fileprivate var adjacentPairsAreOrdered: Bool { zip(self, dropFirst()).allSatisfy { $0.span.start <= $1.span.start } }
}
