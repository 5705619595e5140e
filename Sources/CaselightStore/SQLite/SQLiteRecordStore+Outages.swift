public import CaselightModel
import GRDB

extension SQLiteRecordStore {
    public func openOutage(_ outage: Outage) async throws { try await note([.opened(outage)]) }

    public func closeOutage(of camera: CameraCode, at time: WallTime) async throws {
        try await note([.closed(camera, at: time)])
    }

    public func addOutage(_ outage: Outage) async throws { try await note([.past(outage)]) }

    public func note(_ notes: [OutageNote]) async throws {
        guard !notes.isEmpty else { return }
        for note in notes {
            switch note {
            case .opened(let outage), .past(let outage):
                try checkText(outage.detail, operation: "note an outage of camera '\(outage.camera)'")
                if case .past = note, let end = outage.endedAt { _ = try TimeSpan(from: outage.startedAt, to: end) }
            case .closed: break
            }
        }
        try await file.write("note \(notes.count) changes of outages") { db in
            for note in notes {
                switch note {
                case .opened(let outage): try Self.open(outage, db)
                case .closed(let camera, let time): try Self.close(camera, at: time, db)
                case .past(let outage): try Self.add(outage, db)
                }
            }
        }
    }

    public func outages(of cameras: [CameraCode], overlapping span: TimeSpan) async throws -> [Outage] {
        guard !cameras.isEmpty else { return [] }
        let found = try await file.readOnce("read outages") { db in
            try db.onOneSnapshot {
                try Self.overlapping(Set(cameras), from: span.start.microseconds, to: span.end.microseconds, db)
            }
        }
        return found.map { $0.outage }
    }

    public func openOutages() async throws -> [Outage] {
        try await file.readOnce("read the open outages") { db in
            try db.all("SELECT \(Self.columns) FROM outages o WHERE o.ended_at_us IS NULL ORDER BY o.camera_code") {
                try Self.outage($0).outage
            }
        }
    }
}

// MARK: - Rows

extension SQLiteRecordStore {
    private static let columns = "o.id, o.camera_code, o.started_at_us, o.ended_at_us, o.cause, o.detail"

    /// How long an outage of each length class may last; the last class has no end. Longer than any distance of two `WallTime`s.
    private static let longestUs: [Int64] = [900_000_000, 86_400_000_000, 1 << 61]

    /// A camera's outages of one length class that start in ?3 ..< ?4: a short stretch of the index.
    static let overlappingSQL = """
        SELECT \(columns) FROM outages o
        WHERE o.camera_code = ?1 AND o.length_class = ?2 AND o.started_at_us >= ?3 AND o.started_at_us < ?4
        """

    /// Those that overlap the span, in the order of their starts.
    private static func overlapping(
        _ cameras: Set<CameraCode>, from startUs: Int64, to endUs: Int64, _ db: Database
    ) throws -> [(id: Int64, outage: Outage)] {
        var found: [(id: Int64, outage: Outage)] = []
        try db.quickly(overlappingSQL) { statement in
            try statement.bind(endUs, at: 4)
            for camera in cameras {
                try statement.bind(camera.text, at: 1)
                for (number, longestUs) in longestUs.enumerated() {
                    try statement.bind(Int64(number), at: 2)
                    try statement.bind(startUs - longestUs, at: 3)
                    while try statement.step() {
                        guard statement.optionalInteger(3) ?? .max > startUs else { continue }
                        found.append(try outage(statement, of: camera))
                    }
                    statement.reset()
                }
            }
        }
        return found.sorted { ($0.outage.startedAt, $0.outage.camera, $0.id) < ($1.outage.startedAt, $1.outage.camera, $1.id) }
    }

    private static func outage(_ row: QuickStatement, of camera: CameraCode) throws -> (id: Int64, outage: Outage) {
        let cause = row.text(4)
        guard let known = GapCause(rawValue: cause) else { throw StoreFailure.unexpected(cause, in: "outages.cause") }
        return (
            row.integer(0),
            Outage(
                camera: camera, startedAt: WallTime(microseconds: row.integer(2)),
                endedAt: row.optionalInteger(3).map(WallTime.init(microseconds:)), cause: known, detail: row.text(5))
        )
    }

    private static func open(_ outage: Outage, _ db: Database) throws {
        if let open = try openOutage(of: outage.camera, db) {
            try db.run("UPDATE outages SET cause = ?, detail = ? WHERE id = ?", [outage.cause.rawValue, outage.detail, open.id])
        } else {
            var open = outage
            open.endedAt = nil
            try insert(open, db)
        }
    }

    private static func close(_ camera: CameraCode, at time: WallTime, _ db: Database) throws {
        guard let open = try openOutage(of: camera, db) else { return }
        try db.run("DELETE FROM outages WHERE id = ?", [open.id])
        // One that ended as it began, or before it by a step of our clock, was none.
        guard open.outage.startedAt < time else { return }
        var ended = open.outage
        ended.endedAt = time
        try insert(ended, db)
    }

    private static func add(_ outage: Outage, _ db: Database) throws {
        guard let end = outage.endedAt else { return try open(outage, db) }
        var joined = outage
        for other in try touching(outage, end: end, db) {
            // The oldest one's words stand; an open one stays open.
            joined.detail = other.outage.startedAt <= joined.startedAt ? other.outage.detail : joined.detail
            joined.startedAt = min(joined.startedAt, other.outage.startedAt)
            joined.endedAt = joined.endedAt.flatMap { known in other.outage.endedAt.map { max(known, $0) } }
            try db.run("DELETE FROM outages WHERE id = ?", [other.id])
        }
        try insert(joined, db)
    }

    private static func insert(_ outage: Outage, _ db: Database) throws {
        let length = outage.endedAt.map { ($0 - outage.startedAt).value }
        let lengthClass = length.flatMap { length in longestUs.firstIndex { length <= $0 } } ?? longestUs.count - 1
        try db.run(
            "INSERT INTO outages (camera_code, length_class, started_at_us, ended_at_us, cause, detail) VALUES (?, ?, ?, ?, ?, ?)",
            [
                outage.camera.text, lengthClass, outage.startedAt.microseconds, outage.endedAt?.microseconds, outage.cause.rawValue,
                outage.detail,
            ])
    }

    private static func openOutage(of camera: CameraCode, _ db: Database) throws -> (id: Int64, outage: Outage)? {
        try db.first("SELECT \(columns) FROM outages o WHERE o.camera_code = ? AND o.ended_at_us IS NULL", [camera.text], outage)
    }

    /// Outages of the same cause that `outage` overlaps or touches, oldest first.
    private static func touching(_ outage: Outage, end: WallTime, _ db: Database) throws -> [(id: Int64, outage: Outage)] {
        try overlapping([outage.camera], from: outage.startedAt.microseconds - 1, to: end.microseconds + 1, db)
            .filter { $0.outage.cause == outage.cause }
    }

    private static func outage(_ row: Row) throws -> (id: Int64, outage: Outage) {
        (
            row[0],
            Outage(
                camera: try row.code(1), startedAt: row.time(2), endedAt: row.optionalTime(3), cause: try row.choice(4, "outages.cause"),
                detail: row[5])
        )
    }
}
