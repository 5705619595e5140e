import CaselightModel
import Foundation
import GRDB

extension FootageWriter {
    /// What is stored of a segment, as far as a change of it must know.
    struct StoredSegment {
        var cameraID: Int64
        var runKey: Int64
        var sequence: Int64
        var policy: Int
        var startUs: Int64
        var endUs: Int64
        var byteCount: Int64
        var audioByteCount: Int64?
        var isOpen: Bool
        var isDeleting: Bool

        var totalByteCount: Int64 { byteCount + (audioByteCount ?? 0) }
    }

    /// Opened, closed or recovered: replaces what was known. One that is being deleted stays so.
    func put(_ segment: Segment, _ db: Database) throws {
        let operation = "index segment \(segment.id)"
        guard let runKey = try key(of: segment.id.run, db) else { throw Self.unknownRun(segment.id.run, operation) }
        try checkText(segment.audio?.codec, operation: operation)
        let old = try stored(segment.id, db)
        let new = StoredSegment(
            cameraID: try camera(segment.camera, db).id, runKey: runKey, sequence: Int64(segment.id.sequence),
            policy: segment.policy.number, startUs: segment.span.start.microseconds, endUs: segment.span.end.microseconds,
            byteCount: segment.byteCount, audioByteCount: segment.audio?.byteCount, isOpen: segment.isOpen,
            isDeleting: old?.isDeleting ?? false)
        try note(new.cameraID, lengthUs: new.endUs - new.startUs, policy: new.policy, db)
        if let old { try db.run("DELETE FROM segments WHERE run_key = ? AND sequence = ?", [old.runKey, old.sequence]) }
        try insert(segment, new, db)
        try putDetails(segment, new, hadSome: old != nil, db)
        guard !new.isDeleting else { return }
        count(segments: old == nil ? 1 : 0, bytes: new.totalByteCount - (old?.totalByteCount ?? 0))
        if let old, !Self.covers(new, old) { try withdraw(old, db) }
        try extend(new.cameraID, new.policy, from: new.startUs, to: new.endUs, db)
    }

    func grow(
        _ id: SegmentID, to endUs: Int64, _ byteCount: Int64, _ audioByteCount: Int64?, _ keyframes: KeyframeTable?,
        _ activity: ActivityTable?, _ db: Database
    ) throws {
        // A report that comes late, of a segment closed or gone meanwhile, says nothing new.
        guard let old = try stored(id, db), old.isOpen, !old.isDeleting else { return }
        var new = old
        new.endUs = max(old.endUs, endUs)
        new.byteCount = max(old.byteCount, byteCount)
        new.audioByteCount = audioByteCount.map { max($0, old.audioByteCount ?? 0) } ?? old.audioByteCount
        try note(new.cameraID, lengthUs: new.endUs - new.startUs, policy: new.policy, db)
        try db.run(
            """
            UPDATE segments SET ended_at_us = ?, byte_count = ?, audio_byte_count = ?
            WHERE camera_id = ? AND started_at_us = ? AND run_key = ? AND sequence = ?
            """, [new.endUs, new.byteCount, new.audioByteCount, new.cameraID, new.startUs, new.runKey, new.sequence])
        if keyframes != nil || activity != nil {
            try db.run(
                """
                INSERT INTO segment_details (run_key, sequence, keyframes, activity) VALUES (?, ?, ?, ?)
                ON CONFLICT (run_key, sequence) DO UPDATE SET keyframes = ifnull(excluded.keyframes, keyframes),
                  activity = ifnull(excluded.activity, activity)
                """,
                [new.runKey, new.sequence, keyframes.map { Data($0.packed) }, activity.map { Data($0.packed) }])
        }
        count(segments: 0, bytes: new.totalByteCount - old.totalByteCount)
        try extend(new.cameraID, new.policy, from: new.startUs, to: new.endUs, db)
    }

    func markDeleting(_ id: SegmentID, _ db: Database) throws {
        guard let segment = try stored(id, db), !segment.isDeleting else { return }
        try db.run("UPDATE segments SET is_deleting = 1 WHERE run_key = ? AND sequence = ?", [segment.runKey, segment.sequence])
        count(segments: -1, bytes: -segment.totalByteCount)
        try withdraw(segment, db)
    }

    func delete(_ id: SegmentID, _ db: Database) throws {
        guard let segment = try stored(id, db) else { return }
        try markDeleting(id, db)
        try db.run("DELETE FROM segments WHERE run_key = ? AND sequence = ?", [segment.runKey, segment.sequence])
        try db.run("DELETE FROM segment_details WHERE run_key = ? AND sequence = ?", [segment.runKey, segment.sequence])
        try deleteRunIfEmpty(id.run, segment.runKey, db)
        noteClock(segment.cameraID)
    }

    /// A run that is over and has no file left is gone from the archive, so a rebuild would not find it either.
    private func deleteRunIfEmpty(_ run: RunID, _ key: Int64, _ db: Database) throws {
        guard try !db.finds("SELECT 1 FROM segments WHERE run_key = ?", [key]),
            try db.finds("SELECT 1 FROM runs WHERE key = ? AND ended_at_us IS NOT NULL", [key])
        else { return }
        try db.run("DELETE FROM clock_samples WHERE run_key = ?", [key])
        try db.run("DELETE FROM runs WHERE key = ?", [key])
        forget(run)
    }

    private func stored(_ id: SegmentID, _ db: Database) throws -> StoredSegment? {
        guard let runKey = try key(of: id.run, db) else { return nil }
        return try db.first(Self.storedSQL, [runKey, Int64(id.sequence)]) { row in
            StoredSegment(
                cameraID: row[0], runKey: runKey, sequence: Int64(id.sequence), policy: row[1], startUs: row[2], endUs: row[3],
                byteCount: row[4], audioByteCount: row[5], isOpen: row[6], isDeleting: row[7])
        }
    }

    private static let storedSQL = """
        SELECT camera_id, policy, started_at_us, ended_at_us, byte_count, audio_byte_count, end_reason IS NULL, is_deleting
        FROM segments WHERE run_key = ? AND sequence = ?
        """

    /// Whether coverage of `new` is all of `old`'s too.
    private static func covers(_ new: StoredSegment, _ old: StoredSegment) -> Bool {
        new.cameraID == old.cameraID && new.policy == old.policy && new.startUs <= old.startUs && new.endUs >= old.endUs
    }

    private func insert(_ segment: Segment, _ new: StoredSegment, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO segments (camera_id, started_at_us, run_key, sequence, ended_at_us, policy, byte_count,
              initialization_byte_count, end_reason, is_deleting, audio_codec, audio_byte_count, audio_initialization_byte_count)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                new.cameraID, new.startUs, new.runKey, new.sequence, new.endUs, new.policy, new.byteCount,
                segment.initializationByteCount, segment.endReason?.rawValue, new.isDeleting, segment.audio?.codec, new.audioByteCount,
                segment.audio?.initializationByteCount,
            ])
    }

    private func putDetails(_ segment: Segment, _ new: StoredSegment, hadSome: Bool, _ db: Database) throws {
        let (sha256, audioSHA256) = (try HexDigest.bytes(segment.sha256), try HexDigest.bytes(segment.audio?.sha256))
        let isEmpty = sha256 == nil && audioSHA256 == nil && segment.keyframes.packed.isEmpty && segment.activity.packed.isEmpty
        if isEmpty {
            if hadSome { try db.run("DELETE FROM segment_details WHERE run_key = ? AND sequence = ?", [new.runKey, new.sequence]) }
            return
        }
        try db.run(
            """
            INSERT OR REPLACE INTO segment_details (run_key, sequence, sha256, audio_sha256, keyframes, activity)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [new.runKey, new.sequence, sha256, audioSHA256, Data(segment.keyframes.packed), Data(segment.activity.packed)])
    }
}
