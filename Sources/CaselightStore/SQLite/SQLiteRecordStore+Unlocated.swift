import GRDB
import Synchronization

extension SQLiteRecordStore {
    public func unlocatedCameraCount(_ filter: CameraFilter) async throws -> Int {
        let (known, generation) = unlocatedCounts.withLock { ($0.counts[filter], $0.generation) }
        if let known { return known }
        var conditions = Conditions(
            "c.removed_at_us IS NULL AND (c.latitude_deg IS NULL OR c.latitude_deg = 0 AND c.longitude_deg = 0)")
        conditions.add(filter)
        let (sql, arguments) = (Self.unlocatedSQL(conditions), StatementArguments(conditions.arguments))
        let count = try await file.readOnce("count cameras without a position") { db in try db.first(sql, arguments) { $0[0] as Int } ?? 0 }
        unlocatedCounts.withLock { $0.remember(count, filter, since: generation) }
        return count
    }

    /// By way of the index `cameras_unlocated`, which holds no camera with a position.
    static func unlocatedSQL(_ conditions: Conditions) -> String { "SELECT count(*) FROM cameras c \(conditions.sql)" }

    /// To be called after every change of cameras or of their grids, before the one who made it is told.
    func forgetUnlocatedCounts() { unlocatedCounts.withLock { $0.forget() } }
}

/// Counts of cameras without a position, by the filter they were asked with.
struct UnlocatedCounts {
    private(set) var counts: [CameraFilter: Int] = [:]
    /// Counts changes, so that what was read before one is not remembered after it.
    private(set) var generation = 0

    /// Filters remembered before all are forgotten.
    private static let filterLimit = 100

    mutating func remember(_ count: Int, _ filter: CameraFilter, since generation: Int) {
        guard generation == self.generation else { return }
        if counts.count >= Self.filterLimit { counts = [:] }
        counts[filter] = count
    }

    mutating func forget() {
        counts = [:]
        generation += 1
    }
}
